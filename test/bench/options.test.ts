import { describe, expect, test } from '@jest/globals';
import { parseBenchOptions, parts } from '../../bench/options.ts';
import { UsageError } from '../../lib/config/command-line.ts';

describe('the flags of the bench', () => {
  test('without any, all parts run in full', () => {
    expect(parseBenchOptions([])).toEqual({ parts: [...parts], quick: false, help: false });
  });

  test('parts run in their own order, whatever the order of the flag', () => {
    const options = parseBenchOptions(['--only', 'worker,relay', '--quick', '--json', 'out.json']);
    expect(options).toEqual({ parts: ['relay', 'worker'], quick: true, help: false, jsonFile: 'out.json' });
  });

  test.each([[['--only', 'relay,nothing']], [['--fast']], [['--json']], [['relay']]])(
    '%j is refused',
    (args) => {
      expect(() => parseBenchOptions(args)).toThrow(UsageError);
    },
  );
});
