import { createRoute, z } from '@hono/zod-openapi';
import type { EncoderTier } from '../../control-store/records.ts';
import { streamEvent } from '../../control-store/stream-events.ts';
import { newStreamId, randomId } from '../../routing/ids.ts';
import { hashStreamKey, newStreamKey } from '../../routing/stream-key.ts';
import { settingOf } from '../playback/stream-playback.ts';
import { isOnAir } from '../policy/stream-state.ts';
import type { ApiContext, ControlApi } from './context.ts';
import { playbackOf } from './playback.ts';
import { presentCreatedStream, presentStream } from './present.ts';
import { noDocuments } from './present-documents.ts';
import { ApiProblem } from './problems.ts';
import { answer, bodyProblems, jsonBody, limitParam, problems, streamParams } from './route-parts.ts';
import { examples } from './schemas/examples.ts';
import { namesAField } from './schemas/schema-parts.ts';
import { CreatedStream, NewStream, Stream, StreamChange, StreamPage } from './schemas/schemas.ts';
import {
  changeStream,
  entityTag,
  loadStream,
  observeStream,
  observeWithDocuments,
  recordEvent,
} from './stream-access.ts';

const tags = ['Streams'];
const etagHeader = {
  ETag: { description: 'Version of the settings, for If-Match.', schema: { type: 'string' } },
} as const;

const createStream = createRoute({
  method: 'post',
  path: '/v1/streams',
  operationId: 'createStream',
  summary: 'Create a stream',
  description: 'The response contains the stream key. It is shown only once: only a keyed hash is stored.',
  tags,
  request: { body: { required: true, content: jsonBody(NewStream, examples.newStream) } },
  responses: {
    201: answer(CreatedStream, examples.createdStream, 'The stream with its key.', {
      Location: { description: 'Path of the stream.', schema: { type: 'string' } },
      ...etagHeader,
    }),
    ...problems('encoder-not-offered', 'signed-playback-not-offered', ...bodyProblems),
  },
});

const listStreams = createRoute({
  method: 'get',
  path: '/v1/streams',
  operationId: 'listStreams',
  summary: 'List streams with their states',
  description: 'Ordered by ID.',
  tags,
  request: {
    query: z.strictObject({
      limit: limitParam(100, 50),
      cursor: z
        .string()
        .max(64)
        .optional()
        .openapi({ param: { name: 'cursor', in: 'query' } }),
    }),
  },
  responses: {
    200: answer(StreamPage, examples.streamPage, 'One page of streams.'),
    ...problems('invalid-request'),
  },
});

const getStream = createRoute({
  method: 'get',
  path: '/v1/streams/{id}',
  operationId: 'getStream',
  summary: 'Get a stream, its state and its newest broadcast',
  tags,
  request: { params: streamParams },
  responses: {
    200: answer(Stream, examples.stream, 'The stream.', etagHeader),
    ...problems('stream-not-found'),
  },
});

const updateStream = createRoute({
  method: 'patch',
  path: '/v1/streams/{id}',
  operationId: 'updateStream',
  summary: 'Change a stream',
  description:
    'Omitted fields keep their values. A new reconnect window or encoder applies from the next broadcast on. New playback applies within seconds to everything, live and recorded; while it is signed, destinations receive nothing.',
  tags,
  request: {
    params: streamParams,
    headers: z.object({
      'if-match': z
        .string()
        .max(200)
        .optional()
        .openapi({ description: 'Change the stream only if this is still its ETag.', example: '"3"' }),
    }),
    body: { required: true, content: jsonBody(StreamChange, examples.streamChange) },
  },
  responses: {
    200: answer(Stream, examples.stream, 'The updated stream.', etagHeader),
    ...problems(
      'stream-not-found',
      'encoder-not-offered',
      'signed-playback-not-offered',
      'changed-meanwhile',
      'version-mismatch',
      ...bodyProblems,
    ),
  },
});

const deleteStream = createRoute({
  method: 'delete',
  path: '/v1/streams/{id}',
  operationId: 'deleteStream',
  summary: 'Delete a stream',
  description:
    "Also deletes its keys, broadcasts and events. Recordings stay in the origin for as long as the origin's own rules say. Refused while the stream is on air or taken down, and until its MediaLive channel has been deleted.",
  tags,
  request: { params: streamParams },
  responses: {
    204: { description: 'Deleted.' },
    ...problems('stream-not-found', 'stream-on-air', 'stream-taken-down'),
  },
});

export function addStreamRoutes(app: ControlApi, context: ApiContext): void {
  const { store, clock, config, emit } = context;
  const { offeredEncoders = ['fleet'] } = config;

  function demandOffered(encoder: EncoderTier | undefined): void {
    if (encoder === undefined || offeredEncoders.includes(encoder)) return;
    const detail = `This platform offers ${offeredEncoders.join(' and ')}, not ${encoder}. AWS MediaLive is available only if the platform runs on AWS.`;
    throw new ApiProblem('encoder-not-offered', detail);
  }

  app.openapi(createStream, async (c) => {
    const { name, reconnectWindowMs, encoder, playback } = c.req.valid('json');
    demandOffered(encoder);
    if (playback === 'signed') playbackOf(context);
    const nowMs = clock.wallMs();
    // Its id says that it is signed, so the edge has nothing to look up.
    const id = newStreamId(playback === 'signed');
    const key = newStreamKey(id);
    const hash = hashStreamKey(key, config.keyPepper);
    const keys = [{ id: randomId(8), hash, createdAtMs: nowMs }];
    const stream = { id, name, createdAtMs: nowMs, reconnectWindowMs, keys, encoder, playback, version: 1 };
    await store.createStream(stream);
    emit('control.stream.created', { streamId: id });
    await recordEvent(context, streamEvent('stream.created', { name }, { streamId: id, atMs: nowMs }));
    return c.json(
      presentCreatedStream({ stream, state: 'idle', documents: noDocuments }, key, config, nowMs),
      201,
      {
        Location: `/v1/streams/${id}`,
        ETag: entityTag(stream),
      },
    );
  });

  app.openapi(listStreams, async (c) => {
    const page = await store.listStreams(c.req.valid('query'));
    const sights = await Promise.all(page.streams.map((stream) => observeStream(context, stream)));
    const streams = sights.map((sight) => presentStream(sight, config, clock.wallMs()));
    return c.json({ streams, ...(page.cursor !== undefined && { cursor: page.cursor }) }, 200);
  });

  app.openapi(getStream, async (c) => {
    const stream = await loadStream(context, c.req.valid('param').id);
    const sight = await observeWithDocuments(context, stream);
    return c.json(presentStream(sight, config, clock.wallMs()), 200, { ETag: entityTag(stream) });
  });

  app.openapi(updateStream, async (c) => {
    const change = c.req.valid('json');
    const { playback: mode, ...rest } = change;
    demandOffered(change.encoder);
    const before = await loadStream(context, c.req.valid('param').id);
    const write = () =>
      changeStream(
        context,
        before.id,
        (stored) => ({
          ...stored,
          name: change.name ?? stored.name,
          reconnectWindowMs: change.reconnectWindowMs ?? stored.reconnectWindowMs,
          encoder: change.encoder ?? stored.encoder ?? 'fleet',
          ...(mode && { playback: mode }),
        }),
        c.req.valid('header')['if-match'],
      );
    const stream = mode
      ? await playbackOf(context).streams.change(before, { ...settingOf(before), mode }, write)
      : await write();
    const { name, reconnectWindowMs } = stream;
    const about = { streamId: stream.id, atMs: clock.wallMs() };
    const { encoder } = change;
    if (namesAField(rest)) {
      await recordEvent(context, streamEvent('stream.changed', { name, reconnectWindowMs, encoder }, about));
    }
    if (mode && mode !== settingOf(before).mode) {
      emit('control.playback.changed', { streamId: stream.id, mode });
      await recordEvent(context, streamEvent('playback.changed', { mode }, about));
    }
    const sight = await observeWithDocuments(context, stream);
    return c.json(presentStream(sight, config, clock.wallMs()), 200, { ETag: entityTag(stream) });
  });

  app.openapi(deleteStream, async (c) => {
    const stream = await loadStream(context, c.req.valid('param').id);
    const { state, documents } = await observeWithDocuments(context, stream);
    if (isOnAir(state)) {
      const detail = `The stream is ${state}. End its broadcast first (POST /v1/streams/${stream.id}/end).`;
      throw new ApiProblem('stream-on-air', detail);
    }
    if (documents.channel?.open) {
      const detail =
        'Its MediaLive channel has not been deleted yet and would keep running. Try again in a minute or two.';
      throw new ApiProblem('stream-on-air', detail);
    }
    if (stream.takenDown || documents.takedown?.open) {
      const detail = `Streams that were taken down are kept for review. Restore it first (POST /v1/streams/${stream.id}/restore).`;
      throw new ApiProblem('stream-taken-down', detail);
    }
    await store.deleteStream(stream.id);
    emit('control.stream.deleted', { streamId: stream.id });
    return c.body(null, 204);
  });
}
