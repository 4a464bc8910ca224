import { beforeEach, describe, expect, test } from '@jest/globals';
import { openSqliteControlStore } from '../../../lib/adapters/local/sqlite/sqlite-control-store.ts';
import { DownloadBook } from '../../../lib/control/recordings/download-book.ts';
import { DownloadRunner } from '../../../lib/control/recordings/download-runner.ts';
import { makeDownloads } from '../../../lib/control/recordings/make-downloads.ts';
import { downloadLifeMs, maxDownloads } from '../../../lib/control/recordings/policy/download-machine.ts';
import type { ControlStore } from '../../../lib/control-store/ports.ts';
import type { BroadcastId, StreamId } from '../../../lib/routing/ids.ts';
import { prefix, type RecordedBroadcast, wholeBroadcast } from './recorded-broadcast.ts';

const [, streamId, broadcastId] = prefix.split('/') as [string, StreamId, BroadcastId];
const wanted = { broadcastId, fileName: 'A.mp4' };
const clip = { ...wanted, startMs: 1_000, endMs: 2_000 };

let nowMs: number;
let store: ControlStore;
let recorded: RecordedBroadcast;
let log: { name: string; fields: object }[];
let book: DownloadBook;
const clock = { wallMs: () => nowMs, nowMs: () => nowMs };

beforeEach(async () => {
  nowMs = 1_790_000_000_000;
  store = openSqliteControlStore(':memory:');
  recorded = wholeBroadcast();
  log = [];
  const emit = (name: string, fields: object) => void log.push({ name, fields });
  book = new DownloadBook({ store, clock, emit });
  await store.createStream({
    id: streamId,
    name: 'A',
    createdAtMs: 1,
    reconnectWindowMs: 0,
    keys: [],
    version: 1,
  });
});

const runner = (objects = recorded.store, limits: { patienceMs?: number } = {}) =>
  new DownloadRunner({
    ...limits,
    book,
    store,
    objects,
    region: 'local',
    clock,
    emit: (name, fields) => void log.push({ name, fields }),
  });
const names = () => log.map(({ name }) => name);
const one = async () => (await book.list(streamId))[0]!;

describe('asking for a download', () => {
  test('stores it, and asking again gives the same one', async () => {
    const asked = await book.ask(streamId, clip);
    expect(asked).toMatchObject({ ...clip, state: 'queued', tries: 0, askedAtMs: nowMs });
    expect(await book.ask(streamId, clip)).toEqual(asked);
    const other = await book.ask(streamId, wanted);
    expect((await book.list(streamId)).map(({ id }) => id)).toEqual([asked.id, other.id]);
  });

  test('has a limit for each stream', async () => {
    for (let each = 0; each < maxDownloads; each++)
      await book.ask(streamId, { ...wanted, startMs: each + 1 });
    await expect(book.ask(streamId, clip)).rejects.toMatchObject({ code: 'TOO_MANY_DOWNLOADS' });
    expect(await book.ask(streamId, { ...wanted, startMs: 1 })).toMatchObject({ startMs: 1 });
  });
});

describe('a runner', () => {
  test('writes the file, and says how large and how long it is, and until when it is there', async () => {
    const { id } = await book.ask(streamId, clip);
    await runner().run(streamId);
    const file = recorded.files.get(`${prefix}download-${id}.mp4`);
    expect(await one()).toEqual({
      ...clip,
      id,
      state: 'ready',
      askedAtMs: nowMs,
      tries: 1,
      sizeBytes: file?.length,
      durationMs: 1_000,
      expiresAtMs: nowMs + downloadLifeMs,
    });
    expect(names()).toEqual(['control.download.asked', 'control.download.made']);
  });

  test('deletes it when its time is over, and then nothing is left to do', async () => {
    await book.ask(streamId, clip);
    const running = runner();
    await running.run(streamId);
    nowMs += downloadLifeMs - 1;
    await running.sweep();
    expect(recorded.files.size).toBe(1);
    nowMs += 60_001;
    await running.sweep();
    expect([recorded.files.size, await book.list(streamId)]).toEqual([0, []]);
    expect(await store.listOpenDocuments('downloads', { limit: 1 })).toEqual({ streamIds: [] });
  });

  test('that fails is tried again after a pause, three times, and nothing half-written stays', async () => {
    await book.ask(streamId, clip);
    recorded.failing.add('part');
    const running = runner();
    await running.run(streamId);
    expect(await one()).toMatchObject({ state: 'queued', tries: 1 });
    await running.run(streamId);
    expect(await one()).toMatchObject({ tries: 1 });
    for (let again = 0; again < 2; again++) {
      nowMs += 5_000;
      await running.run(streamId);
    }
    expect(await one()).toMatchObject({
      state: 'failed',
      tries: 3,
      detail: 'Writing the file failed. Ask for it again.',
    });
    expect(recorded.aborted).toHaveLength(3);
    recorded.failing.clear();
    await book.ask(streamId, clip);
    await running.run(streamId);
    expect((await book.list(streamId)).map(({ state }) => state)).toEqual(['failed', 'ready']);
  });

  test('says at once what no second try can change', async () => {
    await book.ask(streamId, { ...wanted, startMs: 20_000 });
    await runner().run(streamId);
    expect(await one()).toMatchObject({
      state: 'failed',
      tries: 1,
      detail: 'The recording ends before the clip begins.',
    });
    expect(log.at(-1)).toMatchObject({ name: 'control.download.failed', fields: { again: false } });
  });

  test('that died is succeeded once it has been silent, even if it had completed the file', async () => {
    const { id } = await book.ask(streamId, clip);
    await book.change(streamId, id, (each) => ({ ...each, state: 'running', tries: 1, beatAtMs: nowMs }));
    recorded.files.set(`${prefix}download-${id}.mp4`, Buffer.from('as far as it came'));
    nowMs += 59_000;
    await runner().run(streamId);
    expect(await one()).toMatchObject({ state: 'running', tries: 1 });
    nowMs += 1_000;
    await runner().run(streamId);
    expect(await one()).toMatchObject({ state: 'ready', tries: 2 });
    expect(recorded.files.get(`${prefix}download-${id}.mp4`)?.toString('latin1', 4, 8)).toBe('ftyp');
  });

  test('that is stopped leaves the download to the next one', async () => {
    await book.ask(streamId, wanted);
    const stopped = runner({
      ...recorded.store,
      get: async (key) => {
        if (key.endsWith('2.m4s')) void stopped.stop();
        return await recorded.store.get(key);
      },
    });
    await stopped.run(streamId);
    expect(await one()).toMatchObject({ state: 'queued', tries: 1 });
    nowMs += 5_000;
    await runner().run(streamId);
    expect(await one()).toMatchObject({ state: 'ready' });
  });

  test.each([
    ['had nearly all of its time is not tried again, and says what to do instead', 13, 'failed'],
    ['began late is tried again', 5, 'queued'],
  ])('that runs out of time and %s', async (_, minutes, state) => {
    await book.ask(streamId, clip);
    const late = runner(
      {
        ...recorded.store,
        get: async (key) => {
          if (key.endsWith('.m4s')) {
            nowMs = 1_790_000_000_000 + minutes * 60_000;
            void late.stop();
          }
          return await recorded.store.get(key);
        },
      },
      { patienceMs: 14 * 60_000 },
    );
    await late.run(streamId);
    expect(await one()).toMatchObject({ state, tries: 1 });
    const { detail } = await one();
    if (state === 'failed') expect(detail).toMatch(/longer than 14 minutes.*Ask for a clip/);
    expect(recorded.aborted).toHaveLength(1);
  });

  test('of a stream that was deleted meanwhile leaves no file', async () => {
    await book.ask(streamId, clip);
    await runner({
      ...recorded.store,
      get: async (key) => {
        if (key.endsWith('.m4s')) await store.deleteStream(streamId);
        return await recorded.store.get(key);
      },
    }).run(streamId);
    expect(recorded.files.size).toBe(0);
    expect(await book.list(streamId)).toEqual([]);
  });

  test('of a recording that is deleted meanwhile leaves no file, and others are kept', async () => {
    const other = await book.ask(streamId, { ...clip, broadcastId: '1jm8p0v4c7h2kqv1' as BroadcastId });
    await book.ask(streamId, clip);
    await runner({
      ...recorded.store,
      get: async (key) => {
        if (key.endsWith('.m4s')) await book.forget(streamId, broadcastId);
        return await recorded.store.get(key);
      },
    }).run(streamId);
    expect(recorded.files.size).toBe(0);
    expect((await book.list(streamId)).map(({ id }) => id)).toEqual([other.id]);
  });

  test('two at once write it once', async () => {
    await book.ask(streamId, clip);
    await Promise.all([runner().run(streamId), runner().run(streamId)]);
    expect(names().filter((name) => name === 'control.download.made')).toHaveLength(1);
    expect(await one()).toMatchObject({ state: 'ready', tries: 1 });
  });
});

describe('the function that makes downloads', () => {
  test('makes those of the stream that it is told, and all if it is told none', async () => {
    await book.ask(streamId, clip);
    const parts = { store, runner: runner() };
    await makeDownloads({ streamId: 'zzzzzzzzzzzzzzzz' }, parts);
    expect(await one()).toMatchObject({ state: 'queued' });
    await makeDownloads({}, parts);
    expect(await one()).toMatchObject({ state: 'ready' });
  });

  test('fails where the store is away', async () => {
    const away = { listOpenDocuments: () => Promise.reject(new Error('away')) };
    await expect(makeDownloads({}, { store: away, runner: runner() })).rejects.toThrow('away');
  });
});
