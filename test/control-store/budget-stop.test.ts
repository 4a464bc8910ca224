import { expect, test } from '@jest/globals';
import { budgetReached, isStopping } from '../../lib/control-store/budget-stop.ts';

const at = (iso: string) => Date.parse(iso);
const reached = at('2026-11-27T09:00:00Z');
const first = budgetReached(undefined, reached);

test('a spent budget stops broadcasts until the month ends, in UTC', () => {
  expect(first).toEqual({ reachedAtMs: reached, untilMs: at('2026-12-01T00:00:00Z'), version: 0 });
  expect(isStopping(first, reached)).toBe(true);
  expect(isStopping(first, at('2026-11-30T23:59:59.999Z'))).toBe(true);
  expect(isStopping(first, at('2026-12-01T00:00:00Z'))).toBe(false);
});

test('a December ends with the year', () => {
  expect(budgetReached(undefined, at('2026-12-31T23:59:00Z'))?.untilMs).toBe(at('2027-01-01T00:00:00Z'));
});

test('what was cleared stays so for the rest of the month, however often it is reported', () => {
  const cleared = { ...first!, clearedAtMs: reached + 1, version: 2 };
  expect(isStopping(cleared, reached + 2)).toBe(false);
  expect(budgetReached(cleared, at('2026-11-30T12:00:00Z'))).toBeUndefined();
});

test('the next month may stop them again', () => {
  const again = budgetReached(
    { ...first!, clearedAtMs: reached + 1, version: 2 },
    at('2026-12-20T00:00:00Z'),
  );
  expect(again).toEqual({
    reachedAtMs: at('2026-12-20T00:00:00Z'),
    untilMs: at('2027-01-01T00:00:00Z'),
    version: 2,
  });
});
