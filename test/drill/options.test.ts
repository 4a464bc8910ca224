import { expect, test } from '@jest/globals';
import { parseDrillOptions } from '../../drill/options.ts';

const names = ['proxy-killed', 'worker-killed', 'disk-full'];

test('without flags every row is run once', () => {
  expect(parseDrillOptions([], names)).toMatchObject({ only: names, runs: 1, json: false });
});

test('requested rows run in table order', () => {
  expect(parseDrillOptions(['--only', 'disk-full, proxy-killed', '--runs', '20'], names)).toMatchObject({
    only: ['proxy-killed', 'disk-full'],
    runs: 20,
  });
});

test('all faults are reported at once', () => {
  expect(() => parseDrillOptions(['--only', 'disk-ful', '--runs', '0'], names)).toThrow(
    /got 'disk-ful'; --runs must be a whole number from 1 to 100; got '0'/,
  );
});

test.each([['1.5'], ['101'], ['many'], ['']])('--runs rejects %j', (runs) => {
  expect(() => parseDrillOptions([`--runs=${runs}`], names)).toThrow('--runs must be a whole number');
});

test('an unknown flag is named', () => {
  expect(() => parseDrillOptions(['--run', '2'], names)).toThrow("'--run'");
});
