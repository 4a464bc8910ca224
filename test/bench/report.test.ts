import { describe, expect, test } from '@jest/globals';
import { type Section, sectionJson, sectionText, verdict } from '../../bench/report.ts';

const target = { what: 'CPU ÷ HAProxy', unit: '×', target: 1 };

describe('a verdict', () => {
  test.each([
    ['at-most', 1, 'reached'],
    ['at-most', 1.01, 'not reached'],
    ['at-least', 1, 'reached'],
    ['at-least', 0.99, 'not reached'],
    ['exactly', 1, 'reached'],
    ['exactly', 0, 'not reached'],
    ['exactly', 2, 'not reached'],
  ] as const)('%s 1: %d is %s', (compare, measured, expected) => {
    expect(verdict({ ...target, compare, measured })).toBe(expected);
  });

  test('a figure that could not be measured does not count as missed', () => {
    expect(verdict({ ...target, measured: Number.NaN })).toBe('not measured');
  });
});

describe('a section', () => {
  const section: Section = {
    name: 'relay',
    title: 'Relay',
    tables: [{ title: 'CPU', head: ['relay', 'ms'], rows: [['ours', '3.1']] }],
    targets: [{ ...target, measured: 0.8 }],
    notes: ['nginx is not installed: skipped.'],
    figures: { raw: [1] },
  };

  test('in text form has its tables, each target with its verdict, and its notes', () => {
    const text = sectionText(section);
    expect(text).toMatch(/^== Relay$/m);
    expect(text).toMatch(/^ours +3\.1$/m);
    expect(text).toMatch(/^CPU ÷ HAProxy +0\.8 × +≤ 1 × +reached$/m);
    expect(text).toMatch(/^- nginx is not installed: skipped\.$/m);
  });

  test('in JSON form has the raw figures and the verdicts', () => {
    expect(sectionJson(section)).toMatchObject({
      figures: { raw: [1] },
      targets: [{ measured: 0.8, target: 1, verdict: 'reached' }],
    });
  });
});
