import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { broadcast, folder, playlist, reload, stream, Workers } from './workers-in-memory.ts';

let workers: Workers;
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
  workers = new Workers();
});
afterEach(() => {
  workers.upstream.close();
  jest.useRealTimers();
});

const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

describe('the live origin asks', () => {
  test('the worker that has the lease, and passes on what it says', async () => {
    for (const status of [200, 400, 404, 503]) {
      const asked = workers.ask(playlist);
      await pass(0);
      expect(workers.last).toMatchObject({ worker: 'encoder-1', target: playlist });
      await workers.last.head(status);
      await pass(0);
      expect(asked.status).toBe(status);
      asked.answer?.discard();
    }
  });

  test.each([
    ['no stream', '/local/s/index.m3u8', 404],
    ['no broadcast', `/local/${stream}/b/720p/playlist.m3u8`, 404],
    ['what MediaLive writes', `/local/${stream}/${broadcast}/managed/0/index.mp4`, 503],
    ['an MP4 file', `/local/${stream}/${broadcast}/download-8pvc8defycmt.mp4`, 503],
  ])('nobody about %s', async (_what, path, status) => {
    const asked = workers.ask(path);
    await pass(0);
    expect(asked.status).toBe(status);
    expect([workers.leaseReads, workers.calls]).toEqual([[], []]);
  });

  test('no worker about another broadcast than the one on air', async () => {
    const asked = workers.ask(`/local/${stream}/00000000000000aa/720p/5.m4s`, true);
    await pass(0);
    expect(asked.status).toBe(503);
    expect(workers.calls).toEqual([]);
  });

  test('at once if a newer broadcast than the known one is asked for', async () => {
    workers.ask(playlist);
    await pass(400);
    const newer = '1jm8q4m8n5v3x9zc';
    workers.lease = { ...workers.lease!, broadcastId: newer as typeof broadcast, epoch: 2 };
    workers.ask(`/local/${stream}/${newer}/720p/playlist.m3u8`);
    await pass(0);
    expect(workers.last.target).toContain(newer);
  });

  test('nobody if the lease is released', async () => {
    workers.hold('encoder-1', 1, true);
    const asked = workers.ask(reload, true);
    await pass(0);
    expect(asked.status).toBe(503);
  });
});

describe('leases are read', () => {
  test('once a second while viewers wait, however many requests there are', async () => {
    for (let second = 0; second < 60; second++) {
      for (let request = 0; request < 10; request++) {
        workers.ask(`${reload}${second}`, true);
        await pass(100);
        await workers.last.head(404);
        workers.last.discarded = true;
      }
    }
    expect(workers.leaseReads.length).toBeGreaterThan(40);
    expect(workers.leaseReads.length).toBeLessThanOrEqual(61);
  });

  test('not at all when nobody asks', async () => {
    const asked = workers.ask(playlist);
    await pass(0);
    await workers.last.give('text');
    for await (const _piece of asked.answer?.body ?? []);
    workers.leaseReads = [];
    await pass(60_000);
    expect(workers.leaseReads).toEqual([]);
  });

  test('seldom for made-up streams', async () => {
    for (let made = 0; made < 20_000; made++) {
      const id = `${String(made).padStart(15, '0')}a`;
      workers.ask(`/local/${id}/index.m3u8`);
      if (made % 20 === 0) await pass(10);
    }
    await pass(1000);
    // 1,000 at once and 300 a second, of 2,000 a second.
    expect(workers.leaseReads.length).toBeLessThan(1_000 + 12 * 300);
    const asked = workers.ask(playlist);
    await pass(100);
    await workers.last.head(200);
    expect(asked.status).toBe(200);
  });

  test('in vain while the control store is down: streams stay with the workers that are known', async () => {
    workers.ask(playlist);
    await pass(0);
    await workers.last.head(404);
    workers.isStoreDown = true;
    for (let second = 0; second < 60; second++) {
      const asked = workers.ask(playlist);
      await pass(1000);
      await workers.last.head(200);
      expect(asked.status).toBe(200);
      asked.answer?.discard();
    }
    const unreadable = [{ event: 'edge.leases.unreadable' }, { event: 'edge.fleet.unreadable' }];
    expect(workers.events).toHaveLength(2);
    expect(workers.events).toEqual(expect.arrayContaining(unreadable));
    expect(workers.calls).toHaveLength(61);

    workers.isStoreDown = false;
    for (let second = 0; second < 10; second++) {
      const asked = workers.ask(playlist);
      await pass(1000);
      await workers.last.head(200);
      asked.answer?.discard();
    }
    const readable = [{ event: 'edge.leases.readable' }, { event: 'edge.fleet.readable' }];
    expect(workers.events.slice(2)).toEqual(expect.arrayContaining(readable));
  });
});

describe('when a stream moves to another worker', () => {
  test('what is blocked is asked of that one, and nothing waits for the old one', async () => {
    const asked = workers.ask(reload, true);
    await pass(100);
    const [old] = workers.calls;
    workers.hold('encoder-2', 2);
    await pass(1_100);
    expect(old?.aborted).toBe(true);
    expect(workers.last).toMatchObject({ worker: 'encoder-2', target: reload });
    await workers.last.head(200);
    expect(asked.status).toBe(200);
  });

  test('so is what is blocked when the same worker has it again, under another epoch', async () => {
    workers.ask(reload, true);
    await pass(100);
    workers.hold('encoder-1', 2);
    await pass(1_100);
    expect(workers.calls.map(({ worker, aborted }) => [worker, aborted])).toEqual([
      ['encoder-1', true],
      ['encoder-1', false],
    ]);
  });

  test('what is blocked waits until there is one, for 5 s, and until it has something to show', async () => {
    const asked = workers.ask(reload, true);
    await pass(100);
    workers.silent.add('encoder-1');
    await workers.last.refuse('UPSTREAM_UNREACHABLE');
    await pass(3_000);
    expect(asked.status).toBeUndefined();
    workers.hold('encoder-2', 2);
    await pass(400);
    expect(workers.last.worker).toBe('encoder-2');
    await workers.last.head(503);
    await pass(400);
    expect(asked.status).toBeUndefined();
    await workers.last.head(200);
    expect(asked.status).toBe(200);
  });

  test('what is blocked waits no longer than that', async () => {
    const asked = workers.ask(reload, true);
    await pass(100);
    workers.silent.add('encoder-1');
    await workers.last.refuse('UPSTREAM_UNREACHABLE');
    await pass(4_500);
    expect(asked.status).toBeUndefined();
    await pass(1_500);
    expect(asked.status).toBe(503);
  });

  test('a handover leaves it without a worker for a moment', async () => {
    const asked = workers.ask(reload, true);
    await pass(100);
    workers.hold('encoder-1', 1, true);
    await pass(1_500);
    expect([workers.calls[0]?.aborted, asked.status]).toEqual([true, undefined]);
    const late = workers.ask(reload, true);
    workers.hold('encoder-2', 2);
    await pass(400);
    for (const call of workers.calls.slice(1)) await call.head(200);
    expect([asked.status, late.status]).toEqual([200, 200]);
  });

  test('after the end of a broadcast nothing waits for long', async () => {
    const asked = workers.ask(reload, true);
    await pass(100);
    workers.hold('encoder-1', 1, true);
    await pass(3_500);
    expect(asked.status).toBe(503);
  });

  test.each([421, 401])('a worker that says %i has not got it', async (status) => {
    const unheld = workers.ask(playlist);
    const held = workers.ask(reload, true);
    await pass(0);
    for (const call of [...workers.calls]) await call.head(status);
    workers.hold('encoder-2', 2);
    await pass(400);
    expect([unheld.status, held.status]).toEqual([503, undefined]);
    expect(workers.last).toMatchObject({ worker: 'encoder-2', target: reload });
  });

  test('a segment that grows has a second to come to its end', async () => {
    const asked = workers.ask(`${folder}9.m4s`, true);
    await pass(0);
    await workers.last.head(200);
    workers.hold('encoder-2', 2);
    await pass(1_200);
    expect(asked.status).toBe(200);
    expect(workers.last.aborted).toBe(false);
    await pass(1_000);
    expect(workers.last.aborted).toBe(true);
  });
});

describe('a worker that does not answer', () => {
  test('costs a request that is not held less than a second', async () => {
    const asked = workers.ask(playlist);
    await pass(600);
    await workers.last.refuse('UPSTREAM_TIMEOUT');
    await pass(300);
    expect(asked.status).toBe(503);
  });

  test('is asked once more if another one has the stream by now', async () => {
    const asked = workers.ask(playlist);
    await pass(200);
    workers.hold('encoder-2', 2);
    await workers.last.refuse('UPSTREAM_UNREACHABLE');
    await pass(0);
    expect(workers.last.worker).toBe('encoder-2');
    await workers.last.head(200);
    expect(asked.status).toBe(200);
  });

  test('is left out until a probe finds it, and what waits for it waits on', async () => {
    const blocked = workers.ask(reload, true);
    workers.silent.add('encoder-1');
    workers.ask(playlist);
    await pass(0);
    await workers.last.refuse('UPSTREAM_TIMEOUT');
    await pass(0);
    expect(workers.events).toContainEqual({ event: 'edge.worker.lost' });
    expect(workers.calls[0]?.aborted).toBe(true);
    const before = workers.calls.length;
    const segment = workers.ask(`${folder}1.m4s`, true);
    await pass(0);
    expect([segment.status, workers.calls.length]).toEqual([503, before]);
    workers.silent.clear();
    await pass(1_000);
    expect(workers.events).toContainEqual({ event: 'edge.worker.back' });
    expect(workers.last.target).toBe(reload);
    await workers.last.head(200);
    expect(blocked.status).toBe(200);
  });

  test('is found out by those that wait for what it holds, too', async () => {
    workers.silent.add('encoder-1');
    const segment = workers.ask(`${folder}5.m4s`, true);
    // The limit of the probe comes on top.
    await pass(450);
    expect(workers.events).toEqual([{ event: 'edge.worker.lost' }]);
    expect(segment.status).toBe(503);
  });

  test('is not doubted by those that wait while others have answers', async () => {
    workers.ask(reload, true);
    for (let ms = 0; ms < 2_000; ms += 250) {
      workers.ask(playlist);
      await pass(250);
      await workers.last.head(200);
    }
    expect(workers.probes).toBe(0);
  });
});
