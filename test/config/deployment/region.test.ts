import { describe, expect, test } from '@jest/globals';
import { addressPlan, tasksOf } from '../../../lib/config/deployment/address-plan.ts';
import { zonePrefix } from '../../../lib/config/deployment/zones.ts';
import { faultsOf, least, readFields } from '../deployment-faults.ts';

const region = (fields: object) => readFields({ regions: [{ name: 'eu-central-1', ...fields }] }).regions[0];

const regionFaults = (fields: object) => faultsOf({ regions: [{ name: 'eu-central-1', ...fields }] });

describe('the zones of a region', () => {
  test.each([
    ['eu-central-1', 'euc1'],
    ['us-east-1', 'use1'],
    ['ap-northeast-3', 'apne3'],
    ['ap-southeast-2', 'apse2'],
    ['me-central-1', 'mec1'],
    ['eu-north-1', 'eun1'],
    ['us-gov-west-1', 'usgw1'],
  ])('of %s begin with %s', (name, prefix) => {
    expect(zonePrefix(name)).toBe(prefix);
  });

  test('are any of the account if the file names none', () => {
    expect(region({})).toEqual({ name: 'eu-central-1', zones: 3 });
  });

  test.each([
    ['us-west-1', 2, ['usw1-az1', 'usw1-az3']],
    ['ap-northeast-1', 3, ['apne1-az1', 'apne1-az2', 'apne1-az4']],
    ['ca-central-1', 2, ['cac1-az1', 'cac1-az2']],
  ])('are served ones in %s, where the accelerator does not serve all', (name, zones, zoneIds) => {
    expect(readFields({ regions: [{ name, zones }] }).regions[0]).toMatchObject({ zones, zoneIds });
  });

  test('are as many as are named', () => {
    expect(region({ zoneIds: ['euc1-az2', 'euc1-az3'] })).toMatchObject({ zones: 2 });
  });

  test.each([
    ['eu-central-1', 'euc1-az99', 'must be a zone id such as euc1-az1'],
    ['eu-central-1', 'euc1-az9', 'must be the id of a zone of eu-central-1: euc1-az1 to euc1-az4'],
    ['eu-central-1', 'use1-az1', 'must be the id of a zone of eu-central-1: euc1-az1 to euc1-az4'],
    [
      'us-west-1',
      'usw1-az2',
      'must not be usw1-az2: Global Accelerator does not serve it. Use usw1-az1, usw1-az3',
    ],
    [
      'ca-central-1',
      'cac1-az3',
      'must not be cac1-az3: Global Accelerator does not serve it. Use cac1-az1, cac1-az2, cac1-az4',
    ],
    [
      'ap-northeast-1',
      'apne1-az3',
      'must not be apne1-az3: Global Accelerator does not serve it. Use apne1-az1, apne1-az2, apne1-az4',
    ],
  ])('of %s do not include %s', (name, zoneId, message) => {
    const other = `${zonePrefix(name)}-az1`;
    expect(faultsOf({ regions: [{ name, zoneIds: [other, zoneId] }] })).toEqual([
      `regions.0.zoneIds.1: ${message}`,
    ]);
  });

  test('must differ', () => {
    expect(regionFaults({ zoneIds: ['euc1-az1', 'euc1-az1'] })).toEqual([
      'regions.0.zoneIds: must not name a zone twice',
    ]);
  });
});

describe('an existing VPC', () => {
  const subnets = [
    { zoneId: 'euc1-az1', id: 'subnet-0a000001' },
    { zoneId: 'euc1-az2', id: 'subnet-0a000002' },
  ];
  const vpc = { id: 'vpc-0a000001', subnets };

  test('brings its zones', () => {
    expect(region({ vpc })).toMatchObject({ zones: 2, vpc: { ...vpc, createEndpoints: false } });
  });

  test.each([
    ['zoneIds', { zoneIds: ['euc1-az1', 'euc1-az2'] }],
    ['cidr', { cidr: '10.1.0.0/16' }],
  ])('does not go with %s', (field, fields) => {
    expect(regionFaults({ vpc, ...fields })).toEqual([
      expect.stringMatching(new RegExp(`^regions\\.0\\.${field}: must not be given with vpc`)),
    ]);
  });

  test('needs its network and route tables for endpoints', () => {
    expect(regionFaults({ vpc: { ...vpc, createEndpoints: true } })).toEqual([
      'regions.0.vpc.cidr: is required with createEndpoints',
      'regions.0.vpc.subnets.0.routeTableId: is required with createEndpoints',
      'regions.0.vpc.subnets.1.routeTableId: is required with createEndpoints',
    ]);
  });

  test('needs a way out for the proxies of a simulcast', () => {
    expect(faultsOf({ simulcast: true, regions: [{ name: 'eu-central-1', vpc }] })).toEqual([
      'regions.0.vpc.subnets: must have ingestId with simulcast: proxies need a route to the internet',
    ]);
  });

  test('has no subnet where the accelerator does not reach', () => {
    const elsewhere = subnets.map((subnet, at) => ({ ...subnet, zoneId: `usw1-az${at + 1}` }));
    expect(faultsOf({ regions: [{ name: 'us-west-1', vpc: { ...vpc, subnets: elsewhere } }] })).toEqual([
      expect.stringContaining('regions.0.vpc.subnets.1.zoneId: must not be usw1-az2'),
    ]);
  });
});

describe('the network of a new VPC', () => {
  test.each(['10.20.0.0/16', '172.31.0.0/17', '192.168.0.0/16', '100.64.0.0/18'])('may be %s', (cidr) => {
    expect(region({ cidr })).toMatchObject({ cidr });
  });

  test.each([
    ['8.8.0.0/16', 'must be a private network of /16 to /22'],
    ['10.0.0.0/8', 'must be a private network of /16 to /22'],
    ['172.32.0.0/16', 'must be a private network of /16 to /22'],
    ['10.0.1.0/16', 'must be the first address of its network'],
    ['10.999.0.0/16', 'must be a network such as'],
  ])('may not be %s', (cidr, message) => {
    expect(regionFaults({ cidr })).toEqual([expect.stringContaining(`regions.0.cidr: ${message}`)]);
  });

  test('must have addresses for every task of a deployment', () => {
    expect(regionFaults({ cidr: '10.0.0.0/22' })).toEqual([
      'regions.0.cidr: has addresses for 105 tasks, but up to 200 run during a deployment: use a network larger than /22, or smaller fleets',
    ]);
  });

  test.each([16, 17, 18, 19, 20, 21, 22])('a /%i holds three zones of every kind of subnet', (mask) => {
    const { cell, ingest, gateway } = addressPlan(`10.0.0.0/${mask}`);
    // In the order in which they are laid out, each aligned to its size.
    const end = [cell, gateway, ingest].reduce((from, size) => {
      const step = 2 ** (32 - size);
      return Math.ceil(from / step) * step + 3 * step;
    }, 0);
    expect(end).toBeLessThanOrEqual(2 ** (32 - mask));
    expect(tasksOf(cell)).toBeGreaterThan(0);
    expect(Math.max(cell, ingest, gateway)).toBeLessThanOrEqual(28);
  });
});

describe('a region', () => {
  test.each([
    ['cn-north-1', 'AWS China (aws-cn), which has no Global Accelerator and no Origin Shield'],
    ['us-gov-west-1', 'AWS GovCloud (aws-us-gov), which has no CloudFront and no Global Accelerator'],
    ['eusc-de-east-1', 'the AWS European Sovereign Cloud (aws-eusc), which has no CloudFront'],
  ])('of another partition is refused: %s', (name, words) => {
    expect(faultsOf({ regions: [{ name }] })).toEqual([
      expect.stringContaining(`regions.0.name: is in ${words}`),
    ]);
  });

  test('may have an account of its own, if the others’ is known', () => {
    expect(regionFaults({ account: '222233334444' })).toEqual([
      'account: is required if a region has an account of its own',
    ]);
    expect(region({})).not.toHaveProperty('account');
  });

  test('with a domain is in the account of its hosted zone', () => {
    const domain = { name: 'live.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ' };
    const account = '111122223333';
    const own = (other: string) =>
      faultsOf({ domain, account, regions: [{ name: 'eu-central-1', account: other }] });
    expect(own(account)).toEqual([]);
    expect(own('222233334444')).toEqual([
      'regions.0.account: must be the deployment’s account with a domain: records can’t be created in another account’s hosted zone',
    ]);
  });
});

describe('names', () => {
  test.each(['aws-live', 'ssm', 'ecs-live', 'fargate', 'amzn-live', 'sthree-live', 'xn--live'])(
    'that AWS reserves are refused: %s',
    (name) => {
      expect(faultsOf({ name })).toEqual([expect.stringContaining('name: must not begin with aws, ssm')]);
    },
  );

  test('of ingest hosts fit into a certificate', () => {
    const domain = { name: `${'a'.repeat(38)}.tv`, hostedZoneId: 'Z0123456789ABCDEFGHIJ' };
    expect(faultsOf({ domain })).toEqual([]);
    expect(faultsOf({ domain, regions: [{ name: 'ap-southeast-2' }] })).toEqual([]);
    expect(faultsOf({ domain, regions: [{ name: 'ap-northeastern-2' }] })).toEqual([
      `domain.name: ap-northeastern-2.ingest.${domain.name} has more than the 64 characters that ACM allows`,
    ]);
    expect(faultsOf({ regions: [{ name: 'ap-very-far-southeast-2' }] })).toHaveLength(1);
  });
});

describe('tags', () => {
  test('are any but those that AWS and we use', () => {
    const tags = { 'cost-center': '42', team: 'Live events' };
    expect(readFields({ tags }).tags).toEqual(tags);
    for (const [key, value] of [
      ['aws:name', 'x'],
      ['Headwater:deployment', 'x'],
      ['', 'x'],
      ['team', 'a\nb'],
      ['team', 'x'.repeat(257)],
    ] as const) {
      expect([key, faultsOf({ tags: { [key]: value } }).length]).toEqual([key, 1]);
    }
    const many = Object.fromEntries(Array.from({ length: 41 }, (_, at) => [`tag-${at}`, '']));
    expect(faultsOf({ tags: many })).toEqual(['tags: must be at most 40 tags']);
    const long = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`tag-${at}`, 'x'.repeat(256)]));
    expect(faultsOf({ tags: long })).toEqual([expect.stringContaining('at most 2000 characters together')]);
  });
});

test('budget.stop reaches only regions that every account has', () => {
  const stopping = (name: string) =>
    faultsOf({ regions: [{ name }], budget: { ...least.budget, stop: true } });
  expect(stopping('ap-northeast-3')).toEqual([]);
  expect(stopping('eu-south-1')).toEqual([
    expect.stringMatching(/^regions\.0\.name: is not possible with budget\.stop/),
  ]);
});
