import { expect, test } from '@jest/globals';
import { readFlags, UsageError, usageText } from '../../lib/config/command-line.ts';

const options = {
  seed: { type: 'string', default: '1' },
  json: { type: 'boolean', default: false },
} as const;

test('reads flags with their defaults', () => {
  expect({ ...readFlags({ args: ['--json'], options }).values }).toEqual({ json: true, seed: '1' });
});

test.each([
  [['--nothing'], '--nothing'],
  [['--seed'], '--seed'],
  [['stray'], 'stray'],
])('%j: a usage error that names the fault', (args, named) => {
  const read = () => readFlags({ args, options });
  expect(read).toThrow(UsageError);
  expect(read).toThrow(named);
});

test.each([
  [['--seed'], '--seed needs a value'],
  [['--seed', '-5'], '--seed needs a value; one that begins with a dash is written --seed=-VALUE'],
  [['--nothing'], "Unknown option '--nothing'"],
])('%j: the fault in one line', (args, fault) => {
  const read = () => readFlags({ args, options, allowPositionals: true });
  expect(read).toThrow(expect.objectContaining({ faults: [fault] }));
});

test('each fault is a line of its own, and the last one says where the flags are', () => {
  const fault = new UsageError(['--runs must be a number', '--only must be a row']);
  expect(fault.message).toBe('--runs must be a number; --only must be a row');
  expect(usageText('drill', fault)).toBe(
    'drill: --runs must be a number\ndrill: --only must be a row\ndrill: Run npm run drill -- --help for the flags.\n',
  );
});
