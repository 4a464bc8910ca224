import { createRoute, z } from '@hono/zod-openapi';
import type { EncoderTier } from '../../control-store/records.ts';
import { streamEvent } from '../../control-store/stream-events.ts';
import { newStreamId, randomId } from '../../routing/ids.ts';
import { hashStreamKey, newStreamKey } from '../../routing/stream-key.ts';
import { settingOf } from '../playback/stream-playback.ts';
import type { ApiContext, ControlApi } from './context.ts';
import { streamCursorPattern, streamLists } from './lists/stream-lists.ts';
import { playbackOf } from './playback.ts';
import { presentCard, presentCreatedStream, presentStream } from './present/present.ts';
import { noDocuments, presentDeletion } from './present/present-documents.ts';
import { ApiProblem } from './problems.ts';
import {
  answer,
  bodyProblems,
  cursorParam,
  header,
  idempotencyHeader,
  idempotencyProblems,
  jsonBody,
  limitParam,
  problems,
  streamParams,
} from './route-parts.ts';
import { Deletion, RecordingsChoice } from './schemas/deletion-schemas.ts';
import { examples } from './schemas/examples.ts';
import { namesAField } from './schemas/schema-parts.ts';
import { CreatedStream, NewStream, Stream, StreamChange, StreamPage } from './schemas/schemas.ts';
import { StreamCard } from './schemas/sharing-schemas.ts';
import {
  changeStream,
  demandDeletable,
  demandRoom,
  entityTag,
  loadStream,
  observeWithDocuments,
  ownerFor,
  recordEvent,
} from './stream-access.ts';

const tags = ['Streams'];
const etag = (example: string) => ({ ETag: header('Version of the settings, for If-Match.', example) });

const createStream = createRoute({
  method: 'post',
  path: '/v1/streams',
  operationId: 'createStream',
  summary: 'Create a stream',
  description: 'The response contains the stream key. It is shown only once: only a keyed hash is stored.',
  tags,
  request: {
    headers: idempotencyHeader,
    body: { required: true, content: jsonBody(NewStream, examples.newStream) },
  },
  responses: {
    201: answer(CreatedStream, examples.createdStream, 'The stream with its key.', {
      Location: header('Path of the stream.', '/v1/streams/7h2kqv0m4x9rt3bz'),
      ...etag('"1"'),
    }),
    ...problems(
      ...(['encoder-not-offered', 'signed-playback-not-offered'] as const),
      ...(['too-many-requests', 'too-many-streams'] as const),
      ...bodyProblems,
      ...idempotencyProblems,
    ),
  },
});

const listStreams = createRoute({
  method: 'get',
  path: '/v1/streams',
  operationId: 'listStreams',
  summary: 'List streams with their states, newest first',
  description:
    'Tokens that name an owner see only this owner’s streams. Streams on air are listed by when that began.',
  tags,
  request: {
    query: z.strictObject({
      limit: limitParam(100, 50),
      cursor: cursorParam(streamCursorPattern, examples.streamPage.cursor),
      onAir: z
        .enum(['true'])
        .optional()
        .openapi({
          param: { name: 'onAir', in: 'query' },
          description: 'Only streams that are on air. What began or ended a moment ago may not be known yet.',
          example: 'true',
        }),
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
    200: answer(Stream, examples.stream, 'The stream.', etag('"1"')),
    ...problems('stream-not-found'),
  },
});

const getStreamCard = createRoute({
  method: 'get',
  path: '/v1/streams/{id}/card',
  operationId: 'getStreamCard',
  summary: 'Get what anyone may know of a stream',
  description:
    'Needs no token. The page’s server asks it for the tags that link previews are made of, and for which sites may show the player in a frame.',
  tags,
  request: { params: streamParams },
  responses: {
    200: answer(StreamCard, examples.streamCard, 'The card.'),
    ...problems('stream-not-found'),
  },
});

const updateStream = createRoute({
  method: 'patch',
  path: '/v1/streams/{id}',
  operationId: 'updateStream',
  summary: 'Change a stream',
  description:
    'Omitted fields keep their values. A new reconnect window, encoder or latency applies from the next broadcast on. New playback applies within seconds to everything, live and recorded; while it is signed, destinations receive nothing.',
  tags,
  request: {
    params: streamParams,
    headers: z.object({
      'if-match': z
        .string()
        .max(200)
        .optional()
        .openapi({ description: 'Change the stream only if this is still its ETag.', example: '"1"' }),
    }),
    body: { required: true, content: jsonBody(StreamChange, examples.streamChange) },
  },
  responses: {
    200: answer(Stream, examples.changedStream, 'The updated stream.', etag('"2"')),
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
    'Also deletes its keys, broadcasts and events. Viewers get 410 within seconds, live and recorded, and 404 a day later. The recordings are deleted, or kept in storage where no viewer can reach them: the response says until when. Refused while the stream is on air or taken down, and until its MediaLive channel has been deleted.',
  tags,
  request: {
    params: streamParams,
    query: z.strictObject({
      recordings: RecordingsChoice.default('keep').openapi({ param: { name: 'recordings', in: 'query' } }),
    }),
  },
  responses: {
    202: answer(Deletion, examples.deletion, 'Accepted and persisted. What stays until when.'),
    ...problems('stream-not-found', 'stream-on-air', 'stream-taken-down', 'invalid-request'),
  },
});

export function addStreamRoutes(app: ControlApi, context: ApiContext): void {
  const { store, clock, config, emit, deletions } = context;
  const { offeredEncoders = ['fleet'] } = config;
  const lists = streamLists(context);

  function demandOffered(encoder: EncoderTier | undefined): void {
    if (encoder === undefined || offeredEncoders.includes(encoder)) return;
    const detail = `This platform offers ${offeredEncoders.join(' and ')}, not ${encoder}. AWS MediaLive is available only if the platform runs on AWS.`;
    throw new ApiProblem('encoder-not-offered', detail);
  }

  app.openapi(createStream, async (c) => {
    const caller = c.get('caller');
    const { owner: wanted, ...asked } = c.req.valid('json');
    const { name, encoder, playback } = asked;
    demandOffered(encoder);
    if (playback === 'signed') playbackOf(context);
    const owner = ownerFor(caller, wanted);
    await demandRoom(context, caller);
    const nowMs = clock.wallMs();
    // Its id says that it is signed, so the edge has nothing to look up.
    const id = newStreamId(playback === 'signed');
    const key = newStreamKey(id);
    const hash = hashStreamKey(key, config.keyPepper);
    const keys = [{ id: randomId(8), hash, createdAtMs: nowMs }];
    const stream = { id, ...asked, owner, createdAtMs: nowMs, keys, version: 1 };
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
    const { onAir, ...page } = c.req.valid('query');
    return c.json(await lists[onAir ? 'onAir' : 'all'](c.get('caller'), page), 200);
  });

  app.openapi(getStream, async (c) => {
    const stream = await loadStream(context, c.req.valid('param').id);
    const sight = await observeWithDocuments(context, stream);
    return c.json(presentStream(sight, config, clock.wallMs()), 200, { ETag: entityTag(stream) });
  });

  app.openapi(getStreamCard, async (c) => {
    const stream = await loadStream(context, c.req.valid('param').id);
    return c.json(presentCard(stream, await store.latestBroadcast(stream.id), config), 200);
  });

  app.openapi(updateStream, async (c) => {
    const change = c.req.valid('json');
    const { playback: mode, ...rest } = change;
    demandOffered(change.encoder);
    const owner = change.owner === undefined ? undefined : ownerFor(c.get('caller'), change.owner);
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
          latency: change.latency ?? stored.latency ?? 'low',
          embedding: change.embedding ?? stored.embedding ?? 'anywhere',
          ...(owner !== undefined && { owner }),
          ...(mode && { playback: mode }),
        }),
        c.req.valid('header')['if-match'],
      );
    const stream = mode
      ? await playbackOf(context).streams.change(before, { ...settingOf(before), mode }, write)
      : await write();
    const { name, reconnectWindowMs } = stream;
    const about = { streamId: stream.id, atMs: clock.wallMs() };
    const { encoder, latency, embedding } = change;
    if (namesAField(rest)) {
      const facts = { name, reconnectWindowMs, encoder, latency, embedding: embedding && String(embedding) };
      await recordEvent(context, streamEvent('stream.changed', facts, about));
    }
    if (mode && mode !== settingOf(before).mode) {
      emit('control.playback.changed', { streamId: stream.id, mode });
      await recordEvent(context, streamEvent('playback.changed', { mode }, about));
    }
    const sight = await observeWithDocuments(context, stream);
    return c.json(presentStream(sight, config, clock.wallMs()), 200, { ETag: entityTag(stream) });
  });

  if (!deletions) return;

  app.openapi(deleteStream, async (c) => {
    const stream = await loadStream(context, c.req.valid('param').id);
    const { state, documents } = await observeWithDocuments(context, stream);
    demandDeletable(stream, state, documents);
    const deletion = await deletions.ask(stream.id, c.req.valid('query'));
    emit('control.stream.deleted', { streamId: stream.id });
    return c.json(presentDeletion(stream.id, deletion, config), 202);
  });
}
