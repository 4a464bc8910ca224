import { describe, expect, test } from '@jest/globals';
import type { CellFacts, Facts, Presence, RegionFacts } from '../../preflight/facts.ts';
import type { Fact, Finding } from '../../preflight/finding.ts';
import { unknownZones } from '../../preflight/policy/input-faults.ts';
import { judge } from '../../preflight/policy/judge.ts';
import { strangeAccount } from '../../preflight/policy/judge-account.ts';
import { quotaNeeds } from '../../preflight/policy/quota-needs.ts';
import { regionsOf, scopeOf } from '../../preflight/policy/scope.ts';
import { account, deploymentOf, fullDeployment, scopeIn, soundCell, soundFacts } from './sound-account.ts';

const full = fullDeployment();
const sound = soundFacts(full);
const denied = (call: string) => ({ unread: { call, denied: true, message: 'no' } });

/** The findings that aren't fine, with these facts changed. */
const wrong = (changed: Partial<Facts>, deployment = full, facts = soundFacts(deployment)): Finding[] =>
  judge(deployment, scopeIn(deployment), { ...facts, ...changed }).filter(
    ({ severity }) => severity === 'missing' || severity === 'warning',
  );

/** Facts of one region changed. */
const inRegion = (name: string, changed: Partial<RegionFacts>): Pick<Facts, 'regions'> => {
  const region = sound.regions.get(name);
  if (!region) throw new Error(`no facts of ${name}`);
  return { regions: new Map([...sound.regions, [name, { ...region, ...changed }]]) };
};
const inCell = (changed: Partial<CellFacts>) =>
  inRegion('eu-central-1', { cell: { ...soundCell, ...changed } });
const withRole = (name: string, fact: Fact<boolean>) => ({ roles: new Map([...sound.roles, [name, fact]]) });
const withStatus = (status: string) =>
  inRegion('eu-central-1', { stackStatuses: new Map([['headwater-eu-central-1', { value: status }]]) });
const kept = (name: string, presence: Fact<Presence>, changed: Partial<RegionFacts> = {}) => {
  const all = sound.regions.get('eu-central-1')?.kept ?? [];
  const after = all.map((one) => (one.resource.name === name ? { ...one, presence } : one));
  return inRegion('eu-central-1', { kept: after, ...changed });
};
const zones = (...ids: string[]): CellFacts['zones'] => ({
  value: ids.map((id, index) => ({ name: `zone-${index}`, id })),
});
const hostedZone = (changed: Partial<NonNullable<Facts['hostedZone']>>) => ({
  hostedZone: { ...sound.hostedZone!, ...changed },
});
const zone = (fields: object) =>
  hostedZone({
    zone: { value: { name: 'example.com', isPrivate: false, nameServers: ['ns-1.example.net'], ...fields } },
  });

test('an account that has everything lacks nothing', () => {
  expect(wrong({})).toEqual([]);
  const bare = deploymentOf();
  expect(wrong({}, bare)).toEqual([]);
});

describe('what a deploy would fail on is missing, with the command that mends it', () => {
  const cases: readonly (readonly [string, Partial<Facts>, Readonly<Record<string, unknown>>])[] = [
    [
      'a region that is not enabled',
      { disabledRegions: { value: ['af-south-1'] } },
      {
        where: 'af-south-1',
        mend: expect.stringContaining('aws account enable-region --region-name af-south-1'),
      },
    ],
    [
      'no ECS role',
      withRole('AWSServiceRoleForECS', { value: false }),
      { mend: 'aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com' },
    ],
    [
      'a global region without bootstrap',
      inRegion('us-west-2', { bootstrapVersion: { value: undefined } }),
      { where: 'us-west-2', mend: `npx cdk bootstrap aws://${account}/us-west-2` },
    ],
    [
      'a bootstrap stack that is too old',
      inRegion('eu-central-1', { bootstrapVersion: { value: 5 } }),
      { check: 'bootstrap', needed: 'version 6', has: 'version 5' },
    ],
    [
      'an update whose rollback failed',
      withStatus('UPDATE_ROLLBACK_FAILED'),
      { mend: expect.stringContaining('continue-update-rollback --stack-name headwater-eu-central-1') },
    ],
    [
      'a deletion that failed',
      withStatus('DELETE_FAILED'),
      {
        mend: expect.stringContaining(
          'delete-stack --stack-name headwater-eu-central-1 --region eu-central-1',
        ),
      },
    ],
    [
      'a deploy that runs',
      withStatus('UPDATE_IN_PROGRESS'),
      { what: 'The stack headwater-eu-central-1 is in UPDATE_IN_PROGRESS.' },
    ],
    ['too few zones', inCell({ zones: zones('euc1-az1', 'euc1-az2') }), { needed: '3', has: '2' }],
    [
      'zones without the GPU instance type',
      inCell({ gpuZones: { value: ['euc1-az9'] } }),
      { what: 'g6.xlarge is not offered in the zones of the deployment.' },
    ],
    [
      'a region without MediaLive',
      inCell({ mediaLive: { value: false } }),
      { mend: expect.stringContaining('managedEncoder') },
    ],
    [
      'a secret whose deletion is scheduled',
      kept('headwater/key-pepper', { value: 'being deleted' }),
      {
        mend: 'aws secretsmanager restore-secret --secret-id headwater/key-pepper --region eu-central-1',
      },
    ],
    ['no such hosted zone', hostedZone({ zone: { value: undefined } }), { check: 'hosted-zone' }],
    ['a private hosted zone', zone({ isPrivate: true }), { what: expect.stringContaining('private') }],
    [
      'a hosted zone of another domain',
      zone({ name: 'ample.com' }),
      { needed: 'live.example.com', has: 'ample.com' },
    ],
    [
      'a zone that the registrar does not refer to',
      hostedZone({ delegatedTo: { value: ['ns.parking.example'] } }),
      { needed: 'ns-1.example.net ns-2.example.net', has: 'ns.parking.example' },
    ],
    [
      'no Docker',
      { machine: { builder: 'podman', running: false } },
      { where: 'this machine', what: expect.stringContaining('podman version') },
    ],
    [
      'a builder for one architecture only',
      { machine: { ...sound.machine, platforms: ['linux/amd64'] } },
      { check: 'docker-platform', needed: 'linux/arm64', has: 'linux/amd64' },
    ],
  ];
  test.each(cases)('%s', (_, changed, expected) => {
    const found = wrong(changed);
    expect(found).toEqual([expect.objectContaining({ severity: 'missing', ...expected })]);
    expect(found[0]?.mend).toMatch(/\w/);
  });
});

describe('what may be in the way is a warning', () => {
  const cases: readonly (readonly [string, Partial<Facts>, Readonly<Record<string, unknown>>])[] = [
    [
      'a role that the deploy can make itself',
      withRole('AWSServiceRoleForGlobalAccelerator', { value: false }),
      { mend: expect.stringContaining('globalaccelerator.amazonaws.com') },
    ],
    ['an account without a distribution', { distributions: { value: 0 } }, { check: 'verified-account' }],
    [
      'a GPU type that some zones lack',
      inCell({ gpuZones: { value: ['euc1-az1', 'euc1-az2'] } }),
      { what: expect.stringContaining('euc1-az3 (eu-central-1b)') },
    ],
    [
      'a table that an earlier stack kept',
      kept('headwater-streams', { value: 'present' }),
      {
        what: expect.stringContaining('table headwater-streams'),
        mend: expect.stringContaining('npx cdk deploy headwater-eu-central-1 --import-existing-resources'),
      },
    ],
  ];
  test.each(cases)('%s', (_, changed, expected) => {
    expect(wrong(changed)).toEqual([expect.objectContaining({ severity: 'warning', ...expected })]);
  });

  test('a table that a failed first deploy left', () => {
    const stackStatuses = new Map([['headwater-eu-central-1', { value: 'ROLLBACK_COMPLETE' }]]);
    const found = wrong(kept('headwater-streams', { value: 'present' }, { stackStatuses }));
    expect(found).toEqual([expect.objectContaining({ severity: 'warning', check: 'kept-resources' })]);
  });

  test('a builder that does not say which platforms it can build for', () => {
    const found = wrong({ machine: { builder: 'finch', running: true } });
    expect(found.map(({ severity, what }) => [severity, what])).toEqual([
      ['warning', 'finch does not say whether it can build for linux/arm64.'],
      ['warning', 'finch does not say whether it can build for linux/amd64.'],
    ]);
  });
});

test('what the deployed stack owns is in nobody’s way', () => {
  const changed = kept(
    'headwater-streams',
    { value: 'present' },
    {
      stackStatuses: new Map([['headwater-eu-central-1', { value: 'UPDATE_COMPLETE' }]]),
    },
  );
  expect(wrong(changed)).toEqual([]);
});

test('a refused call is a warning that names the call, for each check', () => {
  const refused: Partial<Facts>[] = [
    { disabledRegions: denied('ec2:DescribeRegions') },
    withRole('AWSServiceRoleForECS', denied('iam:GetRole')),
    { distributions: denied('cloudfront:ListDistributions') },
    hostedZone({ zone: denied('route53:GetHostedZone') }),
    inRegion('us-east-1', { bootstrapVersion: denied('ssm:GetParameter') }),
    inRegion('us-east-1', {
      stackStatuses: new Map([['headwater-edge', denied('cloudformation:DescribeStacks')]]),
    }),
    kept('headwater-streams', denied('dynamodb:DescribeTable')),
    inCell({ mediaLive: denied('ssm:GetParameter') }),
    inCell({ zones: denied('ec2:DescribeAvailabilityZones') }),
    inCell({ gpuZones: denied('ec2:DescribeInstanceTypeOfferings') }),
    inCell({ others: { ...soundCell.others, vpcs: denied('ec2:DescribeVpcs') } }),
    {
      quotas: sound.quotas
        .slice(0, 1)
        .map((quota) => ({ ...quota, found: denied('servicequotas:GetServiceQuota') })),
    },
  ];
  for (const changed of refused) {
    const found = wrong(changed);
    expect(found).toEqual([expect.objectContaining({ severity: 'warning' })]);
    expect(found[0]?.what).toMatch(/^Could not check .+: these credentials may not call [\w]+:\w+\.$/);
    expect(found[0]?.mend).toMatch(/^Allow /);
  }
});

describe('the part of a deployment in an account', () => {
  const other = '444455556666';
  const two = deploymentOf({
    account,
    regions: [{ name: 'eu-central-1' }, { name: 'eu-west-1', account: other }],
  });
  const placesOf = (caller: string, only?: string) => {
    const scope = scopeIn(two, caller, only);
    const findings = judge(two, scope, soundFacts(two, scope));
    return {
      bootstrapped: findings.filter(({ check }) => check === 'bootstrap').map(({ where }) => where),
      stacks: [...soundFacts(two, scope).regions.values()].flatMap(({ stackStatuses }) => [
        ...stackStatuses.keys(),
      ]),
      warned: findings.filter(({ severity }) => severity === 'warning').map(({ check }) => check),
      accelerators: quotaNeeds(two, scope).find(({ service }) => service === 'globalaccelerator')?.least,
    };
  };

  test('of the deployment: the edge, its regions and their pop, and that there are others', () => {
    expect(placesOf(account)).toEqual({
      bootstrapped: ['us-west-2', 'us-east-1', 'eu-central-1'],
      stacks: ['headwater-pop', 'headwater-edge', 'headwater-eu-central-1'],
      warned: ['other-account'],
      accelerators: 1,
    });
  });

  test('of a region: that region and a pop of its own', () => {
    expect(placesOf(other)).toEqual({
      bootstrapped: ['us-west-2', 'eu-west-1'],
      stacks: [`headwater-pop-${other}`, 'headwater-eu-west-1'],
      warned: ['other-account'],
      accelerators: 1,
    });
  });

  test('only the region asked for, with the global stacks', () => {
    const three = deploymentOf({ regions: ['eu-central-1', 'eu-west-1'].map((name) => ({ name })) });
    expect(regionsOf('headwater', scopeIn(three, account, 'eu-west-1'))).toEqual([
      ...['us-west-2', 'us-east-1', 'eu-west-1'],
    ]);
  });

  test('any account, if the deployment file names none; otherwise no other', () => {
    expect(scopeOf(deploymentOf(), '999999999999')).toMatchObject({ withEdge: true, otherAccounts: [] });
    expect(scopeOf(two, '999999999999')).toBeUndefined();
    expect(strangeAccount(two, '999999999999')).toMatchObject({
      severity: 'missing',
      needed: `${account} or ${other}`,
      has: '999999999999',
    });
  });
});

test('the CDK bootstrap of a deployment with its own qualifier', () => {
  const qualified = deploymentOf({ bootstrapQualifier: 'team' });
  const facts = soundFacts(qualified);
  const region = facts.regions.get('us-east-1')!;
  const regions = new Map([
    ...facts.regions,
    ['us-east-1', { ...region, bootstrapVersion: { value: undefined } }],
  ]);
  expect(wrong({ regions }, qualified)).toMatchObject([
    {
      mend: `npx cdk bootstrap --qualifier team --toolkit-stack-name CDKToolkit-team aws://${account}/us-east-1`,
    },
  ]);
});

test('the zones that the deployment file names are used, and those that do not exist are named', () => {
  const zoned = deploymentOf({ regions: [{ name: 'eu-central-1', zoneIds: ['euc1-az3', 'euc1-az1'] }] });
  const zonesFound = judge(zoned, scopeIn(zoned), soundFacts(zoned)).find(({ check }) => check === 'zones');
  expect(zonesFound?.what).toBe('Zones: euc1-az1 (eu-central-1c), euc1-az3 (eu-central-1b).');
  const regions = inCell({ zones: zones('euc1-az1', 'euc1-az2') }).regions;
  expect(unknownZones(zoned, { regions })).toEqual([
    'regions.0: eu-central-1 has no zone euc1-az3 in this account; it has euc1-az1, euc1-az2',
  ]);
  expect(unknownZones(zoned, soundFacts(zoned))).toEqual([]);
});
