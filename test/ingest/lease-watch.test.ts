import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { leaseMs } from '../../lib/control-store/fleet-times.ts';
import type { LeaseRecord } from '../../lib/control-store/records.ts';
import { LeaseWatch } from '../../lib/ingest/lease-watch.ts';
import { type MemberId, newBroadcastId, type StreamId } from '../../lib/routing/ids.ts';

const run = { worker: 'encoder-1' as MemberId, epoch: 3 };
const lease: LeaseRecord = {
  ...{ streamId: 's' as StreamId, workerId: run.worker, epoch: 3, version: 7 },
  ...{ broadcastId: newBroadcastId(1), released: false, endRequested: false },
};
const settled = () => new Promise((resolve) => setImmediate(resolve));

let nowMs = 0;
beforeEach(() => {
  nowMs = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** Looks each 250 ms for so long; what it said last. */
async function looks(watch: LeaseWatch, forMs: number): Promise<number | undefined> {
  let last: number | undefined;
  for (const untilMs = nowMs + forMs; nowMs < untilMs; nowMs += 250) {
    last = watch.look();
    await settled();
  }
  return last;
}

test('says in which version a lease has expired, and nothing more once its worker is heard', async () => {
  const watch = new LeaseWatch(run, async () => lease);
  expect(await looks(watch, leaseMs)).toBeUndefined();
  expect(await looks(watch, 750)).toBe(7);
  watch.heard();
  expect(watch.look()).toBeUndefined();
  expect(await looks(watch, leaseMs)).toBeUndefined();
});

test('concludes nothing while the control store does not answer, and reads once at a time', async () => {
  let reads = 0;
  let isDown = false;
  const watch = new LeaseWatch(run, async () => {
    reads++;
    if (isDown) throw new Error('down');
    return lease;
  });
  await looks(watch, leaseMs - 250);
  isDown = true;
  expect(await looks(watch, 10_000)).toBeUndefined();
  isDown = false;
  expect(await looks(watch, leaseMs)).toBeUndefined();
  expect(await looks(watch, 750)).toBe(7);
  const before = reads;
  const hanging = new LeaseWatch(run, () => {
    reads++;
    return new Promise(() => {});
  });
  expect(await looks(hanging, 5_000)).toBeUndefined();
  expect(reads - before).toBe(1);
});
