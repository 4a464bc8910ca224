import { describe, expect, test } from '@jest/globals';
import { leaseMs } from '../../../lib/control-store/fleet-times.ts';
import type { LeaseRecord } from '../../../lib/control-store/records.ts';
import { LeaseExpiry } from '../../../lib/ingest/policy/lease-expiry.ts';
import { type MemberId, newBroadcastId, type StreamId } from '../../../lib/routing/ids.ts';

const run = { worker: 'encoder-1' as MemberId, epoch: 3 };
const lease: LeaseRecord = {
  ...{ streamId: 's' as StreamId, workerId: run.worker, epoch: 3, version: 7 },
  ...{ broadcastId: newBroadcastId(1), released: false, endRequested: false },
};

/** Reads each 250 ms, as of `fromMs`; what the last one said. */
function reads(expiry: LeaseExpiry, fromMs: number, toMs: number, of: LeaseRecord | undefined = lease) {
  let last: number | undefined;
  for (let ms = fromMs; ms <= toMs; ms += 250) last = expiry.read(of, ms, ms);
  return last;
}

describe('a lease', () => {
  test('has expired once it has not changed for the lease time, in the version that was seen', () => {
    const expiry = new LeaseExpiry(run);
    expect(reads(expiry, 0, leaseMs - 250)).toBeUndefined();
    expect(reads(expiry, leaseMs, leaseMs)).toBe(7);
  });

  test('has expired the lease time after its holder said that it renewed, and was read since', () => {
    const expiry = new LeaseExpiry(run);
    expiry.renewed(7, 0);
    for (let ms = 250; ms < 1_000; ms += 250) expiry.passed(ms);
    expect(reads(expiry, 1_000, leaseMs - 250)).toBeUndefined();
    expect(reads(expiry, leaseMs, leaseMs)).toBe(7);
  });

  test('counts from the first read if it was renewed without a word', () => {
    const expiry = new LeaseExpiry(run);
    expiry.renewed(6, 0);
    for (let ms = 250; ms < 1_000; ms += 250) expiry.passed(ms);
    expect(reads(expiry, 1_000, leaseMs + 750)).toBeUndefined();
    expect(reads(expiry, leaseMs + 1_000, leaseMs + 1_000)).toBe(7);
  });

  test('has not while it is renewed', () => {
    const expiry = new LeaseExpiry(run);
    for (let version = 8; version < 20; version++)
      expect(reads(expiry, version * 500, version * 500 + 250, { ...lease, version })).toBeUndefined();
  });

  test.each([
    ['another worker has it', { ...lease, workerId: 'encoder-2' as MemberId }],
    ['the same worker has it again', { ...lease, epoch: 4 }],
    ['it is released', { ...lease, released: true }],
    ['there is none', undefined],
  ])('says nothing of this worker if %s', (_name, of) => {
    const expiry = new LeaseExpiry(run);
    reads(expiry, 0, 1_500);
    // No default: undefined is meant.
    expect(expiry.read(of, 1_750, 1_750)).toBeUndefined();
    expect(reads(expiry, 2_000, 3_750)).toBeUndefined();
    expect(reads(expiry, 4_000, 4_000)).toBe(7);
  });

  test('is watched anew after the control store was away', () => {
    const expiry = new LeaseExpiry(run);
    reads(expiry, 0, 1_750);
    expiry.interrupted();
    expect(reads(expiry, 2_000, 3_750)).toBeUndefined();
  });

  test('is not judged by time in which nobody looked, or that the control store took to answer', () => {
    const asleep = new LeaseExpiry(run);
    expect(asleep.read(lease, 0, 0)).toBeUndefined();
    expect(asleep.read(lease, 60_000, 60_000)).toBeUndefined();
    const told = new LeaseExpiry(run);
    told.renewed(7, 0);
    told.passed(60_000);
    expect(told.read(lease, 120_000, 120_000)).toBeUndefined();
    const slow = new LeaseExpiry(run);
    let last: number | undefined;
    for (let sentMs = 0; sentMs < 3_000; sentMs += 500) last = slow.read(lease, sentMs, sentMs + 490);
    expect(last).toBeUndefined();
  });
});
