import { expect, test } from '@jest/globals';
import { rowText, summaryText } from '../../drill/report.ts';
import { judgeRow } from '../../drill/verdict.ts';

const row = { name: 'disk-full', fault: 'the disk is full', promise: 'no crash', seconds: 30 };
const measures = [
  { name: 'crashes', value: 1, unit: '', limit: 0 },
  { name: 'recovery', value: 2.345, unit: 's', limit: 4, judged: 'p95' },
] as const;

test('a row shows what was done, what must hold, what was measured and what was allowed', () => {
  const text = rowText(judgeRow(row, [{ finding: { measures } }]), 'out/disk-full.svg');
  expect(text).toMatch(/^BROKEN {2}disk-full: the disk is full\n {8}must hold: no crash\n/);
  expect(text).toMatch(/^ +crashes +1 +1 +1 +≤ 0 +TOO MUCH$/m);
  expect(text).toMatch(/^ +recovery, s +2\.35 +2\.35 +2\.35 +≤ 4 \(p95\) +ok$/m);
  expect(text).toContain('1 run; timeline of one: out/disk-full.svg');
});

test('a row says how fast the machine was before its runs', () => {
  const runs = [14.04, 12.5].map((machineSpeed) => ({ finding: { measures }, machineSpeed }));
  expect(rowText(judgeRow(row, runs), undefined)).toContain(
    'all cores together encoded 640x360 at 12.5 to 14 times real time before each\n        2 runs',
  );
  const one = judgeRow(row, runs.slice(1));
  expect(one.machineSpeeds).toEqual([12.5]);
  expect(rowText(one, undefined)).toContain('at 12.5 times real time before it\n        1 run\n');
});

test('a run that could not be carried out shows why, and the row is broken', () => {
  const judged = judgeRow(row, [{ failure: 'Error: no room\n    at here' }]);
  expect(rowText(judged, undefined)).toMatch(/failed to run:\n +Error: no room\n +at here/);
  expect(summaryText([judged])).toBe('Broken, 1 of 1: disk-full\n');
});

test('no line is wider than a terminal, whatever the promise', () => {
  const wordy = { ...row, promise: 'nothing is lost and nobody waits, '.repeat(20) };
  const text = rowText(judgeRow(wordy, [{ finding: { measures } }]), undefined);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(120);
});

test('if every row holds, the summary says so', () => {
  expect(summaryText([judgeRow(row, [{ finding: { measures: measures.slice(1) } }])])).toBe(
    'Every row holds.\n',
  );
});
