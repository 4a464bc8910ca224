import { describe, expect, test } from '@jest/globals';
import type { LeaseRecord } from '../../../../lib/control-store/records.ts';
import { leaseMs } from '../../../../lib/encoder/lease/policy/fence.ts';
import { LeaseClaim } from '../../../../lib/encoder/lease/policy/lease-claim.ts';
import { StoreWatch } from '../../../../lib/encoder/lease/policy/store-watch.ts';
import { type MemberId, newBroadcastId, newStreamId } from '../../../../lib/routing/ids.ts';

const [holder, taker, other] = ['encoder-1', 'encoder-2', 'encoder-3'] as MemberId[] as [
  MemberId,
  MemberId,
  MemberId,
];
const lease: LeaseRecord = {
  streamId: newStreamId(),
  workerId: holder,
  epoch: 4,
  version: 9,
  broadcastId: newBroadcastId(1),
  released: false,
  endRequested: false,
};
const gone = { worker: holder, epoch: 4 };

describe('a claim on a lease whose holder is said to be gone', () => {
  test('is free at once, without a write of our own that would show that the store works', () => {
    expect(new LeaseClaim(taker, { gone }).judge(lease, 0, new StoreWatch())).toBe('free');
  });

  test.each([
    ['another worker has it by now', { ...lease, workerId: other, epoch: 5 }],
    ['the same worker took it again after a restart', { ...lease, epoch: 5 }],
    ['the lease is older than what the proxy knew', { ...lease, epoch: 3 }],
  ])('waits like any other if %s', (_name, read) => {
    expect(new LeaseClaim(taker, { gone }).judge(read, 0, new StoreWatch())).toBe('wait');
  });

  test('is waited out as ever if its host did not refuse', () => {
    const watch = new StoreWatch();
    const claim = new LeaseClaim(taker);
    const verdicts: string[] = [];
    for (let ms = 0; ms <= leaseMs; ms += 250) {
      watch.wrote(ms);
      verdicts.push(claim.judge(lease, ms, watch));
    }
    expect(new Set(verdicts.slice(0, -1))).toEqual(new Set(['wait']));
    expect(verdicts.at(-1)).toBe('free');
  });
});
