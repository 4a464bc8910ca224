import { expect, test } from '@jest/globals';
import type { Measure } from '../../drill/model.ts';
import { judgeRow, type Outcome } from '../../drill/verdict.ts';

const row = { name: 'some', fault: 'a fault', promise: 'a promise', seconds: 1 };
const found = (...measures: Measure[]): Outcome => ({ finding: { measures } });
const lost = (value: number): Measure => ({ name: 'frames lost', value, unit: 'frames', limit: 0 });
const takeover = (value: number): Measure => ({
  name: 'takeover',
  value,
  unit: 's',
  limit: 4,
  judged: 'p95',
});

test('a row whose measures all stay within their limits holds', () => {
  const judged = judgeRow(row, [found(lost(0), takeover(3)), found(lost(0), takeover(4))]);
  expect(judged.held).toBe(true);
  expect(judged.measures.map(({ name, p50, p95, max }) => [name, p50, p95, max])).toEqual([
    ['frames lost', 0, 0, 0],
    ['takeover', 3.5, 4, 4],
  ]);
});

test('one run over the limit breaks a row', () => {
  const judged = judgeRow(row, [...Array.from({ length: 50 }, () => found(lost(0))), found(lost(1))]);
  expect(judged).toMatchObject({ held: false, measures: [{ max: 1, p95: 0, held: false }] });
});

test('a measure judged by its p95 may exceed the limit in one run of twenty, not in two', () => {
  const runs = (over: number) =>
    Array.from({ length: 20 }, (_, index) => found(takeover(index < over ? 9 : 2)));
  expect(judgeRow(row, runs(1))).toMatchObject({ held: true, measures: [{ p95: 2, max: 9 }] });
  expect(judgeRow(row, runs(2))).toMatchObject({ held: false, measures: [{ p95: 9 }] });
});

test('a run that could not be carried out breaks a row, and the row shows why', () => {
  const judged = judgeRow(row, [found(lost(0)), { failure: 'no room' }]);
  expect(judged).toMatchObject({ held: false, failures: ['no room'], measures: [{ held: true }] });
});

test('a measure without a value never holds', () => {
  expect(judgeRow(row, [found(lost(Number.NaN))])).toMatchObject({
    held: false,
    measures: [{ held: false }],
  });
  expect(judgeRow(row, [found()]).held).toBe(false);
  expect(judgeRow(row, [found(lost(0), takeover(1)), found(lost(0))]).held).toBe(false);
});
