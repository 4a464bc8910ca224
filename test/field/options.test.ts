import { expect, test } from '@jest/globals';
import { fieldCases } from '../../field/cases.ts';
import { parseFieldOptions } from '../../field/options.ts';
import { UsageError } from '../../lib/config/command-line.ts';

const names = ['plain', 'slides', 'modex'];

test('without arguments all cases are played, two side by side', () => {
  expect(parseFieldOptions([], names)).toEqual({ only: names, together: 2, list: false, help: false });
});

test('named cases are played in table order', () => {
  expect(parseFieldOptions(['modex', 'plain', '--keep', 'out'], names)).toMatchObject({
    only: ['plain', 'modex'],
    keepDir: 'out',
  });
});

test('every fault is named', () => {
  const parse = () => parseFieldOptions(['plane', '--together', '0'], names);
  expect(parse).toThrow(UsageError);
  expect(parse).toThrow(/plane.*--together must be a whole number from 1 to 8; got '0'/);
  expect(() => parseFieldOptions(['--lists'], names)).toThrow(UsageError);
});

test('no two cases have the same name', () => {
  expect(new Set(fieldCases.map(({ name }) => name)).size).toBe(fieldCases.length);
});
