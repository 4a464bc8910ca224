import { expect, test } from '@jest/globals';
import { readFlags, UsageError } from '../../lib/config/command-line.ts';

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
