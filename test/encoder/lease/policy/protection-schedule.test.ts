import { describe, expect, test } from '@jest/globals';
import { ProtectionSchedule } from '../../../../lib/encoder/lease/policy/protection-schedule.ts';

const minute = 60_000;

/** A hold that was granted at 0. */
function held(): ProtectionSchedule {
  const hold = new ProtectionSchedule();
  hold.granted('hold', 0);
  return hold;
}

describe('The protection of a task', () => {
  test('is requested with the first broadcast, not before', () => {
    const hold = new ProtectionSchedule();
    expect(hold.due(0, 0)).toBeUndefined();
    expect(hold.due(1000, 1)).toBe('hold');
  });

  test('is renewed half-way while there are broadcasts', () => {
    const hold = held();
    expect(hold.due(30 * minute - 1, 3)).toBeUndefined();
    expect(hold.due(30 * minute, 3)).toBe('hold');
    hold.granted('hold', 30 * minute);
    expect(hold.due(60 * minute - 1, 3)).toBeUndefined();
  });

  test('is released with the last broadcast, and requested again with the next', () => {
    const hold = held();
    expect(hold.due(minute, 0)).toBe('release');
    hold.granted('release', minute);
    expect(hold.due(minute, 0)).toBeUndefined();
    expect(hold.due(minute, 1)).toBe('hold');
  });

  test('has a break of ten minutes every two hours, so that a deployment can end', () => {
    const hold = held();
    for (const at of [30, 60, 90]) hold.granted('hold', at * minute);
    expect(hold.due(119 * minute, 1)).toBeUndefined();
    expect(hold.due(120 * minute, 1)).toBe('release');
    hold.granted('release', 120 * minute);
    expect(hold.held).toBe(false);
    expect(hold.due(130 * minute - 1, 1)).toBeUndefined();
    expect(hold.due(130 * minute, 1)).toBe('hold');
  });

  test('is requested again 30 s after a refusal', () => {
    const hold = new ProtectionSchedule();
    hold.failed(0);
    expect(hold.due(29_999, 1)).toBeUndefined();
    expect(hold.due(30_000, 1)).toBe('hold');
  });

  test('lasts until it expires if it cannot be renewed', () => {
    const hold = held();
    hold.failed(30 * minute);
    expect(hold.held).toBe(true);
    hold.failed(60 * minute);
    expect(hold.held).toBe(false);
    expect(hold.due(61 * minute, 1)).toBe('hold');
  });
});
