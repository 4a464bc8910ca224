import { describe, expect, test } from '@jest/globals';
import type { HealthReason } from '../../../../../lib/control-store/health/health-record.ts';
import type { Judgement } from '../../../../../lib/encoder/report/policy/health/judge-health.ts';
import {
  type ToldChange,
  VerdictHold,
} from '../../../../../lib/encoder/report/policy/health/verdict-hold.ts';

const reason: HealthReason = { code: 'key-frames-rare', message: 'Rare.', advice: 'Set it.' };
const judgement = (verdict: Judgement['verdict']): Judgement => ({
  verdict,
  reasons: verdict === 'excellent' ? [] : [reason],
});

/** Observes the verdicts one step of 5 s after the other; returns what was shown, and what was told. */
function follow(hold: VerdictHold, verdicts: readonly Judgement['verdict'][], fromMs = 0) {
  const told: (ToldChange & { readonly step: number })[] = [];
  const shown = verdicts.map((verdict, step) => {
    const change = hold.observe(judgement(verdict), fromMs + step * 5_000);
    if (change) told.push({ ...change, step });
    return hold.verdict;
  });
  return { shown, told };
}
const times = <Value>(count: number, value: Value): Value[] => Array.from({ length: count }, () => value);

describe('a verdict', () => {
  test('is the first one at once; that all is well is nothing to tell', () => {
    expect(follow(new VerdictHold(), times(5, 'excellent'))).toEqual({
      shown: times(5, 'excellent'),
      told: [],
    });
  });

  test('that is fair from the beginning is shown at once, and told once it has lasted', () => {
    const { shown, told } = follow(new VerdictHold(), times(4, 'fair'));
    expect(shown).toEqual(times(4, 'fair'));
    expect(told).toEqual([{ was: 'excellent', verdict: 'fair', step: 2 }]);
  });

  test('becomes worse after 10 s, and keeps its reasons until then', () => {
    const hold = new VerdictHold();
    follow(hold, ['excellent', 'bad', 'bad']);
    expect(hold).toMatchObject({ verdict: 'excellent', reasons: [] });
    expect(hold.observe(judgement('bad'), 15_000)).toEqual({ was: 'excellent', verdict: 'bad' });
    expect(hold).toMatchObject({ verdict: 'bad', reasons: [reason] });
  });

  test('does not change for what comes and goes', () => {
    const { shown, told } = follow(new VerdictHold(), [
      'excellent',
      'bad',
      'bad',
      'excellent',
      'bad',
      'bad',
      'excellent',
    ]);
    expect(shown).toEqual(times(7, 'excellent'));
    expect(told).toEqual([]);
  });

  test('becomes better after 15 s', () => {
    const { shown, told } = follow(new VerdictHold(), [
      ...times(3, 'fair' as const),
      ...times(4, 'excellent' as const),
    ]);
    expect(shown).toEqual([...times(6, 'fair'), 'excellent']);
    expect(told.map(({ verdict }) => verdict)).toEqual(['fair', 'excellent']);
  });

  test('gets better ever later with each relapse, so that no journal fills', () => {
    const hold = new VerdictHold();
    let nowMs = 0;
    let told = 0;
    // Bad for 20 s and well for 40 s, for three hours.
    for (; nowMs < 3 * 3_600_000; nowMs += 5_000) {
      const verdict = nowMs % 60_000 < 20_000 ? 'bad' : 'excellent';
      if (hold.observe(judgement(verdict), nowMs)) told++;
    }
    expect(told).toBeLessThan(12);
    expect(hold.verdict).toBe('bad');
    const { shown } = follow(hold, times(61, 'excellent'), nowMs);
    expect(shown.at(-1)).toBe('excellent');
  });

  test('is none at once where nothing is received, which is not told; what was told before is not told again', () => {
    const hold = new VerdictHold();
    follow(hold, times(3, 'fair'));
    hold.none();
    expect(hold).toMatchObject({ verdict: 'none', reasons: [] });
    expect(follow(hold, times(4, 'fair'), 60_000).told).toEqual([]);
    hold.none();
    expect(follow(hold, times(4, 'excellent'), 120_000).told).toEqual([
      { was: 'fair', verdict: 'excellent', step: 2 },
    ]);
  });

  test('goes on from what another worker told', () => {
    const hold = new VerdictHold();
    hold.restore('bad');
    expect(follow(hold, times(4, 'bad')).told).toEqual([]);
    expect(hold.told).toBe('bad');
  });
});
