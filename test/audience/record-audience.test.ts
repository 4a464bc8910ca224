import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openSqliteControlStore } from '../../lib/adapters/local/sqlite/sqlite-control-store.ts';
import { recordAudience } from '../../lib/audience/record-audience.ts';
import { newBroadcastId, newStreamId, type StreamId } from '../../lib/routing/ids.ts';

const wallMs = 1_790_000_000_000;
const region = 'local';
let store: ReturnType<typeof openSqliteControlStore>;
let said: [string, object][];
let streamId: StreamId;

beforeEach(async () => {
  store = openSqliteControlStore(':memory:');
  said = [];
  streamId = newStreamId();
  await store.createStream({
    id: streamId,
    name: 'A stream',
    createdAtMs: wallMs,
    reconnectWindowMs: 60_000,
    keys: [],
    encoder: 'fleet',
    latency: 'low',
    destinations: [],
    version: 1,
  } as unknown as Parameters<typeof store.createStream>[0]);
});
afterEach(() => store.close());

const broadcastId = newBroadcastId(wallMs);
const take = (changed: object = {}) => ({
  streamPath: `${region}/${streamId}`,
  broadcastId: broadcastId as string,
  viewers: 20,
  peak: 21,
  plays: 22,
  watchMs: 200_000,
  toldMs: 200_000,
  stalledMs: 8_000,
  startups: [0, 0, 3],
  ...changed,
});
const record = (takes: readonly ReturnType<typeof take>[], atMs = wallMs) =>
  recordAudience(
    {
      storeOf: (name) => (name === region ? store : undefined),
      emit: (name, fields) => said.push([name, fields]),
    },
    takes,
    atMs,
  );

test('a take is written beside its stream, and the next one added to it', async () => {
  await record([take()]);
  await record([take({ viewers: 5, peak: 20 })], wallMs + 10_000);
  const document = await store.getDocument(streamId, 'audience');
  expect(document).toMatchObject({
    open: false,
    version: 2,
    body: { broadcastId, viewers: 5, peak: 21, plays: 44, watchMs: 400_000, atMs: wallMs + 10_000 },
  });
});

test('all streams together are reported, with the share of waiting', async () => {
  await record([take(), take({ viewers: 0, stalledMs: 0 })]);
  expect(said[0]).toEqual([
    'audience.measured',
    { viewers: 20, streams: 1, rebufferPercent: 2, startupMs: expect.any(Number) },
  ]);
});

test('of a few viewers no share is reported: one bad network would be all of it', async () => {
  await record([take({ toldMs: 60_000, stalledMs: 50_000, startups: [] })]);
  expect(said[0]).toEqual(['audience.measured', { viewers: 20, streams: 1 }]);
});

test('nothing is written or said while nobody watches', async () => {
  await record([]);
  expect(said).toEqual([]);
  expect(await store.getDocument(streamId, 'audience')).toBeUndefined();
});

test('nothing is written beside a stream that is gone', async () => {
  await store.deleteStream(streamId);
  await record([take()]);
  expect(await store.getDocument(streamId, 'audience')).toBeUndefined();
});

test.each([
  ['another region', { streamPath: 'elsewhere/7h2kqv0m4x9rt3bz' }],
  ['no stream', { streamPath: 'local/..' }],
  ['no broadcast', { broadcastId: 'nonsense' }],
  ['a stream that was never on air', { broadcastId: '' }],
])('a take of %s writes nothing', async (_, changed) => {
  await record([take(changed)]);
  expect(await store.getDocument(streamId, 'audience')).toBeUndefined();
  expect(said.map(([name]) => name)).toEqual(['audience.measured']);
});

test('a store that fails loses the take, and the next one is written', async () => {
  const failing = { ...store, getDocument: () => Promise.reject(new Error('locked')) };
  await recordAudience(
    { storeOf: () => failing, emit: (name, fields) => said.push([name, fields]) },
    [take()],
    wallMs,
  );
  expect(said.at(-1)).toMatchObject(['audience.takes.lost', { lost: 1 }]);
  await record([take()]);
  expect((await store.getDocument(streamId, 'audience'))?.version).toBe(1);
});

describe('earlier broadcasts', () => {
  const ids = [1, 2].map((hours) => newBroadcastId(wallMs + hours * 3_600_000) as string);
  const later = (at: number) => ids[at - 1]!;
  const past = async () => (await store.getDocument(streamId, 'audiences'))?.body.broadcasts;

  test('keep how they were watched once the next one is', async () => {
    await record([take()]);
    expect(await past()).toBeUndefined();
    await record([take({ broadcastId: later(1), peak: 3 })]);
    await record([take({ broadcastId: later(2) })]);
    expect(await past()).toEqual([
      expect.objectContaining({ broadcastId: later(1), peak: 20 }),
      {
        broadcastId,
        peak: 21,
        plays: 22,
        watchMs: 200_000,
        startupMs: { p50: expect.any(Number), p95: expect.any(Number) },
        rebufferRatio: 0.04,
      },
    ]);
  });

  test('are kept before the newer one is written, so that none is lost in between', async () => {
    await record([take()]);
    const failing = {
      ...store,
      putDocument: async (document: Parameters<typeof store.putDocument>[0]) => {
        if (document.kind === 'audience') throw new Error('locked');
        return store.putDocument(document);
      },
    } as unknown as typeof store;
    const newer = take({ broadcastId: later(1) });
    await recordAudience({ storeOf: () => failing, emit: () => {} }, [newer], wallMs);
    await record([newer]);
    expect(await past()).toEqual([expect.objectContaining({ broadcastId })]);
  });
});
