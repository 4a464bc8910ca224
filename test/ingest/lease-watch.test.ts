import { beforeEach, expect, test } from '@jest/globals';
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
});

/** Ticks each 250 ms for so long. */
async function ticks(watch: LeaseWatch, forMs: number, isSilent = true): Promise<void> {
  for (const untilMs = nowMs + forMs; nowMs < untilMs; nowMs += 250) {
    watch.tick(isSilent);
    await settled();
  }
}

/** A watch, and in which versions it said that the lease has expired. */
function watching(read: () => Promise<LeaseRecord | undefined>) {
  const expired: number[] = [];
  const watch = new LeaseWatch({
    run,
    read,
    nowMs: () => nowMs,
    expired: (version) => void expired.push(version),
  });
  return { watch, expired };
}

test('says in which version the lease of a silent worker has expired', async () => {
  const { watch, expired } = watching(async () => lease);
  await ticks(watch, leaseMs);
  expect(expired).toEqual([]);
  await ticks(watch, 250);
  expect(expired).toEqual([7]);
});

test('counts from when the worker said that it had renewed, without a read until it is silent', async () => {
  let reads = 0;
  const { watch, expired } = watching(async () => {
    reads++;
    return lease;
  });
  watch.renewed(7);
  await ticks(watch, 1_000, false);
  expect(reads).toBe(0);
  await ticks(watch, leaseMs - 1_000);
  expect(expired).toEqual([]);
  await ticks(watch, 250);
  expect(expired).toEqual([7]);
});

test('says nothing of a worker that was heard while its lease was read', async () => {
  let answer: ((read: LeaseRecord) => void) | undefined;
  const { watch, expired } = watching(() => new Promise((resolve) => (answer = resolve)));
  watch.renewed(7);
  await ticks(watch, leaseMs, false);
  watch.tick(true);
  watch.heard();
  answer?.(lease);
  await settled();
  expect(expired).toEqual([]);
  watch.tick(true);
  answer?.(lease);
  await settled();
  expect(expired).toEqual([7]);
});

test('concludes nothing while the control store does not answer, and reads once at a time', async () => {
  let reads = 0;
  let isDown = false;
  const { watch, expired } = watching(async () => {
    reads++;
    if (isDown) throw new Error('down');
    return lease;
  });
  watch.renewed(7);
  await ticks(watch, leaseMs - 250);
  isDown = true;
  await ticks(watch, 10_000);
  isDown = false;
  await ticks(watch, leaseMs);
  expect(expired).toEqual([]);
  await ticks(watch, 250);
  expect(expired).toEqual([7]);
  const before = reads;
  const hanging = watching(() => {
    reads++;
    return new Promise(() => {});
  });
  await ticks(hanging.watch, 5_000);
  expect(hanging.expired).toEqual([]);
  expect(reads - before).toBe(1);
});
