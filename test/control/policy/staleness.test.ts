import { describe, expect, test } from '@jest/globals';
import { StalenessTracker } from '../../../lib/control/policy/staleness.ts';

describe('sightings', () => {
  test('count from the first look at a version, and anew when it changes', () => {
    const sightings = new StalenessTracker(10);
    expect(sightings.unchangedForMs('a', 7, 1_000)).toBe(0);
    expect(sightings.unchangedForMs('a', 7, 1_400)).toBe(400);
    expect(sightings.unchangedForMs('a', 8, 1_500)).toBe(0);
    expect(sightings.unchangedForMs('a', 8, 1_600)).toBe(100);
    expect(sightings.unchangedForMs('b', 8, 1_600)).toBe(0);
  });

  test('of more records than the limit the one looked at longest ago is forgotten', () => {
    const sightings = new StalenessTracker(2);
    for (const key of ['a', 'b', 'a', 'c']) sightings.unchangedForMs(key, 1, 0);
    expect(sightings.unchangedForMs('a', 1, 10)).toBe(10);
    expect(sightings.unchangedForMs('b', 1, 10)).toBe(0);
  });

  test('begin anew when all is forgotten', () => {
    const sightings = new StalenessTracker(2);
    sightings.unchangedForMs('a', 1, 0);
    sightings.forgetAll();
    expect(sightings.unchangedForMs('a', 1, 10)).toBe(0);
  });
});
