import { describe, expect, test } from '@jest/globals';
import { LossWatch } from '../../../lib/ingest/policy/loss-watch.ts';
import type { MemberId } from '../../../lib/routing/ids.ts';

const run = (worker: string, epoch: number) => ({ worker: worker as MemberId, epoch });

describe('workers that are lost', () => {
  test('are too many once a second one breaks at what the first one was sent', () => {
    const watch = new LossWatch();
    watch.attached(run('a', 1), 0);
    expect(watch.lost(5_000, 3_600_000)).toBe(false);
    watch.attached(run('b', 2), 3_602_000);
    // What it has confirmed is older than what the first one had been sent.
    watch.confirmed(5_000);
    expect(watch.lost(7_000, 3_603_000)).toBe(true);
    expect(watch.lostWorkers).toEqual(['a', 'b']);
  });

  test('are too many also if the same one was restarted', () => {
    const watch = new LossWatch();
    watch.attached(run('a', 1), 0);
    expect(watch.lost(0, 100)).toBe(false);
    watch.attached(run('a', 2), 3_000);
    expect(watch.lost(0, 3_100)).toBe(true);
  });

  test('are not counted together if the second one published what the first one had, or kept it for a while', () => {
    const watch = new LossWatch();
    for (let turn = 1; turn < 10; turn++) {
      watch.attached(run('a', turn), turn * 60_000);
      watch.confirmed(turn * 1_000);
      expect(watch.lost(turn * 1_000, turn * 60_000 + 3_000)).toBe(false);
    }
    for (let turn = 10; turn < 20; turn++) {
      watch.attached(run('a', turn), turn * 60_000);
      expect(watch.lost(10_000, turn * 60_000 + 20_000)).toBe(false);
    }
  });

  test('are not counted where only the link to one broke, unless it breaks ten times without a confirmation', () => {
    const watch = new LossWatch();
    watch.attached(run('a', 1), 0);
    watch.confirmed(500);
    const broken = Array.from({ length: 11 }, (_, turn) => {
      const tooMany = watch.lost(1_000, turn * 100);
      watch.attached(run('a', 1), turn * 100 + 50);
      return tooMany;
    });
    expect(broken).toEqual([...Array(10).fill(false), true]);
    watch.confirmed(600);
    expect(watch.lost(1_000, 1_200)).toBe(false);
  });
});
