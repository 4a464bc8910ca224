import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ConditionFailedError, ControlStoreUnavailableError } from '../../../lib/control-store/errors.ts';
import type { LeaseStore } from '../../../lib/control-store/ports.ts';
import type { LeaseRecord } from '../../../lib/control-store/records.ts';
import { LeaseKeeper } from '../../../lib/encoder/lease/lease-keeper.ts';
import { Fence, leaseMs, renewEveryMs } from '../../../lib/encoder/lease/policy/fence.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** The longest that a control store takes before it gives up a call. */
const longestCallMs = 1300;

/** A keeper of a lease; `renew` is how the store answers the renewal that was asked for at this time. */
function keep(renew: (atMs: number) => Promise<void>) {
  const told: string[] = [];
  let releases = 0;
  const renewals: number[] = [];
  const store = {
    async renewLease() {
      renewals.push(Date.now());
      await renew(Date.now());
      return { endRequested: false, version: renewals.length };
    },
    async releaseLease() {
      releases++;
    },
  } as unknown as LeaseStore;
  const lease = { streamId: 's', workerId: 'encoder-1', epoch: 1 } as unknown as LeaseRecord;
  const clock = { nowMs: () => Date.now(), wallMs: () => Date.now() };
  const keeper = new LeaseKeeper(lease, {
    store,
    clock,
    takenAtMs: Date.now(),
    reachable: (isReachable) => told.push(isReachable ? 'reachable' : 'unreachable'),
  });
  const versions: number[] = [];
  keeper.listen({
    lost: () => told.push('lost'),
    endRequested: () => told.push('end'),
    renewed: (version) => versions.push(version),
  });
  return { keeper, told, versions, renewals, released: () => releases };
}

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe('a lease keeper', () => {
  test('says which version the lease has after each renewal that succeeded', async () => {
    let fails = false;
    const { keeper, versions } = keep(async () => {
      if (fails) throw new ControlStoreUnavailableError('No answer.');
    });
    await jest.advanceTimersByTimeAsync(2 * renewEveryMs);
    fails = true;
    await jest.advanceTimersByTimeAsync(renewEveryMs);
    fails = false;
    await jest.advanceTimersByTimeAsync(renewEveryMs);
    keeper.stop();
    expect(versions).toEqual([1, 2, 4]);
  });

  test('goes on renewing after an error of its own', async () => {
    const unanswered = jest.spyOn(Fence.prototype, 'unanswered').mockImplementationOnce(() => {
      throw new Error('An error of its own.');
    });
    let fails = true;
    const { keeper, told } = keep(async () => {
      if (fails) throw new ControlStoreUnavailableError('No answer.');
    });
    await jest.advanceTimersByTimeAsync(renewEveryMs);
    fails = false;
    await jest.advanceTimersByTimeAsync(renewEveryMs);
    unanswered.mockRestore();
    expect(told).toEqual(['unreachable', 'reachable']);
    expect(await keeper.mayWrite()).toBe(true);
    keeper.stop();
  });

  test('keeps writing while a store times out on every renewal for a minute: that is no suspension', async () => {
    const { keeper, told } = keep(async () => {
      await wait(longestCallMs);
      throw new ControlStoreUnavailableError('No answer.');
    });
    for (let seconds = 0; seconds < 60; seconds++) {
      await jest.advanceTimersByTimeAsync(1000);
      expect(await keeper.mayWrite()).toBe(true);
    }
    expect(told).not.toContain('lost');
    keeper.stop();
  });

  test('starts the next renewal before anyone may take the lease, even if the last one failed as late as possible', async () => {
    const { keeper, renewals } = keep(async () => {
      if (renewals.length !== 2) return;
      await wait(longestCallMs);
      throw new ControlStoreUnavailableError('No answer.');
    });
    await jest.advanceTimersByTimeAsync(3 * leaseMs);
    const [cameThrough = 0, , next = Number.POSITIVE_INFINITY] = renewals;
    expect(next - cameThrough).toBeGreaterThan(longestCallMs);
    expect(next - cameThrough).toBeLessThan(leaseMs);
    keeper.stop();
  });

  test('reports a lease as lost even if it was lost before a listener was set', async () => {
    const { keeper, told } = keep(async () => {
      throw new ConditionFailedError('another has it');
    });
    await jest.advanceTimersByTimeAsync(renewEveryMs);
    keeper.listen({ lost: () => told.push('lost late'), endRequested: () => {} });
    await jest.advanceTimersByTimeAsync(0);
    expect(told).toEqual(['lost', 'lost late']);
    expect(await keeper.mayWrite()).toBe(false);
  });

  test('forbids writing under a released lease, even one renewed a moment ago', async () => {
    const { keeper, told, released } = keep(async () => {});
    await jest.advanceTimersByTimeAsync(renewEveryMs);
    const releasing = keeper.release();
    expect(await keeper.mayWrite()).toBe(false);
    await releasing;
    expect(released()).toBe(1);
    expect(told).not.toContain('lost');
  });

  test('checks the lease before writing after a suspension, and learns if another has it', async () => {
    let taken = false;
    const { keeper, told, renewals } = keep(async () => {
      if (taken) throw new ConditionFailedError('another has it');
    });
    await jest.advanceTimersByTimeAsync(renewEveryMs);
    taken = true;
    jest.setSystemTime(Date.now() + 10_000);
    const before = renewals.length;
    expect(await keeper.mayWrite()).toBe(false);
    expect(renewals.length).toBe(before + 1);
    expect(told.at(-1)).toBe('lost');
  });

  test('does not retry more often because a store refuses at once', async () => {
    const { keeper, renewals } = keep(async () => {
      throw new ControlStoreUnavailableError('Too many requests.');
    });
    await jest.advanceTimersByTimeAsync(10 * renewEveryMs);
    expect(renewals).toHaveLength(10);
    keeper.stop();
  });
});
