import { describe, expect, test } from '@jest/globals';
import { aliveEveryMs, Fence, leaseMs, renewEveryMs } from '../../../../lib/encoder/lease/policy/fence.ts';

/** A fence of a process that ran, and renewed its lease, until now. */
function renewedUntil(nowMs: number): Fence {
  const fence = new Fence(0);
  for (let at = 0; at <= nowMs; at += aliveEveryMs) {
    fence.check(at);
    if (at % renewEveryMs === 0) fence.renewed(at);
  }
  return fence;
}

describe('The fence', () => {
  test('stays open while the lease is renewed', () => {
    const fence = new Fence(0);
    for (let now = 0; now < 60_000; now += aliveEveryMs) {
      expect(fence.check(now)).toBe('open');
      if (now % renewEveryMs === 0) fence.renewed(now);
    }
  });

  test('stays open while the process runs, however long the store does not respond', () => {
    const fence = renewedUntil(1000);
    fence.unanswered();
    for (let now = 1000; now < 600_000; now += aliveEveryMs) expect(fence.check(now)).toBe('open');
  });

  test('is in doubt before anyone may take the lease, while a renewal is still unanswered', () => {
    const fence = new Fence(0);
    for (let now = 0; now < leaseMs; now += aliveEveryMs) fence.check(now);
    expect(fence.check(leaseMs - 1)).toBe('doubt');
    expect(fence.check(leaseMs + 5000 - 1)).not.toBe('open');
    const answered = new Fence(0);
    for (let now = 0; now < leaseMs; now += aliveEveryMs) answered.check(now);
    answered.renewed(500);
    expect(answered.check(leaseMs)).toBe('open');
  });

  test('is in doubt after a suspension, and opens only with a renewal sent after it', () => {
    const fence = renewedUntil(1000);
    expect(fence.check(4500)).toBe('doubt');
    fence.renewed(1200);
    expect(fence.check(4600)).toBe('doubt');
    fence.renewed(4600);
    expect(fence.check(4700)).toBe('open');
  });

  test('is in doubt after a suspension shorter than the lease time that began long after the last renewal', () => {
    const fence = renewedUntil(1000);
    expect(fence.check(1000 + leaseMs - 1)).toBe('doubt');
  });

  test('is not opened after a suspension by a store that does not respond', () => {
    const fence = renewedUntil(1000);
    fence.unanswered();
    expect(fence.check(4500)).toBe('doubt');
    fence.unanswered();
    expect(fence.check(4600)).toBe('doubt');
  });

  test('is lost for good a second after a suspension that no renewal ended', () => {
    const fence = renewedUntil(1000);
    expect(fence.check(4500)).toBe('doubt');
    for (let now = 4500; now < 5500; now += aliveEveryMs) expect(fence.check(now)).toBe('doubt');
    expect(fence.check(5500)).toBe('lost');
    fence.renewed(5600);
    expect(fence.check(5700)).toBe('lost');
  });

  test('is lost for good when another worker has the lease', () => {
    const fence = renewedUntil(1000);
    fence.lose();
    fence.renewed(1100);
    expect(fence.check(1200)).toBe('lost');
  });
});
