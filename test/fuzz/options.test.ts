import { expect, test } from '@jest/globals';
import { helpText } from '../../fuzz/help.ts';
import { parseFuzzOptions } from '../../fuzz/options.ts';
import { UsageError } from '../../lib/config/command-line.ts';

const names = ['amf0', 'flv'];
const parse = (...args: string[]) => parseFuzzOptions(args, names, () => 5);

test('fuzzes all targets with a random seed unless told otherwise', () => {
  expect(parse()).toEqual({
    only: names,
    runs: 100_000,
    seed: 5,
    keepDir: '.headwater/fuzz',
    list: false,
    help: false,
  });
});

test('reads every flag', () => {
  const flags = ['--target', 'flv', '--runs', '1000000', '--seed', '0', '--keep', 'out', '--input', 'file'];
  expect(parse(...flags)).toMatchObject({
    only: ['flv'],
    runs: 1_000_000,
    seed: 0,
    keepDir: 'out',
    inputFile: 'file',
  });
  expect(parse('--list').list).toBe(true);
  expect(parse('-h').help).toBe(true);
});

test('reports every invalid flag at once', () => {
  const flags = ['--target', 'flw', '--runs', '0', '--seed', 'x', '--target', 'flv', '--input', 'file'];
  let fault: unknown;
  try {
    parse(...flags);
  } catch (cause) {
    fault = cause;
  }
  expect(fault).toBeInstanceOf(UsageError);
  for (const what of ['flw', '--runs', '--seed', '--input']) expect(String(fault)).toContain(what);
  expect(() => parse('--nothing')).toThrow(UsageError);
});

test('the help names every flag', () => {
  for (const flag of ['target', 'runs', 'seed', 'input', 'keep', 'list', 'help'])
    expect(helpText).toContain(`--${flag}`);
});
