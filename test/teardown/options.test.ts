import { describe, expect, test } from '@jest/globals';
import { UsageError } from '../../lib/config/command-line.ts';
import { chosenRegions, parseTeardownFlags } from '../../lib/teardown/options.ts';

describe('the flags of the teardown', () => {
  test('change nothing unless told to', () => {
    expect(parseTeardownFlags(['eu-central-1'])).toEqual({
      region: 'eu-central-1',
      all: false,
      file: 'deployment.json',
      act: false,
      now: false,
      help: false,
    });
  });

  test('name the file, and whether to wait', () => {
    expect(parseTeardownFlags(['--all', '--yes', '--now', '--deployment', 'staging.json'])).toEqual({
      all: true,
      file: 'staging.json',
      act: true,
      now: true,
      help: false,
    });
  });

  test.each([
    [[]],
    [['--all', 'eu-central-1']],
    [['eu-central-1', 'us-east-1']],
    [['--force']],
    [['--deployment']],
  ])('%j is refused', (args: string[]) => {
    expect(() => parseTeardownFlags(args)).toThrow(UsageError);
  });

  test('a region must be in the file, because the stack of one that is not can’t be destroyed', () => {
    const regions = [{ name: 'eu-central-1' }, { name: 'us-east-1' }];
    expect(chosenRegions(parseTeardownFlags(['us-east-1']), regions)).toEqual([regions[1]]);
    expect(chosenRegions(parseTeardownFlags(['--all']), regions)).toEqual(regions);
    expect(() => chosenRegions(parseTeardownFlags(['eu-west-9']), regions)).toThrow(
      /no region 'eu-west-9'; it has eu-central-1, us-east-1.*put the region back/,
    );
  });
});
