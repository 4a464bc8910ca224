import { describe, expect, test } from '@jest/globals';
import type { Step } from '../../lib/teardown/policy/plan.ts';
import type { RegionState, StackState } from '../../lib/teardown/policy/region-state.ts';
import type { RegionAccount } from '../../lib/teardown/ports.ts';
import { tearDown } from '../../lib/teardown/teardown.ts';

const stack: StackState = {
  name: 'headwater-eu-central-1',
  status: 'CREATE_COMPLETE',
  terminationProtection: false,
  failures: [],
};
const region: RegionState = {
  account: '111122223333',
  stack,
  schedules: [],
  endpointGroups: [{ arn: 'arn:tls', trafficDialPercent: 100 }],
  broadcasts: 0,
  channels: 0,
  inputs: 0,
  instanceGroups: [],
  protectedBalancers: [],
  fullBuckets: [],
  protectedTables: [],
  acceleratorGroups: [],
  vpcOriginGroups: [],
  unusedInterfaces: [],
  logGroups: [],
  kept: [{ type: 'AWS::S3::Bucket', id: 'recordings' }],
};
const { stack: _, ...gone } = { ...region, endpointGroups: [], kept: [] };
const failed: RegionState = {
  ...region,
  endpointGroups: [],
  acceleratorGroups: ['sg-1'],
  stack: {
    ...stack,
    status: 'DELETE_FAILED',
    failures: [{ resource: 'Vpc (vpc-1)', reason: 'has dependencies and cannot be deleted' }],
  },
};

/** An account that is read as `states` one after the other, the last one for good. */
function accountOf(...states: RegionState[]) {
  const steps: Step[] = [];
  let reads = 0;
  const account: RegionAccount = {
    read: async () => states[Math.min(reads++, states.length - 1)]!,
    perform: async (step) => void steps.push(step),
  };
  return { account, kinds: () => steps.map(({ kind }) => kind) };
}

async function run(account: RegionAccount, act: boolean): Promise<string> {
  const lines: string[] = [];
  await tearDown(account, { act, now: false, say: (line) => void lines.push(line) });
  return lines.join('\n');
}

describe('a teardown', () => {
  test.each([
    ['a region', region, true],
    ['nothing', gone, false],
  ])(
    'of %s that only says what it would do knows whether there is something to do',
    async (_, state, todo) => {
      const options = { act: false, now: false, say: () => undefined };
      expect(await tearDown(accountOf(state).account, options)).toBe(todo);
    },
  );

  test('says what it would do, why, and what stays, and does nothing', async () => {
    const { account, kinds } = accountOf(region);
    const said = await run(account, false);
    expect(said).toContain('1. Set the traffic dial of 1 endpoint group to 0');
    expect(said).toContain('3. npx cdk destroy -e headwater-eu-central-1');
    expect(said).toContain('Stays, and keeps costing money until you delete it: bucket recordings');
    expect(kinds()).toEqual([]);
  });

  test('does it when told to', async () => {
    const { account, kinds } = accountOf(region, gone);
    await run(account, true);
    expect(kinds()).toEqual(['close-entrance', 'detach-accelerator', 'destroy-stack']);
  });

  test('removes what kept the stack from being deleted, and deletes it again', async () => {
    const { account, kinds } = accountOf(region, failed, gone);
    const said = await run(account, true);
    expect(said).toContain('Could not be deleted: Vpc (vpc-1): has dependencies');
    expect(kinds().slice(3)).toEqual(['delete-accelerator-groups', 'destroy-stack']);
  });

  test('gives up with the reasons when that does not help', async () => {
    const { account, kinds } = accountOf(region, failed);
    await expect(run(account, true)).rejects.toThrow(/still there after 3 tries \(DELETE_FAILED\)/);
    expect(kinds().filter((kind) => kind === 'destroy-stack')).toHaveLength(3);
  });

  test('says if there is nothing to take down', async () => {
    const { account, kinds } = accountOf(gone);
    expect(await run(account, true)).toContain('There is no such stack');
    expect(kinds()).toEqual([]);
  });

  test('stops before the first step where it is refused', async () => {
    const { account, kinds } = accountOf({ ...region, stack: { ...stack, terminationProtection: true } });
    await expect(run(account, true)).rejects.toThrow(/termination protection/);
    expect(kinds()).toEqual([]);
  });
});

test('a region of another account is not taken for one that is not there', async () => {
  const { account } = accountOf(gone);
  const options = { act: true, now: true, account: '444455556666', say: () => {} };
  await expect(tearDown(account, options)).rejects.toThrow(
    /for account 111122223333, but the deployment file names 444455556666/,
  );
});
