import { randomUUID } from 'node:crypto';
import { ConditionFailedError } from '../../../control-store/errors.ts';
import type { BroadcastStore, QuotaStore, StreamStore } from '../../../control-store/ports.ts';
import type {
  BroadcastRecord,
  BroadcastReference,
  StreamPosition,
  StreamRecord,
} from '../../../control-store/records.ts';
import { controlTables } from '../../../control-store/tables.ts';
import type { BroadcastId, StreamId } from '../../../routing/ids.ts';
import { documentItem } from './dynamo-document-store.ts';
import type { DynamoRequests, Item } from './dynamo-requests.ts';

const streamItem = 'stream';
const broadcastPrefix = 'broadcast#';
const listing = 'stream';
const open = 'broadcast';
const [, openItems, streamsByOwner, newestStreams] = controlTables.streams.indexes;

const streamKey = (streamId: StreamId): Item => ({ streamId, item: streamItem });
const broadcastKey = (streamId: StreamId, id: BroadcastId): Item => ({
  streamId,
  item: `${broadcastPrefix}${id}`,
});

export function dynamoStreamStore(requests: DynamoRequests): StreamStore {
  return {
    createStream: (stream) =>
      requests.put('streams', itemOfStream(stream), {
        condition: 'attribute_not_exists(#streamId)',
        refusal: `Stream ${stream.id} already exists.`,
        writeId: randomUUID(),
      }),
    async getStream(id) {
      const item = await requests.get('streams', streamKey(id));
      return item && streamOf(item);
    },
    async listStreams({ limit, after, owner }) {
      if (owner !== undefined) return pageOf(await ownedStreams(requests, owner), limit, after);
      const items = await requests.query(
        'streams',
        '#listing = :listing',
        { listing },
        {
          index: newestStreams.name,
          newestFirst: true,
          limit: limit + 1,
          ...(after && { after: { ...streamKey(after.id), listing, createdAtMs: after.createdAtMs } }),
        },
      );
      return pageOf(items.map(streamOf), limit);
    },
    async updateStream(stream) {
      const next = { ...stream, version: stream.version + 1 };
      await requests.put('streams', itemOfStream(next), {
        condition: '#version = :version',
        values: { version: stream.version },
        refusal: `Stream ${stream.id} is no longer at version ${stream.version}.`,
        writeId: randomUUID(),
      });
      return next;
    },
    async deleteStream(id) {
      await revokeKeys(requests, id);
      await requests.delete('leases', { streamId: id });
      const ofStream = '#streamId = :id';
      const events = await requests.query('events', ofStream, { id }, { only: ['streamId', 'sequence'] });
      await requests.deleteAll('events', events);
      const items = await requests.query('streams', ofStream, { id }, { only: ['streamId', 'item'] });
      await requests.deleteAll(
        'streams',
        items.filter(({ item }) => item !== streamItem && item !== documentItem('deletions')),
      );
      await requests.delete('streams', streamKey(id));
    },
  };
}

/**
 * All streams of an owner, newest first. Their index knows only keys, so each is read. An owner has few (`api.jwt.streamsPerOwner`), so
 * that their order takes no index of its own.
 */
async function ownedStreams(requests: DynamoRequests, owner: string): Promise<StreamRecord[]> {
  const keys = await requests.query('streams', '#owner = :owner', { owner }, { index: streamsByOwner.name });
  const items = await Promise.all(
    keys.map(({ streamId }) =>
      requests.get('streams', streamKey(streamId as StreamId), { isEventual: true }),
    ),
  );
  return (
    items
      // The index may still name a stream that was deleted, or has another owner now.
      .flatMap((item) => (item?.owner === owner ? [streamOf(item)] : []))
      .toSorted((a, b) => (isBehind(a, b) ? 1 : -1))
  );
}

/** The first `limit` of what is behind `after`. */
function pageOf(streams: readonly StreamRecord[], limit: number, after?: StreamPosition) {
  const left = after ? streams.filter((stream) => isBehind(stream, after)) : streams;
  const page = left.slice(0, limit);
  const last = page.at(-1);
  return left.length > limit && last
    ? { streams: page, next: { createdAtMs: last.createdAtMs, id: last.id } }
    : { streams: page };
}

/** Whether `a` comes after `b`, newest first. */
const isBehind = (a: StreamPosition, b: StreamPosition): boolean =>
  a.createdAtMs === b.createdAtMs ? a.id < b.id : a.createdAtMs < b.createdAtMs;

/**
 * Deleting takes many requests. The stream itself is deleted last, so that an interrupted deletion can be repeated. Its keys are
 * revoked first, so that no broadcast starts in the meantime.
 */
async function revokeKeys(requests: DynamoRequests, id: StreamId): Promise<void> {
  const change = 'SET #keys = :none, #version = #version + :one';
  const rules = { condition: 'attribute_exists(#streamId)', values: { none: [], one: 1 } };
  try {
    await requests.update('streams', streamKey(id), change, rules);
  } catch (error) {
    if (!(error instanceof ConditionFailedError)) throw error;
  }
}

export function dynamoQuotaStore(requests: DynamoRequests): QuotaStore {
  return {
    async countUse({ subject, window, most }) {
      if (most < 1) return false;
      const key = { streamId: `quota#${subject}`, item: 'quota' };
      const count = async (change: string, condition: string, values: Item): Promise<boolean> => {
        try {
          await requests.update('streams', key, change, { condition, values: { window, ...values } });
          return true;
        } catch (error) {
          if (!(error instanceof ConditionFailedError)) throw error;
          return false;
        }
      };
      const another = () =>
        count('SET #uses = #uses + :one', '#window = :window AND #uses < :most', { one: 1, most });
      const first = () =>
        count('SET #window = :window, #uses = :one', 'attribute_not_exists(#window) OR #window < :window', {
          one: 1,
        });
      // The third call is for one that lost the window's first use to another.
      return (await another()) || (await first()) || (await another());
    },
  };
}

export function dynamoBroadcastStore(requests: DynamoRequests): BroadcastStore {
  const newest = async (streamId: StreamId, limit: number, before?: BroadcastId) => {
    const where = '#streamId = :streamId AND begins_with(#item, :prefix)';
    const values = { streamId, prefix: broadcastPrefix };
    const after = before && broadcastKey(streamId, before);
    const items = await requests.query('streams', where, values, { limit, newestFirst: true, after });
    return items.map(broadcastOf);
  };
  return {
    // A retry of the same write finds its own epoch, which the condition accepts.
    putBroadcast: (broadcast) =>
      requests.put('streams', itemOfBroadcast(broadcast), {
        condition: 'attribute_not_exists(#streamId) OR #epoch <= :epoch',
        values: { epoch: broadcast.epoch },
        refusal: `Broadcast ${broadcast.id} was already written by an epoch newer than ${broadcast.epoch}.`,
      }),
    latestBroadcast: async (streamId) => (await newest(streamId, 1))[0],
    async getBroadcast(streamId, id) {
      const item = await requests.get('streams', broadcastKey(streamId, id));
      return item && broadcastOf(item);
    },
    listBroadcasts: newest,
    deleteBroadcast: (streamId, id) => requests.delete('streams', broadcastKey(streamId, id)),
    async listOpenBroadcasts({ limit, cursor }) {
      const after = cursor ? ' AND #streamId > :cursor' : '';
      const items = await requests.query(
        'streams',
        `#open = :open${after}`,
        { open, cursor: cursor || undefined },
        { index: openItems.name, limit: limit + 1 },
      );
      const broadcasts = items.slice(0, limit).map(referenceOf);
      const last = broadcasts.at(-1);
      return items.length > limit && last ? { broadcasts, cursor: last.streamId } : { broadcasts };
    },
  };
}

const itemOfStream = (stream: StreamRecord): Item => ({ ...stream, ...streamKey(stream.id), listing });

const itemOfBroadcast = (broadcast: BroadcastRecord): Item => ({
  ...broadcast,
  ...broadcastKey(broadcast.streamId, broadcast.id),
  ...(broadcast.state !== 'ended' && { open }),
});

/** Unchecked casts: only this file writes these items. */
const streamOf = ({ streamId, item, listing, writeId, ...stream }: Item): StreamRecord =>
  stream as unknown as StreamRecord;
const broadcastOf = ({ item, open, ...broadcast }: Item): BroadcastRecord =>
  broadcast as unknown as BroadcastRecord;
const referenceOf = ({ streamId, item }: Item): BroadcastReference => ({
  streamId: streamId as StreamId,
  id: String(item).slice(broadcastPrefix.length) as BroadcastId,
});
