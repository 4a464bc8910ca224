import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { BroadcastRecord } from '../../lib/control-store/records.ts';
import type { ActiveBroadcast } from '../../lib/encoder/active-broadcast.ts';
import { HandoffQueue } from '../../lib/encoder/handoff-queue.ts';
import { drainLimits } from '../../lib/encoder/policy/drain-limits.ts';
import { newBroadcastId, newStreamId, type StreamId } from '../../lib/routing/ids.ts';
import type { EmitEvent } from '../../lib/telemetry/events.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const epoch = 3;
/** What happened when, in whole seconds. */
let story: string[];
let records: Map<StreamId, Pick<BroadcastRecord, 'state' | 'epoch' | 'caughtUpEpoch'>>;
let done: object[];
let queue: HandoffQueue;
beforeEach(() => {
  story = [];
  records = new Map();
  done = [];
  queue = new HandoffQueue({
    store: { getBroadcast: async (streamId) => records.get(streamId) as BroadcastRecord },
    clock: { nowMs: () => performance.now(), wallMs: () => 0 },
    emit: ((_: string, fields: object) => done.push(fields)) as unknown as EmitEvent,
  });
  const zeroMs = performance.now();
  tell = (what) => story.push(`${Math.round((performance.now() - zeroMs) / 1000)} s: ${what}`);
});
let tell: (what: string) => void;

const pause = (ms: number) => new Promise((wake) => setTimeout(wake, ms));

interface Fate {
  /** From the announcement until the publisher has left; undefined: no worker has room. */
  readonly leavesAfterMs?: number;
  /** From then on until the next worker keeps real time; undefined: it never says so. */
  readonly caughtUpAfterMs?: number;
  readonly isCatchingUp?: () => boolean;
}

function broadcast(name: string, fate: Fate): ActiveBroadcast {
  const { leavesAfterMs = Number.POSITIVE_INFINITY, caughtUpAfterMs, isCatchingUp = () => false } = fate;
  const streamId = newStreamId();
  records.set(streamId, { state: 'live', epoch, caughtUpEpoch: epoch });
  return {
    streamId,
    id: newBroadcastId(1),
    epoch,
    ending: false,
    get isCatchingUp() {
      return isCatchingUp();
    },
    async drain(withinMs) {
      tell(`${name} is told`);
      await pause(Math.min(withinMs, leavesAfterMs));
      tell(`${name} is gone`);
      if (leavesAfterMs > withinMs) return false;
      records.set(streamId, { state: 'live', epoch: epoch + 1, caughtUpEpoch: epoch });
      const inTime = { state: 'live', epoch: epoch + 1, caughtUpEpoch: epoch + 1 } as const;
      if (caughtUpAfterMs !== undefined) setTimeout(() => records.set(streamId, inTime), caughtUpAfterMs);
      return true;
    },
  } as ActiveBroadcast;
}

async function handOver(...broadcasts: ActiveBroadcast[]): Promise<void> {
  const handedOver = queue.handOver(broadcasts).then(() => tell('done'));
  await jest.advanceTimersByTimeAsync(2 * drainLimits.publishersMs);
  await handedOver;
}

describe('the broadcasts of a draining worker', () => {
  test('leave one after the other, as fast as the next worker keeps real time', async () => {
    await handOver(
      broadcast('a', { leavesAfterMs: 1000, caughtUpAfterMs: 3000 }),
      broadcast('b', { leavesAfterMs: 1000, caughtUpAfterMs: 1000 }),
    );
    expect(story).toEqual([
      '0 s: a is told',
      '1 s: a is gone',
      '4 s: b is told',
      '5 s: b is gone',
      '6 s: done',
    ]);
    expect(done).toEqual([
      expect.objectContaining({ inRealTime: true }),
      expect.objectContaining({ inRealTime: true }),
    ]);
  });

  test('share the time where the next worker is too old to say so, or too slow', async () => {
    const fate = { leavesAfterMs: 1000 };
    await handOver(broadcast('a', fate), broadcast('b', fate));
    expect(story).toEqual([
      '0 s: a is told',
      '1 s: a is gone',
      '20 s: b is told',
      '21 s: b is gone',
      '40 s: done',
    ]);
    expect(done).toEqual([
      expect.objectContaining({ inRealTime: false }),
      expect.objectContaining({ inRealTime: false }),
    ]);
  });

  test('are all told in time, and let go of in time, where no worker has room', async () => {
    await handOver(broadcast('a', {}), broadcast('b', {}));
    expect(story).toEqual([
      '0 s: a is told',
      '20 s: b is told',
      '60 s: a is gone',
      '60 s: b is gone',
      '60 s: done',
    ]);
  });

  test('stay until their own viewers have them in time, and the others leave first', async () => {
    const readyAtMs = performance.now() + 5000;
    const isCatchingUp = () => performance.now() < readyAtMs;
    await handOver(
      broadcast('a', { leavesAfterMs: 1000, caughtUpAfterMs: 0, isCatchingUp }),
      broadcast('b', { leavesAfterMs: 1000, caughtUpAfterMs: 0 }),
    );
    expect(story).toEqual([
      '0 s: b is told',
      '1 s: b is gone',
      '5 s: a is told',
      '6 s: a is gone',
      '6 s: done',
    ]);
  });

  test('are paced by time alone where the control store does not answer', async () => {
    queue = new HandoffQueue({
      store: { getBroadcast: () => Promise.reject(new Error('down')) },
      clock: { nowMs: () => performance.now(), wallMs: () => 0 },
      emit: (() => {}) as unknown as EmitEvent,
    });
    await handOver(broadcast('a', { leavesAfterMs: 1000, caughtUpAfterMs: 0 }));
    expect(story).toEqual(['0 s: a is told', '1 s: a is gone', '40 s: done']);
  });
});
