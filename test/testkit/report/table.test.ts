import { describe, expect, test } from '@jest/globals';
import { figure, formatTable } from '../../../testkit/report/table.ts';

describe('the tables of the bench', () => {
  test('columns are as wide as their widest cell, and columns of numbers align right', () => {
    const text = formatTable(
      ['relay', 'ms'],
      [
        ['HAProxy', '3.8'],
        ['ours', '12.25'],
        ['none', '–'],
      ],
    );
    expect(text.split('\n')).toEqual([
      'relay       ms',
      '-------  -----',
      'HAProxy    3.8',
      'ours     12.25',
      'none         –',
    ]);
  });

  test('a column with words aligns left', () => {
    const text = formatTable(
      ['aim', 'x'],
      [
        ['≤ 1', 'reached'],
        ['long text', '5 of 6'],
      ],
    );
    expect(text.split('\n')[2]).toBe('≤ 1        reached');
  });

  test.each([
    [1234.56, '1235'],
    [100, '100'],
    [99.96, '100'],
    [3.14459, '3.14'],
    [0.001234, '0.00123'],
    [0, '0'],
    [-2.5, '-2.5'],
    [Number.NaN, '–'],
    [Number.POSITIVE_INFINITY, '–'],
    [undefined, '–'],
  ])('%p is written %s', (value, expected) => {
    expect(figure(value)).toBe(expected);
  });
});
