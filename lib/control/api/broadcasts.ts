import { createRoute, z } from '@hono/zod-openapi';
import { broadcastAudience } from '../../audience/policy/broadcast-audience.ts';
import type { BroadcastAudience } from '../../control-store/audience.ts';
import { ConditionFailedError } from '../../control-store/errors.ts';
import type { DocumentStore } from '../../control-store/ports.ts';
import { streamEvent } from '../../control-store/stream-events.ts';
import type { BroadcastId, StreamId } from '../../routing/ids.ts';
import { isOnAir } from '../policy/stream-state.ts';
import type { ApiContext, ControlApi } from './context.ts';
import { loadBroadcast } from './downloads.ts';
import { presentBroadcast } from './present/present.ts';
import { presentDeletion } from './present/present-documents.ts';
import { ApiProblem } from './problems.ts';
import {
  answer,
  cursorParam,
  idempotencyHeader,
  idempotencyProblems,
  idParam,
  limitParam,
  problems,
  streamParams,
} from './route-parts.ts';
import { BroadcastList, EndRequest } from './schemas/broadcast-schemas.ts';
import { Deletion } from './schemas/deletion-schemas.ts';
import { examples } from './schemas/examples.ts';
import {
  demandDeletable,
  loadStream,
  observeStream,
  observeWithDocuments,
  recordEvent,
} from './stream-access.ts';

const tags = ['Broadcasts'];

const end = createRoute({
  method: 'post',
  path: '/v1/streams/{id}/end',
  operationId: 'endBroadcast',
  summary: 'End the current broadcast',
  description:
    'The worker notices at its next lease renewal, within seconds: it finishes the recording, notifies the broadcaster and closes the connection. Repeating the request is not an error. The request body is empty.',
  tags,
  request: { params: streamParams, headers: idempotencyHeader },
  responses: {
    202: answer(
      EndRequest,
      examples.endRequest,
      'Accepted. The state changes to ended once the broadcast is over.',
    ),
    ...problems('stream-not-found', 'not-on-air', ...idempotencyProblems),
  },
});

const list = createRoute({
  method: 'get',
  path: '/v1/streams/{id}/broadcasts',
  operationId: 'listBroadcasts',
  summary: 'List the broadcasts of a stream, newest first',
  tags,
  request: {
    params: streamParams,
    query: z.strictObject({
      limit: limitParam(200, 50),
      cursor: cursorParam(/^[0-9a-z]{16}$/, '1jm8p0v4c7h2kqv0'),
    }),
  },
  responses: {
    200: answer(BroadcastList, examples.broadcastList, 'One page of broadcasts.'),
    ...problems('stream-not-found', 'invalid-request'),
  },
});

const remove = createRoute({
  method: 'delete',
  path: '/v1/streams/{id}/broadcasts/{broadcastId}',
  operationId: 'deleteBroadcast',
  summary: 'Delete a broadcast with its recording',
  description:
    'Viewers of the recording get 410 within seconds, and 404 a day later; its objects are deleted for good. The stream itself and its other recordings stay. Refused while this broadcast is on air, or the stream taken down.',
  tags,
  request: {
    params: streamParams.extend({
      broadcastId: idParam('broadcastId', 'ID of the broadcast.', '1jm8p0v4c7h2kqv0'),
    }),
  },
  responses: {
    202: answer(
      Deletion,
      { ...examples.deletion, broadcastId: '1jm8p0v4c7h2kqv0' },
      'Accepted and persisted. What stays until when.',
    ),
    ...problems(
      'stream-not-found',
      'broadcast-not-found',
      'stream-on-air',
      'stream-taken-down',
      'too-many-requests',
    ),
  },
});

export function addBroadcastRoutes(app: ControlApi, context: ApiContext): void {
  const { store, clock, config, emit, deletions } = context;

  app.openapi(end, async (c) => {
    const stream = await loadStream(context, c.req.valid('param').id);
    const { state } = await observeStream(context, stream);
    const notOnAir = () => new ApiProblem('not-on-air', 'The stream has no broadcast to end.');
    const lease = isOnAir(state) ? await store.getLease(stream.id) : undefined;
    if (!lease) throw notOnAir();
    const { broadcastId } = lease;
    try {
      await store.requestEnd(stream.id, broadcastId);
    } catch (error) {
      throw error instanceof ConditionFailedError ? notOnAir() : error;
    }
    if (!lease.endRequested) {
      emit('control.end.requested', { streamId: stream.id, broadcastId });
      const about = { streamId: stream.id, broadcastId, atMs: clock.wallMs() };
      await recordEvent(context, streamEvent('stream.end-requested', {}, about));
    }
    return c.json({ broadcastId }, 202);
  });

  app.openapi(list, async (c) => {
    const stream = await loadStream(context, c.req.valid('param').id);
    const newest = (await observeStream(context, stream)).broadcast;
    const { limit, cursor: before } = c.req.valid('query');
    const [records, audiences] = await Promise.all([
      store.listBroadcasts(stream.id, limit + 1, before as BroadcastId | undefined),
      audiencesOf(store, stream.id),
    ]);
    const page = records.slice(0, limit);
    // Only the newest can be on air. An older one has ended even if its worker died before writing "ended".
    const broadcasts = page.map((record) =>
      presentBroadcast(
        record,
        record.id === newest?.record.id ? newest.state : 'ended',
        config,
        audiences.get(record.id),
      ),
    );
    const cursor = records.length > limit ? page.at(-1)?.id : undefined;
    return c.json({ broadcasts, ...(cursor !== undefined && { cursor }) }, 200);
  });

  if (!deletions) return;

  app.openapi(remove, async (c) => {
    const { id, broadcastId } = c.req.valid('param');
    const stream = await loadStream(context, id);
    const record = await loadBroadcast(context, stream, broadcastId);
    const { state, broadcast, documents } = await observeWithDocuments(context, stream);
    // While an older one is deleted, the stream may be on air with a newer one.
    const lease = await store.getLease(stream.id);
    const isCurrent = broadcast?.record.id === record.id || lease?.broadcastId === record.id;
    demandDeletable(
      stream,
      isCurrent ? state : 'ended',
      isCurrent ? documents : { ...documents, channel: undefined },
    );
    await context.downloads?.forget(stream.id, record.id);
    const deletion = await deletions.ask(stream.id, { broadcastId: record.id, recordings: 'delete' });
    return c.json(presentDeletion(stream.id, deletion, config), 202);
  });
}

/** How the stream's broadcasts were watched, as far as is known. */
async function audiencesOf(
  store: Pick<DocumentStore, 'getDocument'>,
  streamId: StreamId,
): Promise<ReadonlyMap<BroadcastId, BroadcastAudience>> {
  const [newest, past] = await Promise.all([
    store.getDocument(streamId, 'audience'),
    store.getDocument(streamId, 'audiences'),
  ]);
  const all = [...(past?.body.broadcasts ?? []), ...(newest ? [broadcastAudience(newest.body)] : [])];
  return new Map(all.map((each) => [each.broadcastId, each]));
}
