import { describe, expect, test } from '@jest/globals';
import { type Plan, planTeardown, type Step } from '../../../lib/teardown/policy/plan.ts';
import type { RegionState, StackState } from '../../../lib/teardown/policy/region-state.ts';
import { keptWords, nextWords, stepWords } from '../../../lib/teardown/policy/words.ts';
import { testDeployment } from '../../../testkit/aws/template.ts';

const stack: StackState = {
  name: 'headwater-eu-central-1',
  status: 'UPDATE_COMPLETE',
  terminationProtection: false,
  failures: [],
};

/** A region where everything is in the way. */
const busy: RegionState = {
  account: '111122223333',
  stack,
  schedules: ['canary'],
  endpointGroups: [
    { arn: 'arn:tls', trafficDialPercent: 100 },
    { arn: 'arn:udp', trafficDialPercent: 0 },
  ],
  broadcasts: 3,
  channels: 1,
  inputs: 1,
  cluster: { name: 'headwater', services: ['ingest', 'cpu', 'gpu'], tasks: 8 },
  instanceGroups: [{ name: 'gpus', instances: 2 }],
  protectedBalancers: ['arn:balancer'],
  fullBuckets: ['origin'],
  protectedTables: [],
  acceleratorGroups: ['sg-1'],
  vpcOriginGroups: ['sg-2'],
  unusedInterfaces: ['eni-1'],
  logGroups: ['/aws/lambda/headwater-eu-central-1-Handler-X'],
  kept: [{ type: 'AWS::KMS::Key', id: 'key-1' }],
};
const quiet: RegionState = {
  ...busy,
  schedules: [],
  endpointGroups: [],
  broadcasts: 0,
  channels: 0,
  inputs: 0,
  cluster: { name: 'headwater', services: [], tasks: 0 },
  instanceGroups: [{ name: 'gpus', instances: 0 }],
  protectedBalancers: [],
  fullBuckets: [],
  acceleratorGroups: [],
  vpcOriginGroups: [],
  unusedInterfaces: [],
  logGroups: [],
  kept: [],
};

const planned = (state: RegionState, now = false): Plan => {
  const plan = planTeardown(state, { now });
  if ('refused' in plan) throw new Error(plan.refused);
  return plan;
};
const kinds = (state: RegionState, now?: boolean) => planned(state, now).steps.map(({ kind }) => kind);

describe('a region is taken down', () => {
  test('people first, then from the tasks outwards to the network, then the stack', () => {
    expect(kinds(busy)).toEqual([
      'disable-schedules',
      'close-entrance',
      'await-broadcasts',
      'delete-services',
      'release-instances',
      'delete-channels',
      'detach-accelerator',
      'delete-accelerator-groups',
      'delete-vpc-origin-groups',
      'delete-interfaces',
      'unprotect-balancer',
      'empty-bucket',
      'destroy-stack',
      'delete-log-groups',
    ]);
  });

  test('by the stack alone if nothing is in the way', () => {
    expect(kinds(quiet)).toEqual(['destroy-stack']);
  });

  test('from where an interrupted teardown stopped', () => {
    const halfway = { ...busy, broadcasts: 0, cluster: { name: 'headwater', services: [], tasks: 2 } };
    expect(kinds(halfway).slice(0, 3)).toEqual(['disable-schedules', 'close-entrance', 'delete-services']);
    expect(
      kinds({ ...quiet, stack: { ...stack, status: 'DELETE_FAILED' }, acceleratorGroups: ['sg-1'] }),
    ).toEqual(['delete-accelerator-groups', 'destroy-stack']);
  });

  test('without waiting, if told to, and then says what it ends', () => {
    expect(kinds(busy, true)).not.toContain('await-broadcasts');
    const services = planned(busy, true).steps.find(({ kind }) => kind === 'delete-services') as Step;
    expect(stepWords(services).what).toMatch(/3 services.*8 tasks.*ends 3 broadcasts/);
    const patient = planned(busy).steps.find(({ kind }) => kind === 'delete-services') as Step;
    expect(stepWords(patient).what).not.toContain('broadcast');
  });

  test('closes only entrances that are open', () => {
    expect(planned(busy).steps[1]).toEqual({ kind: 'close-entrance', endpointGroups: ['arn:tls'] });
    expect(planned(busy).steps[6]).toEqual({
      kind: 'detach-accelerator',
      endpointGroups: ['arn:tls', 'arn:udp'],
    });
  });

  test('names what stays', () => {
    expect(planned(busy).kept.map(keptWords)).toEqual(['key key-1']);
  });

  test('without a stack, only what AWS made beside it is left', () => {
    const { stack: _, ...gone } = quiet;
    expect(kinds(gone)).toEqual([]);
    expect(kinds({ ...gone, logGroups: busy.logGroups })).toEqual(['delete-log-groups']);
  });

  test('each step says what it does and why', () => {
    for (const step of planned(busy).steps) {
      const { what, why } = stepWords(step);
      expect(what.length).toBeGreaterThan(10);
      expect(why).toMatch(/\.$/);
    }
  });
});

describe('nothing is touched', () => {
  const refusal = (state: RegionState, account?: string) =>
    planTeardown(state, { now: true, ...(account !== undefined && { account }) });

  test('while CloudFormation is at work', () => {
    const busyStack = { ...stack, status: 'UPDATE_IN_PROGRESS' };
    expect(refusal({ ...busy, stack: busyStack })).toEqual({
      refused: expect.stringContaining('UPDATE_IN_PROGRESS'),
    });
  });

  test('that someone protected by hand', () => {
    const held = { ...stack, terminationProtection: true };
    expect(refusal({ ...busy, stack: held })).toEqual({
      refused: expect.stringContaining(
        '--no-enable-termination-protection --stack-name headwater-eu-central-1',
      ),
    });
    expect(refusal({ ...busy, protectedTables: ['headwater-streams'] })).toEqual({
      refused: expect.stringContaining('--table-name headwater-streams'),
    });
  });

  test('in another account than the file names', () => {
    expect(refusal(busy, '999900001111')).toEqual({
      refused: expect.stringContaining('account 111122223333'),
    });
    expect(refusal(busy, '111122223333')).toHaveProperty('steps');
  });
});

describe('what is left to do by hand', () => {
  const next = (region: string, ...regions: object[]) =>
    nextWords({ region, deployment: testDeployment({ regions }), file: 'deployment.json' });
  const [berlin, virginia] = [{ name: 'eu-central-1' }, { name: 'us-east-1' }];
  const elsewhere = { ...virginia, account: '444455556666' };

  test('takes the region out of the global stacks only now that it no longer uses them', () => {
    expect(next('eu-central-1', berlin, virginia)).toBe(
      'Now remove eu-central-1 from deployment.json, then: npx cdk deploy -e headwater-pop headwater-edge',
    );
  });

  test('deletes the global stacks after the last region, which a file can’t be without', () => {
    expect(next('eu-central-1', berlin)).toContain('npx cdk destroy headwater-edge headwater-pop');
    expect(next('us-east-1', elsewhere)).toContain('headwater-edge headwater-pop-444455556666');
  });

  test('deletes the pop of an account with its last region, while it is in the app', () => {
    const then =
      'Then remove us-east-1 from deployment.json, then: npx cdk deploy -e headwater-pop headwater-edge';
    expect(next('us-east-1', berlin, elsewhere)).toBe(
      `It was the last region in its account: npx cdk destroy -e headwater-pop-444455556666. ${then}`,
    );
  });
});
