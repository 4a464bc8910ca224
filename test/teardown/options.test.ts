import { describe, expect, test } from '@jest/globals';
import { UsageError } from '../../lib/config/command-line.ts';
import { chosenRegions, parseTeardownFlags } from '../../lib/teardown/options.ts';
import { testDeployment } from '../../testkit/aws/template.ts';

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
    const deployment = testDeployment({ regions: [{ name: 'eu-central-1' }, { name: 'us-east-1' }] });
    const chosen = (args: string[]) =>
      chosenRegions(parseTeardownFlags(args), deployment).map(({ name }) => name);
    expect(chosen(['us-east-1'])).toEqual(['us-east-1']);
    expect(chosen(['--all'])).toEqual(['eu-central-1', 'us-east-1']);
    expect(() => chosen(['eu-west-9'])).toThrow(
      /no region 'eu-west-9'; it has eu-central-1, us-east-1.*put the region back/,
    );
  });

  test('regions in several accounts are taken down one by one, with the credentials of each', () => {
    const regions = [{ name: 'eu-central-1' }, { name: 'us-east-1', account: '444455556666' }];
    const chosen = (args: string[]) =>
      chosenRegions(parseTeardownFlags(args), testDeployment({ regions })).map(({ name }) => name);
    expect(chosen(['us-east-1'])).toEqual(['us-east-1']);
    expect(() => chosen(['--all'])).toThrow(/in other accounts \(444455556666\).*credentials/);
  });
});
