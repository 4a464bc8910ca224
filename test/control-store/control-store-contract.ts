import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { StreamDocument } from '../../lib/control-store/documents.ts';
import { ConditionFailedError } from '../../lib/control-store/errors.ts';
import type { ControlStore } from '../../lib/control-store/ports.ts';
import type {
  BroadcastRecord,
  FleetMember,
  StreamPosition,
  StreamRecord,
} from '../../lib/control-store/records.ts';
import {
  type BroadcastId,
  type MemberId,
  newBroadcastId,
  newStreamId,
  type StreamId,
} from '../../lib/routing/ids.ts';
import { describeIdempotencyStore } from './idempotency-contract.ts';

/** A fresh, empty control store under test. */
export interface ControlStoreUnderTest {
  readonly store: ControlStore;
  /** A second instance over the same data, as another process opens it. */
  readonly other: ControlStore;
  /** How many events of a stream it keeps. @default 1,000 */
  readonly keptEvents?: number;
  close(): Promise<void>;
}

const worker = (number: number) => `encoder-${number}` as MemberId;

const streamRecord = (changes: Partial<StreamRecord> = {}): StreamRecord => ({
  id: newStreamId(),
  name: 'Studio A',
  createdAtMs: 1_790_000_000_000,
  reconnectWindowMs: 30_000,
  keys: [{ id: 'k1', hash: 'aa'.repeat(32), createdAtMs: 1_790_000_000_000 }],
  version: 1,
  ...changes,
});

const broadcastRecord = (
  streamId: StreamId,
  id: BroadcastId,
  changes: Partial<BroadcastRecord> = {},
): BroadcastRecord => ({
  id,
  streamId,
  state: 'starting',
  startedAtMs: 1_790_000_000_000,
  workerId: worker(1),
  epoch: 1,
  renditions: [],
  ...changes,
});

const takedown = (
  streamId: StreamId,
  changes: Partial<StreamDocument<'takedown'>> = {},
): StreamDocument<'takedown'> => ({
  streamId,
  kind: 'takedown',
  open: true,
  version: 0,
  body: {
    direction: 'takedown',
    reason: 'A reason.',
    askedAtMs: 1_790_000_000_000,
    turn: 1,
    done: [{ step: 'refuse', atMs: 1_790_000_000_001 }],
  },
  ...changes,
});

const member = (id: string, changes: Partial<FleetMember> = {}): Omit<FleetMember, 'version'> => ({
  id: id as MemberId,
  role: 'encoder',
  host: '127.0.0.1',
  port: 7001,
  capacity: 4,
  load: 0,
  state: 'active',
  ...changes,
});

/** Follows the pages of the list of streams to its end; `between` is called after each page. */
async function listedIn(
  store: ControlStore,
  {
    limit,
    owner,
    between,
  }: { limit: number; owner?: string; between?: (pages: StreamRecord[][]) => Promise<void> },
): Promise<StreamRecord[][]> {
  const pages: StreamRecord[][] = [];
  let after: StreamPosition | undefined;
  do {
    const page = await store.listStreams({ limit, ...(after && { after }), ...(owner && { owner }) });
    pages.push(page.streams);
    after = page.next;
    await between?.(pages);
  } while (after);
  return pages;
}

const idsOf = (streams: readonly StreamRecord[]) => streams.map(({ id }) => id);

/** How many of several attempts succeeded; every other one must have lost by its condition. */
async function winners<T>(attempts: Promise<T>[]): Promise<T[]> {
  const won: T[] = [];
  for (const outcome of await Promise.allSettled(attempts)) {
    if (outcome.status === 'fulfilled') won.push(outcome.value);
    else expect(outcome.reason).toMatchObject({ code: 'CONDITION_FAILED' });
  }
  return won;
}

/** What every adapter of `ControlStore` must do; `open` gives an empty store for each test. */
export function describeControlStore(name: string, open: () => Promise<ControlStoreUnderTest>): void {
  describe(`${name} keeps the contract of a control store`, () => {
    let under: ControlStoreUnderTest;
    let store: ControlStore;
    let other: ControlStore;
    beforeEach(async () => {
      under = await open();
      ({ store, other } = under);
    });
    afterEach(() => under.close());

    describe('streams', () => {
      test('a created stream is read as it was written, through any instance', async () => {
        const stream = streamRecord({ name: 'Ünïcode “quotes” \u{1f3a5}' });
        await store.createStream(stream);
        expect(await other.getStream(stream.id)).toEqual(stream);
      });

      test.each(['low', 'standard'] as const)(
        'a stream keeps the %s latency that was chosen',
        async (latency) => {
          const stream = streamRecord();
          await store.createStream(stream);
          await store.updateStream({ ...stream, latency });
          expect((await other.getStream(stream.id))?.latency).toBe(latency);
        },
      );

      test('a stream that is not there is undefined', async () => {
        expect(await store.getStream(newStreamId())).toBeUndefined();
      });

      test('an id that is taken is refused and the first stream stays', async () => {
        const stream = streamRecord();
        await store.createStream(stream);
        await expect(other.createStream({ ...stream, name: 'Thief' })).rejects.toBeInstanceOf(
          ConditionFailedError,
        );
        expect(await store.getStream(stream.id)).toEqual(stream);
      });

      test('an update raises the version by one and returns what it wrote', async () => {
        const stream = streamRecord();
        await store.createStream(stream);
        const updated = await store.updateStream({ ...stream, name: 'Studio B' });
        expect(updated).toEqual({ ...stream, name: 'Studio B', version: 2 });
        expect(await other.getStream(stream.id)).toEqual(updated);
      });

      test('an update of a stale version is refused and changes nothing', async () => {
        const stream = streamRecord();
        await store.createStream(stream);
        const updated = await store.updateStream({ ...stream, name: 'first' });
        await expect(other.updateStream({ ...stream, name: 'second' })).rejects.toBeInstanceOf(
          ConditionFailedError,
        );
        expect(await store.getStream(stream.id)).toEqual(updated);
      });

      test('an update of a stream that is gone is refused and does not bring it back', async () => {
        const stream = streamRecord();
        await expect(store.updateStream(stream)).rejects.toBeInstanceOf(ConditionFailedError);
        expect(await store.getStream(stream.id)).toBeUndefined();
      });

      test('of many updates that read the same version exactly one wins', async () => {
        const stream = streamRecord();
        await store.createStream(stream);
        const won = await winners(
          Array.from({ length: 10 }, (_, i) =>
            (i % 2 ? store : other).updateStream({ ...stream, name: `writer ${i}` }),
          ),
        );
        expect(won).toHaveLength(1);
        expect(await store.getStream(stream.id)).toEqual(won[0]);
      });

      test('pages visit each stream once, newest first, and nothing is said to come after the last', async () => {
        const made = [3, 1, 7, 2, 6, 5, 4].map((at) => streamRecord({ createdAtMs: 1_790_000_000_000 + at }));
        for (const stream of made) await store.createStream(stream);
        const pages = await listedIn(other, { limit: 3 });
        const newestFirst = made.toSorted((a, b) => b.createdAtMs - a.createdAtMs);
        expect(pages.flat()).toEqual(newestFirst);
        expect(pages.map(({ length }) => length)).toEqual([3, 3, 1]);
      });

      test.each([undefined, 'ann'])(
        'pages (owner: %p) list nothing twice and leave nothing out, whatever comes, goes and changes in between',
        async (owner) => {
          const at = (ms: number) =>
            streamRecord({ createdAtMs: 1_790_000_000_000 + ms, ...(owner !== undefined && { owner }) });
          // Several of one millisecond, so that pages end between them.
          const made = [1, 2, 2, 2, 2, 3, 3, 4].map(at);
          for (const stream of made) await store.createStream(stream);
          const ofOwner = owner === undefined ? {} : { owner };
          const pages = await listedIn(other, {
            limit: 2,
            ...ofOwner,
            between: async (soFar) => {
              await store.createStream(at(10 + soFar.length));
              const [newest] = (await store.listStreams({ limit: 1, ...ofOwner })).streams;
              await store.updateStream({ ...newest!, name: 'Renamed' });
              // The one that the next page begins behind.
              if (soFar.length === 2) await store.deleteStream(soFar[1]![1]!.id);
            },
          });
          const seen = idsOf(pages.flat());
          expect(new Set(seen).size).toBe(seen.length);
          expect(seen.toSorted()).toEqual(idsOf(made).toSorted());
          const times = pages.flat().map(({ createdAtMs }) => createdAtMs);
          expect(times).toEqual(times.toSorted((a, b) => b - a));
        },
      );

      test('after a page that ends with the last stream comes none', async () => {
        for (let i = 0; i < 3; i++) await store.createStream(streamRecord());
        const page = await store.listStreams({ limit: 3 });
        expect(page.streams).toHaveLength(3);
        expect(page.next).toBeUndefined();
      });

      test('an empty store lists nothing', async () => {
        expect(await store.listStreams({ limit: 10 })).toEqual({ streams: [] });
      });

      test('streams of an owner are listed in pages, newest first, and nobody else’s among them', async () => {
        const owned = ['ann', 'ben', 'ann', 'ben', 'ann'].map((owner, at) =>
          streamRecord({ owner, createdAtMs: 1_790_000_000_000 + at }),
        );
        for (const stream of owned) await store.createStream(stream);
        const ids = (owner: string) => idsOf(owned.filter((each) => each.owner === owner)).toReversed();
        const pages = await listedIn(other, { limit: 2, owner: 'ann' });
        expect(pages.map(idsOf)).toEqual([ids('ann').slice(0, 2), ids('ann').slice(2)]);
        expect((await store.listStreams({ limit: 10, owner: 'nobody' })).streams).toEqual([]);
        const [given] = (await store.listStreams({ limit: 1, owner: 'ben' })).streams;
        await store.updateStream({ ...given!, owner: 'ann' });
        expect((await store.listStreams({ limit: 10, owner: 'ben' })).streams).toHaveLength(1);
        for (const { id } of owned) await store.deleteStream(id);
        expect((await store.listStreams({ limit: 10, owner: 'ann' })).streams).toEqual([]);
      });

      test('uses are counted up to a limit in each window, by all programs together', async () => {
        const use = (at: number, window: number, most = 3) =>
          (at % 2 ? store : other).countUse({ subject: 'create/ann', window, most });
        const many = async (window: number) => {
          const counted = await Promise.all(Array.from({ length: 8 }, (_, at) => use(at, window)));
          return counted.filter((isCounted) => isCounted).length;
        };
        expect([await many(7), await many(8), await use(0, 8), await use(0, 7)]).toEqual([
          3,
          3,
          false,
          false,
        ]);
        expect(await store.countUse({ subject: 'create/ben', window: 7, most: 1 })).toBe(true);
        expect(await use(0, 9, 0)).toBe(false);
      });

      test('a budget stop is one for all programs, and its writers see each other', async () => {
        expect(await store.getBudgetStop()).toBeUndefined();
        const stop = { reachedAtMs: 1_790_000_000_000, untilMs: 1_790_800_000_000, version: 0 };
        const first = await store.putBudgetStop(stop);
        expect(first).toEqual({ ...stop, version: 1 });
        expect(await other.getBudgetStop()).toEqual(first);
        await expect(other.putBudgetStop(stop)).rejects.toBeInstanceOf(ConditionFailedError);
        const cleared = await other.putBudgetStop({ ...first, clearedAtMs: 1_790_000_100_000 });
        expect(await store.getBudgetStop()).toEqual(cleared);
        await expect(store.putBudgetStop(first)).rejects.toBeInstanceOf(ConditionFailedError);
        const next = await store.putBudgetStop({ ...stop, version: cleared.version });
        expect(await store.getBudgetStop()).toEqual(next);
        expect(next).not.toHaveProperty('clearedAtMs');
        expect((await store.listStreams({ limit: 100 })).streams).toEqual(
          (await other.listStreams({ limit: 100 })).streams,
        );
      });

      test('deleting a stream takes its documents, broadcasts, lease and events with it, and no other stream', async () => {
        const [gone, stays] = [streamRecord(), streamRecord()];
        const broadcastId = newBroadcastId(1);
        for (const { id } of [gone, stays]) {
          await store.createStream(streamRecord({ id }));
          await store.putDocument(takedown(id));
          await store.putBroadcast(broadcastRecord(id, broadcastId));
          await store.takeLease({ streamId: id, workerId: worker(1), broadcastId });
          await store.appendEvent({ streamId: id, atMs: 1, type: 'stream.live', text: 'On air.', data: {} });
        }
        await other.deleteStream(gone.id);
        const left = async (id: StreamId) => [
          await store.getStream(id),
          await store.getDocument(id, 'takedown'),
          await store.latestBroadcast(id),
          await store.getBroadcast(id, broadcastId),
          (await store.listBroadcasts(id, 10)).at(0),
          await store.getLease(id),
          (await store.listEvents(id, { limit: 10 })).at(0),
        ];
        expect((await left(gone.id)).every((item) => item === undefined)).toBe(true);
        expect((await left(stays.id)).every((item) => item !== undefined)).toBe(true);
        expect((await store.listStreams({ limit: 10 })).streams.map(({ id }) => id)).toEqual([stays.id]);
      });

      test('deleting a stream leaves what is still to be deleted of it', async () => {
        const { id } = streamRecord();
        const deletion = await store.putDocument({
          streamId: id,
          kind: 'deletions',
          version: 0,
          open: true,
          body: { pending: [{ recordings: 'delete', askedAtMs: 1, done: [] }] },
        });
        await other.deleteStream(id);
        expect(await store.getDocument(id, 'deletions')).toEqual(deletion);
        expect((await other.listOpenDocuments('deletions', { limit: 10 })).streamIds).toEqual([id]);
      });

      test('deleting a stream that is not there is no error', async () => {
        await expect(store.deleteStream(newStreamId())).resolves.toBeUndefined();
      });
    });

    describeIdempotencyStore(() => under);

    describe('documents', () => {
      const streamId = newStreamId();

      test('a document is read as it was last written, through any instance, and is one of its kind', async () => {
        const first = await store.putDocument(takedown(streamId));
        expect(first).toEqual(takedown(streamId, { version: 1 }));
        expect(await other.getDocument(streamId, 'takedown')).toEqual(first);
        const body = { ...first.body, direction: 'restore' as const, done: [] };
        const second = await other.putDocument({ ...first, open: false, body });
        expect(second).toEqual({ ...first, version: 2, open: false, body });
        expect(await store.getDocument(streamId, 'takedown')).toEqual(second);
        expect(await store.getDocument(streamId, 'pushes')).toBeUndefined();
        expect(await store.getDocument(newStreamId(), 'takedown')).toBeUndefined();
      });

      test('rows of numbers, of which some are missing, are read as they were written', async () => {
        const latest = { startMs: 1_790_000_000_000, stepMs: 5_000, rows: [[0, 1, -12, 4_061, null], []] };
        const reasons = [
          { code: 'key-frames-rare', message: 'Key frames come every 10 s.', advice: 'Set 2 s.' },
        ];
        const verdict = { verdict: 'fair', told: 'excellent', sinceMs: 1_790_000_000_000, reasons } as const;
        const body = { broadcastId: newBroadcastId(1), epoch: 3, ...verdict, latest };
        await store.putDocument({ streamId, kind: 'health', open: false, version: 0, body });
        expect((await other.getDocument(streamId, 'health'))?.body).toEqual(body);
      });

      test('a write of a stale version, or of a first one where there is one, is refused and changes nothing', async () => {
        const first = await store.putDocument(takedown(streamId));
        const second = await store.putDocument({ ...first, open: false });
        for (const stale of [first, takedown(streamId)]) {
          await expect(other.putDocument(stale)).rejects.toBeInstanceOf(ConditionFailedError);
        }
        expect(await store.getDocument(streamId, 'takedown')).toEqual(second);
      });

      test('a write of a document that is gone is refused and does not bring it back', async () => {
        const first = await store.putDocument(takedown(streamId));
        await store.deleteStream(streamId);
        await expect(store.putDocument(first)).rejects.toBeInstanceOf(ConditionFailedError);
        expect(await store.getDocument(streamId, 'takedown')).toBeUndefined();
      });

      test('a document is removed in the version that was read, and in no other', async () => {
        const id = newStreamId();
        const first = await store.putDocument(takedown(id));
        const second = await store.putDocument(first);
        await expect(other.deleteDocument(first)).rejects.toBeInstanceOf(ConditionFailedError);
        expect(await store.getDocument(id, 'takedown')).toEqual(second);
        await other.deleteDocument(second);
        expect(await store.getDocument(id, 'takedown')).toBeUndefined();
        expect((await store.listOpenDocuments('takedown', { limit: 100 })).streamIds).not.toContain(id);
      });

      test('of many writers that read the same version exactly one wins', async () => {
        const seen = await store.putDocument(takedown(streamId));
        const attempts = Array.from({ length: 8 }, (_, at) => (at % 2 ? store : other).putDocument(seen));
        expect(await winners(attempts)).toHaveLength(1);
      });

      test('the open ones of a kind are listed in pages, by stream, each once', async () => {
        const ids = Array.from({ length: 5 }, () => newStreamId()).sort();
        for (const id of ids) await store.putDocument(takedown(id));
        const closed = await store.putDocument(takedown(newStreamId()));
        await store.putDocument({ ...closed, open: false });
        await store.putBroadcast(broadcastRecord(newStreamId(), newBroadcastId(1)));
        const first = await other.listOpenDocuments('takedown', { limit: 3 });
        expect(first).toEqual({ streamIds: ids.slice(0, 3), cursor: ids[2] });
        const rest = await other.listOpenDocuments('takedown', { limit: 3, cursor: ids[2]! });
        expect(rest).toEqual({ streamIds: ids.slice(3) });
        expect(await store.listOpenDocuments('channel', { limit: 10 })).toEqual({ streamIds: [] });
        expect((await store.listOpenBroadcasts({ limit: 10 })).broadcasts).toHaveLength(1);
      });
    });

    describe('broadcasts', () => {
      const streamId = newStreamId();

      test('a broadcast is read as it was last written', async () => {
        const first = broadcastRecord(streamId, newBroadcastId(1));
        await store.putBroadcast(first);
        const live: BroadcastRecord = {
          ...first,
          state: 'live',
          input: { videoCodec: 'avc1.64001f', width: 1280, height: 720, frameRate: 30, bitrateBps: 4e6 },
          renditions: [{ id: 'audio', codecs: 'mp4a.40.2', bandwidthBps: 128_000 }],
        };
        await other.putBroadcast(live);
        expect(await store.getBroadcast(streamId, first.id)).toEqual(live);
      });

      test('a write of an older epoch is refused and the newer one stays', async () => {
        const id = newBroadcastId(1);
        const newer = broadcastRecord(streamId, id, { epoch: 3, workerId: worker(2) });
        await store.putBroadcast(newer);
        await expect(other.putBroadcast(broadcastRecord(streamId, id, { epoch: 2 }))).rejects.toBeInstanceOf(
          ConditionFailedError,
        );
        expect(await store.getBroadcast(streamId, id)).toEqual(newer);
        await other.putBroadcast({ ...newer, epoch: 4 });
        expect(await store.getBroadcast(streamId, id)).toMatchObject({ epoch: 4 });
      });

      test('the latest broadcast is the one that began last, whenever it was written', async () => {
        const ids = [3_000, 1_000, 2_000].map((ms) => newBroadcastId(ms));
        for (const id of ids) await store.putBroadcast(broadcastRecord(streamId, id));
        expect((await store.latestBroadcast(streamId))?.id).toBe(ids[0]);
        const listed = await store.listBroadcasts(streamId, 10);
        expect(listed.map(({ id }) => id)).toEqual([ids[0], ids[2], ids[1]]);
        expect((await store.listBroadcasts(streamId, 2)).map(({ id }) => id)).toEqual([ids[0], ids[2]]);
      });

      test('broadcasts before another are listed newest first, though that one is gone and newer ones came', async () => {
        const id = newStreamId();
        const ids = [1_000, 2_000, 3_000, 4_000].map((ms) => newBroadcastId(ms));
        for (const each of ids) await store.putBroadcast(broadcastRecord(id, each));
        await store.putBroadcast(broadcastRecord(newStreamId(), newBroadcastId(1_500)));
        const page = await other.listBroadcasts(id, 2);
        expect(page.map((each) => each.id)).toEqual([ids[3], ids[2]]);
        await store.deleteBroadcast(id, ids[2]!);
        await store.putBroadcast(broadcastRecord(id, newBroadcastId(5_000)));
        const rest = await other.listBroadcasts(id, 2, ids[2]!);
        expect(rest.map((each) => each.id)).toEqual([ids[1], ids[0]]);
        expect(await other.listBroadcasts(id, 2, ids[0]!)).toEqual([]);
      });

      test('a stream without broadcasts has none', async () => {
        expect(await store.latestBroadcast(newStreamId())).toBeUndefined();
        expect(await store.listBroadcasts(newStreamId(), 10)).toEqual([]);
        expect(await store.listBroadcasts(newStreamId(), 10, newBroadcastId(9))).toEqual([]);
        expect(await store.getBroadcast(streamId, newBroadcastId(9))).toBeUndefined();
      });
    });

    describe('open broadcasts', () => {
      const open = (streamId: StreamId, changes: Partial<BroadcastRecord> = {}) => {
        const broadcast = broadcastRecord(streamId, newBroadcastId(1), changes);
        return store.putBroadcast(broadcast).then(() => broadcast);
      };
      const listed = async () =>
        (await other.listOpenBroadcasts({ limit: 100 })).broadcasts.map(({ streamId }) => streamId);

      test('are those of every stream that are not ended, by stream, as what they are referred to by', async () => {
        expect(await store.listOpenBroadcasts({ limit: 10 })).toEqual({ broadcasts: [] });
        const states = ['starting', 'live', 'reconnecting'] as const;
        const made = [];
        for (const state of states) made.push(await open(newStreamId(), { state }));
        await open(newStreamId(), { state: 'ended' });
        const byStream = made.sort((a, b) => (a.streamId < b.streamId ? -1 : 1));
        expect(await other.listOpenBroadcasts({ limit: 10 })).toEqual({
          broadcasts: byStream.map(({ streamId, id }) => ({ streamId, id })),
        });
      });

      test('are no more once ended, or gone with their stream, and only then', async () => {
        const [ends, goes, stays] = [newStreamId(), newStreamId(), newStreamId()];
        const ending = await open(ends);
        for (const id of [goes, stays]) await open(id);
        await store.putBroadcast({ ...ending, state: 'live', epoch: 2 });
        expect(await listed()).toEqual([ends, goes, stays].sort());
        await expect(store.putBroadcast({ ...ending, state: 'ended' })).rejects.toBeInstanceOf(
          ConditionFailedError,
        );
        expect(await listed()).toContain(ends);
        await other.putBroadcast({ ...ending, state: 'ended', epoch: 2 });
        await other.deleteStream(goes);
        expect(await listed()).toEqual([stays]);
      });

      test('are deleted one by one, and listed no more; a missing one is no error', async () => {
        const streamId = newStreamId();
        const [first, second] = [newBroadcastId(1), newBroadcastId(2)];
        for (const id of [first, second]) await store.putBroadcast(broadcastRecord(streamId, id));
        await other.deleteBroadcast(streamId, second);
        await other.deleteBroadcast(streamId, second);
        expect((await store.listBroadcasts(streamId, 10)).map(({ id }) => id)).toEqual([first]);
        expect(await store.getBroadcast(streamId, second)).toBeUndefined();
        const { broadcasts } = await store.listOpenBroadcasts({ limit: 100 });
        expect(broadcasts.filter((each) => each.streamId === streamId).map(({ id }) => id)).toEqual([first]);
      });

      test('of a stream are not hidden by the ended ones before', async () => {
        const streamId = newStreamId();
        await open(streamId, { state: 'ended' });
        const now = newBroadcastId(2);
        await store.putBroadcast(broadcastRecord(streamId, now));
        const { broadcasts } = await store.listOpenBroadcasts({ limit: 10 });
        expect(broadcasts).toEqual([{ streamId, id: now }]);
      });

      test('come in pages, each once; the last page has no cursor, and a page may start anywhere', async () => {
        const ids = Array.from({ length: 7 }, () => newStreamId()).sort();
        for (const id of ids) await open(id);
        const seen: StreamId[][] = [];
        let cursor: string | undefined;
        do {
          const page = await store.listOpenBroadcasts({ limit: 3, ...(cursor !== undefined && { cursor }) });
          seen.push(page.broadcasts.map(({ streamId }) => streamId));
          cursor = page.cursor;
        } while (cursor !== undefined);
        expect(seen).toEqual([ids.slice(0, 3), ids.slice(3, 6), ids.slice(6)]);
        // One past the fifth, which is no stream's.
        const between = `${ids[4]}!`;
        const page = await store.listOpenBroadcasts({ limit: 2, cursor: between });
        expect(page).toEqual({
          broadcasts: ids.slice(5).map((id) => expect.objectContaining({ streamId: id })),
        });
      });
    });

    describe('leases', () => {
      let streamId: StreamId;
      let broadcastId: BroadcastId;
      const take = (through: ControlStore, workerId: MemberId, observed?: { version: number }) =>
        through.getLease(streamId).then((lease) =>
          through.takeLease({
            streamId,
            workerId,
            broadcastId,
            ...(observed && lease ? { observed: { ...lease, ...observed } } : {}),
          }),
        );
      beforeEach(() => {
        streamId = newStreamId();
        broadcastId = newBroadcastId(1);
      });

      test('the first taker gets epoch 1', async () => {
        expect(await store.getLease(streamId)).toBeUndefined();
        const lease = await store.takeLease({ streamId, workerId: worker(1), broadcastId });
        expect(lease).toMatchObject({
          streamId,
          workerId: worker(1),
          broadcastId,
          epoch: 1,
          released: false,
          endRequested: false,
        });
        expect(await other.getLease(streamId)).toEqual(lease);
      });

      test('of many first takers in two processes exactly one wins', async () => {
        const won = await winners(
          Array.from({ length: 12 }, (_, i) =>
            (i % 2 ? store : other).takeLease({ streamId, workerId: worker(i), broadcastId }),
          ),
        );
        expect(won).toHaveLength(1);
        expect(await store.getLease(streamId)).toEqual(won[0]);
      });

      test('of many that observed the same dead lease exactly one wins, with the next epoch', async () => {
        const observed = await take(store, worker(0));
        const won = await winners(
          Array.from({ length: 12 }, (_, i) =>
            (i % 2 ? store : other).takeLease({
              streamId,
              workerId: worker(i + 1),
              broadcastId: newBroadcastId(2),
              observed,
            }),
          ),
        );
        expect(won).toHaveLength(1);
        expect(won[0]?.epoch).toBe(2);
        expect(await other.getLease(streamId)).toEqual(won[0]);
      });

      test('who claims to have seen no lease is refused where there is one', async () => {
        await take(store, worker(1));
        await expect(other.takeLease({ streamId, workerId: worker(2), broadcastId })).rejects.toBeInstanceOf(
          ConditionFailedError,
        );
      });

      test('who observed a lease that is gone is refused', async () => {
        const observed = await take(store, worker(1));
        await store.deleteStream(streamId);
        await expect(
          other.takeLease({ streamId, workerId: worker(2), broadcastId, observed }),
        ).rejects.toBeInstanceOf(ConditionFailedError);
        expect(await store.getLease(streamId)).toBeUndefined();
      });

      test('a renewal raises the version, and a taker that observed the version before it is refused', async () => {
        const observed = await take(store, worker(1));
        const renewed = await store.renewLease({ streamId, workerId: worker(1), epoch: 1 });
        expect(renewed).toEqual({ ...observed, version: renewed.version });
        expect(renewed.version).toBeGreaterThan(observed.version);
        await expect(
          other.takeLease({ streamId, workerId: worker(2), broadcastId, observed }),
        ).rejects.toBeInstanceOf(ConditionFailedError);
        expect(await other.getLease(streamId)).toEqual(renewed);
      });

      test('a holder that was overtaken can renew no more, not even when its own name holds a newer epoch', async () => {
        const observed = await take(store, worker(1));
        await other.takeLease({ streamId, workerId: worker(1), broadcastId, observed });
        await expect(store.renewLease({ streamId, workerId: worker(1), epoch: 1 })).rejects.toBeInstanceOf(
          ConditionFailedError,
        );
        await expect(store.renewLease({ streamId, workerId: worker(2), epoch: 2 })).rejects.toBeInstanceOf(
          ConditionFailedError,
        );
        await expect(store.renewLease({ streamId, workerId: worker(1), epoch: 2 })).resolves.toMatchObject({
          epoch: 2,
        });
      });

      test('a lease that was never taken cannot be renewed', async () => {
        await expect(store.renewLease({ streamId, workerId: worker(1), epoch: 1 })).rejects.toBeInstanceOf(
          ConditionFailedError,
        );
      });

      test('after a release the lease is kept, cannot be renewed, and the next taker gets the next epoch', async () => {
        const held = await take(store, worker(1));
        await store.releaseLease({ streamId, workerId: worker(1), epoch: held.epoch });
        const released = await other.getLease(streamId);
        expect(released).toMatchObject({ released: true, epoch: 1, workerId: worker(1), broadcastId });
        await expect(store.renewLease({ streamId, workerId: worker(1), epoch: 1 })).rejects.toBeInstanceOf(
          ConditionFailedError,
        );
        const next = await other.takeLease({
          streamId,
          workerId: worker(2),
          broadcastId: newBroadcastId(2),
          observed: released!,
        });
        expect(next).toMatchObject({ released: false, epoch: 2, workerId: worker(2) });
        expect(next.version).toBeGreaterThan(held.version);
      });

      test('a release of a lease that another holds, or of an old epoch, leaves it alone', async () => {
        const first = await take(store, worker(1));
        const second = await other.takeLease({ streamId, workerId: worker(2), broadcastId, observed: first });
        await store.releaseLease({ streamId, workerId: worker(1), epoch: 1 });
        await store.releaseLease({ streamId, workerId: worker(2), epoch: 1 });
        await store.releaseLease({ streamId: newStreamId(), workerId: worker(1), epoch: 1 });
        expect(await store.getLease(streamId)).toEqual(second);
      });

      test('epochs and versions only rise, however takers, renewals and releases mix', async () => {
        let last = await take(store, worker(1));
        for (let round = 0; round < 6; round++) {
          const through = round % 2 ? store : other;
          if (round % 3 === 0) await through.renewLease(last);
          if (round % 3 === 1) {
            await through.releaseLease({ streamId, workerId: last.workerId, epoch: last.epoch });
          }
          const observed = await through.getLease(streamId);
          const next = await through.takeLease({
            streamId,
            workerId: worker(round),
            broadcastId,
            observed: observed!,
          });
          expect(next.epoch).toBe(last.epoch + 1);
          expect(next.version).toBeGreaterThan(last.version);
          last = next;
        }
      });

      test('an end request is seen at the next renewal, and does not count as a sign of life', async () => {
        const held = await take(store, worker(1));
        await other.requestEnd(streamId, broadcastId);
        expect((await other.getLease(streamId))?.version).toBe(held.version);
        expect(await store.renewLease({ streamId, workerId: worker(1), epoch: 1 })).toMatchObject({
          endRequested: true,
        });
      });

      test('an end request for another broadcast, a released lease or no lease is refused', async () => {
        await expect(store.requestEnd(streamId, broadcastId)).rejects.toBeInstanceOf(ConditionFailedError);
        await take(store, worker(1));
        await expect(store.requestEnd(streamId, newBroadcastId(2))).rejects.toBeInstanceOf(
          ConditionFailedError,
        );
        await store.releaseLease({ streamId, workerId: worker(1), epoch: 1 });
        await expect(store.requestEnd(streamId, broadcastId)).rejects.toBeInstanceOf(ConditionFailedError);
        expect((await store.getLease(streamId))?.endRequested).toBe(false);
      });

      test('an end request outlives the worker that it was made to, though the taker looked before it was made', async () => {
        const held = await take(store, worker(1));
        await store.requestEnd(streamId, broadcastId);
        const next = await other.takeLease({ streamId, workerId: worker(2), broadcastId, observed: held });
        expect(next).toMatchObject({ workerId: worker(2), epoch: 2, endRequested: true });
        await store.releaseLease(next);
        const observed = await other.getLease(streamId);
        expect(observed).toMatchObject({ released: true, endRequested: true });
        const last = await store.takeLease({
          streamId,
          workerId: worker(1),
          broadcastId,
          observed: observed!,
        });
        expect(last.endRequested).toBe(true);
      });

      test('an end request is over with its broadcast', async () => {
        const held = await take(store, worker(1));
        await store.requestEnd(streamId, broadcastId);
        const next = await other.takeLease({
          streamId,
          workerId: worker(2),
          broadcastId: newBroadcastId(2),
          observed: held,
        });
        expect(next.endRequested).toBe(false);
      });
    });

    describe('the fleet', () => {
      test('heartbeats write the facts and raise the version', async () => {
        await store.heartbeat(member('encoder-1'));
        const [first] = await other.listFleet('encoder');
        expect(first).toEqual({ ...member('encoder-1'), version: first?.version });
        await store.heartbeat(member('encoder-1', { load: 3, state: 'draining' }));
        const [second, ...none] = await other.listFleet('encoder');
        expect(none).toEqual([]);
        expect(second).toMatchObject({ load: 3, state: 'draining' });
        expect(second!.version).toBeGreaterThan(first!.version);
      });

      test('a fact that a member no longer tells is gone', async () => {
        await store.heartbeat(member('encoder-1', { pool: 'gpu', mediaPort: 8200 }));
        const [full] = await store.listFleet('encoder');
        expect(full).toMatchObject({ pool: 'gpu', mediaPort: 8200 });
        await store.heartbeat(member('encoder-1'));
        const [told] = await other.listFleet('encoder');
        expect(told).toEqual({ ...member('encoder-1'), version: told?.version });
      });

      test('each role has members of its own', async () => {
        await store.heartbeat(member('one'));
        await store.heartbeat(member('one', { role: 'ingest', port: 1935 }));
        await store.heartbeat(member('two', { role: 'ingest' }));
        expect((await store.listFleet('encoder')).map(({ id }) => id)).toEqual(['one']);
        expect((await store.listFleet('ingest')).map(({ id }) => id).sort()).toEqual(['one', 'two']);
      });

      test('a removed member is listed no more; removing it again is no error', async () => {
        await store.heartbeat(member('one'));
        await store.heartbeat(member('one', { role: 'ingest' }));
        await other.removeMember('encoder', 'one' as MemberId);
        await other.removeMember('encoder', 'one' as MemberId);
        expect(await store.listFleet('encoder')).toEqual([]);
        expect(await store.listFleet('ingest')).toHaveLength(1);
      });
    });

    describe('events', () => {
      let streamId: StreamId;
      beforeEach(() => {
        streamId = newStreamId();
      });
      const append = (through: ControlStore, n: number, id: StreamId = streamId) =>
        through.appendEvent({ streamId: id, atMs: n, type: 'test.event', text: `Event ${n}.`, data: { n } });

      test('an event is read with all its fields and a number', async () => {
        const event = {
          streamId,
          atMs: 5,
          broadcastId: newBroadcastId(5),
          type: 'stream.live',
          text: 'On air.',
          data: { workerId: 'encoder-1', attempts: 2, first: true },
        };
        await store.appendEvent(event);
        const [read] = await other.listEvents(streamId, { limit: 1 });
        expect(read).toEqual({ ...event, sequence: expect.any(Number) });
      });

      test('events come in the order in which they were appended, with rising numbers', async () => {
        for (let n = 0; n < 6; n++) await append(n % 2 ? store : other, n);
        const events = await store.listEvents(streamId, { after: 0, limit: 10 });
        expect(events.map(({ data }) => data.n)).toEqual([0, 1, 2, 3, 4, 5]);
        const numbers = events.map(({ sequence }) => sequence);
        expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
      });

      test('events appended at once from two processes are all kept under numbers of their own', async () => {
        await Promise.all(Array.from({ length: 20 }, (_, n) => append(n % 2 ? store : other, n)));
        const events = await store.listEvents(streamId, { limit: 100 });
        expect(events.map(({ data }) => data.n).sort()).toEqual(
          Array.from({ length: 20 }, (_, n) => n).sort(),
        );
        expect(new Set(events.map(({ sequence }) => sequence)).size).toBe(20);
      });

      test('without a start the newest come, still in rising order; with one, those after it', async () => {
        for (let n = 0; n < 6; n++) await append(store, n);
        const newest = await store.listEvents(streamId, { limit: 2 });
        expect(newest.map(({ data }) => data.n)).toEqual([4, 5]);
        const all = await store.listEvents(streamId, { after: 0, limit: 10 });
        const second = all[1]!.sequence;
        const page = await store.listEvents(streamId, { after: second, limit: 2 });
        expect(page.map(({ data }) => data.n)).toEqual([2, 3]);
        expect(await store.listEvents(streamId, { after: all[5]!.sequence, limit: 2 })).toEqual([]);
        const older = await store.listEvents(streamId, { before: newest[0]!.sequence, limit: 3 });
        expect(older.map(({ data }) => data.n)).toEqual([1, 2, 3]);
        expect(await store.listEvents(streamId, { before: all[0]!.sequence, limit: 3 })).toEqual([]);
      });

      test('streams number their events by themselves', async () => {
        const neighbour = newStreamId();
        await append(store, 1);
        await append(store, 2, neighbour);
        const [mine, theirs] = [
          await store.listEvents(streamId, { limit: 9 }),
          await store.listEvents(neighbour, { limit: 9 }),
        ];
        expect([mine.length, theirs.length]).toEqual([1, 1]);
        expect(mine[0]?.sequence).toBe(theirs[0]?.sequence);
      });

      test('only the newest are kept, and numbers go on rising', async () => {
        const kept = under.keptEvents ?? 1_000;
        for (let n = 1; n <= kept + 5; n++) await append(store, n);
        const events = await store.listEvents(streamId, { after: 0, limit: 2 * kept });
        expect(events).toHaveLength(kept);
        expect([events[0]?.data.n, events.at(-1)?.data.n]).toEqual([6, kept + 5]);
        expect(events.at(-1)!.sequence - events[0]!.sequence).toBe(kept - 1);
      });
    });
  });
}
