import { createRoute } from '@hono/zod-openapi';
import type { StreamRecord } from '../../control-store/records.ts';
import { streamEvent } from '../../control-store/stream-events.ts';
import { sessionExpiryMs, sessionPattern } from '../../edge/policy/access/playback-token.ts';
import { pictureUrls } from '../playback/playback-urls.ts';
import { newPlaybackSession } from '../playback/policy/playback-session.ts';
import { settingOf } from '../playback/stream-playback.ts';
import type { ApiContext, ControlApi, PlaybackControl } from './context.ts';
import { iso } from './present/present-documents.ts';
import { ApiProblem } from './problems.ts';
import {
  answer,
  bodyProblems,
  idempotencyHeader,
  idempotencyProblems,
  idParam,
  jsonBody,
  problems,
  streamParams,
} from './route-parts.ts';
import { examples } from './schemas/examples.ts';
import { NewPlaybackSession, PlaybackSession } from './schemas/playback-schemas.ts';
import { changeStream, loadStream, recordEvent } from './stream-access.ts';

const tags = ['Playback'];

const create = createRoute({
  method: 'post',
  path: '/v1/streams/{id}/playback-sessions',
  operationId: 'createPlaybackSession',
  summary: 'Create playback links for one viewer',
  description:
    'For streams whose playback is signed. The links play until they expire or are revoked, live and recorded, in any player: the paths in them carry a token, which relative addresses keep.',
  tags,
  request: {
    params: streamParams,
    headers: idempotencyHeader,
    body: { required: false, content: jsonBody(NewPlaybackSession, examples.newPlaybackSession) },
  },
  responses: {
    201: answer(PlaybackSession, examples.playbackSession, 'The links. They are shown only once.'),
    ...problems(
      ...(['stream-not-found', 'playback-is-public', 'signed-playback-not-offered'] as const),
      ...bodyProblems,
      ...idempotencyProblems,
    ),
  },
});

const revoke = createRoute({
  method: 'delete',
  path: '/v1/streams/{id}/playback-sessions/{sessionId}',
  operationId: 'revokePlaybackSession',
  summary: 'Revoke the playback links of one viewer',
  description:
    'Within seconds they open nothing any more, playlists and segments alike. Repeating the request changes nothing.',
  tags,
  request: {
    params: streamParams.extend({
      sessionId: idParam('sessionId', 'ID of the playback session.', 'mic1h8g07h2kqv0m4x9r'),
    }),
  },
  responses: {
    204: { description: 'Revoked.' },
    ...problems('stream-not-found', 'playback-session-not-found', 'signed-playback-not-offered'),
  },
});

const revokeAll = createRoute({
  method: 'delete',
  path: '/v1/streams/{id}/playback-sessions',
  operationId: 'revokePlaybackSessions',
  summary: 'Revoke all playback links of a stream',
  description: 'Within seconds no link created so far works. Links created afterwards do.',
  tags,
  request: { params: streamParams },
  responses: {
    204: { description: 'Revoked.' },
    ...problems('stream-not-found', 'changed-meanwhile', 'signed-playback-not-offered'),
  },
});

export function addPlaybackRoutes(app: ControlApi, context: ApiContext): void {
  const { clock, config, emit } = context;

  app.openapi(create, async (c) => {
    const stream = await loadStream(context, c.req.valid('param').id);
    const { ttlSeconds, viewerId, address } = NewPlaybackSession.parse(c.req.valid('json') ?? {});
    const { keys, streams } = playbackOf(context);
    if (stream.playback !== 'signed') {
      const detail = `Anyone can watch the stream without a link. Set its playback to signed first (PATCH /v1/streams/${stream.id}).`;
      throw new ApiProblem('playback-is-public', detail);
    }
    const { playbackNotBeforeMs: notBeforeMs } = stream;
    const making = {
      streamPath: streams.pathOf(stream.id),
      ttlMs: ttlSeconds * 1_000,
      viewerId,
      address,
      notBeforeMs,
    };
    const session = newPlaybackSession(making, await keys.current(), clock.wallMs());
    const carried = `~${session.token}`;
    const media = `${config.playbackBaseUrl}/${config.region}/${carried}/${stream.id}`;
    return c.json(
      {
        id: session.id,
        expiresAt: iso(session.expiresMs),
        ...(viewerId !== undefined && { viewerId }),
        playback: {
          dash: `${media}/manifest.mpd`,
          hls: `${media}/index.m3u8`,
          // A fragment is sent to no server.
          page: `${config.pageBaseUrl}/watch/${stream.id}?region=${config.region}#${carried}`,
          ...pictureUrls(media),
        },
      },
      201,
    );
  });

  app.openapi(revoke, async (c) => {
    const { id, sessionId } = c.req.valid('param');
    const stream = await loadStream(context, id);
    const { streams } = playbackOf(context);
    if (!sessionPattern.test(sessionId) || sessionExpiryMs(sessionId) <= clock.wallMs()) {
      throw new ApiProblem('playback-session-not-found', 'There is no such session, or it has expired.');
    }
    await streams.edge.revoke(streams.pathOf(stream.id), sessionId);
    emit('control.playback.revoked', { streamId: stream.id, session: sessionId });
    return c.body(null, 204);
  });

  app.openapi(revokeAll, async (c) => {
    const before = await loadStream(context, c.req.valid('param').id);
    const { streams } = playbackOf(context);
    const nowMs = clock.wallMs();
    const revoked = (stream: StreamRecord): StreamRecord => ({
      ...stream,
      playbackNotBeforeMs: Math.max(nowMs, stream.playbackNotBeforeMs ?? 0),
    });
    await streams.change(before, settingOf(revoked(before)), () => changeStream(context, before.id, revoked));
    emit('control.playback.revoked', { streamId: before.id });
    await recordEvent(context, streamEvent('playback.revoked', {}, { streamId: before.id, atMs: nowMs }));
    return c.body(null, 204);
  });
}

/** Throws `signed-playback-not-offered`. */
export function playbackOf({ playback }: ApiContext): PlaybackControl {
  if (playback) return playback;
  const detail = 'This platform has no keys to sign playback links with (HEADWATER_PLAYBACK_KEYS).';
  throw new ApiProblem('signed-playback-not-offered', detail);
}
