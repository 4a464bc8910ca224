import { describe, expect, test } from '@jest/globals';
import { brokenRules } from '../../../drill/simulation/rules.ts';
import { type Run, simulate } from '../../../drill/simulation/simulate.ts';

/** `npm run drill -- --simulate` runs a hundred thousand. */
const schedules = 2000;

const faultsOf = ({ schedule, violations }: Run) => ({ seed: schedule.seed, violations });

describe('the simulated lease protocol', () => {
  test(`keeps all its promises in ${schedules} schedules of faults`, async () => {
    const broken = [];
    let grants = 0;
    for (let seed = 1; seed <= schedules; seed++) {
      const run = await simulate(seed);
      grants += run.grants;
      if (run.violations.length > 0) broken.push(faultsOf(run));
    }
    expect(broken).toEqual([]);
    // Faults that never move a stream would show nothing.
    expect(grants).toBeGreaterThan(1.5 * schedules);
  });

  test('runs identically for the same seed', async () => {
    for (const seed of [3, 17, 99]) expect(await simulate(seed)).toEqual(await simulate(seed));
  });

  test.each(Object.entries(brokenRules))('%s: the simulation detects it', async (_, rules) => {
    let found = 0;
    for (let seed = 1; seed <= schedules && found === 0; seed++) {
      found += (await simulate(seed, rules)).violations.length;
    }
    expect(found).toBeGreaterThan(0);
  });

  test('restores the real timers and the real random source', async () => {
    const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;
    const { random } = Math;
    await simulate(1);
    expect({ setTimeout, setInterval, clearTimeout, clearInterval }).toEqual({
      setTimeout: globalThis.setTimeout,
      setInterval: globalThis.setInterval,
      clearTimeout: globalThis.clearTimeout,
      clearInterval: globalThis.clearInterval,
    });
    expect(Math.random).toBe(random);
  });
});
