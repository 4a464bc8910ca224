import { expect, test } from '@jest/globals';
import { parseSimulateOptions } from '../../simulate/options.ts';
import { scenarios } from '../../simulate/scenarios.ts';

const namesOf = (...args: string[]): string[] =>
  parseSimulateOptions(args, scenarios).scenarios.map(({ name }) => name);

test('all scenarios run, or the one that is named', () => {
  expect(namesOf()).toEqual(['rush', 'live', 'zone', 'region', 'deploy']);
  expect(namesOf('--scenario', 'zone')).toEqual(['zone']);
  expect(parseSimulateOptions(['--seed', '42', '--json'], scenarios)).toMatchObject({ seed: 42, json: true });
});

test('faults are reported together', () => {
  expect(() => namesOf('--scenario', 'flood', '--seed', 'one')).toThrow(
    /--seed must .*; --scenario must be one of/,
  );
  expect(() => namesOf('--speed', '3')).toThrow(/Unknown option '--speed'/);
});
