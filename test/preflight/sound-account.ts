import { type Deployment, readDeployment } from '../../lib/config/deployment.ts';
import { edgeRegion, popRegion } from '../../lib/config/names.ts';
import type { CellFacts, Facts, Presence, QuotaFact, RegionFacts } from '../../preflight/facts.ts';
import type { Fact } from '../../preflight/finding.ts';
import { stackNames } from '../../preflight/policy/judge-stack.ts';
import { keptResources } from '../../preflight/policy/kept-resources.ts';
import { quotaNeeds } from '../../preflight/policy/quota-needs.ts';
import { serviceLinkedRoles } from '../../preflight/policy/service-linked-roles.ts';

export const account = '111122223333';

export const deploymentOf = (fields: object = {}): Deployment =>
  readDeployment(
    JSON.stringify({
      name: 'headwater',
      regions: [{ name: 'eu-central-1' }],
      budget: { monthlyUsd: 1000, emails: ['operators@example.com'] },
      ...fields,
    }),
    'deployment.json',
  );

/** With every optional feature. */
export const fullDeployment = (fields: object = {}): Deployment =>
  deploymentOf({
    account,
    domain: { name: 'live.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ' },
    simulcast: true,
    managedEncoder: {},
    compute: { cpuEncoders: { spotPercent: 50 }, gpuEncoders: {} },
    ...fields,
  });

const is = <T>(value: T): Fact<T> => ({ value });

/** Facts of an account that lacks nothing and where nothing is deployed. */
export function soundFacts(deployment: Deployment): Facts {
  const cells = deployment.regions.map(({ name }) => name);
  const all = [...new Set([popRegion, edgeRegion, ...cells])];
  return {
    account: deployment.account ?? account,
    disabledRegions: is([]),
    roles: new Map(serviceLinkedRoles(deployment).map(({ name }) => [name, is(true)])),
    distributions: is(1),
    hostedZone: {
      zone: is({
        name: 'example.com',
        isPrivate: false,
        nameServers: ['ns-1.example.net', 'ns-2.example.net'],
      }),
      delegatedTo: is(['ns-2.example.net', 'ns-1.example.net']),
    },
    regions: new Map(all.map((region) => [region, soundRegion(deployment, region, cells.includes(region))])),
    quotas: quotaNeeds(deployment).map(
      (need): QuotaFact => ({ need, found: is({ code: 'L-1', value: 1e6 }) }),
    ),
    machine: { builder: 'docker', running: true, platforms: ['linux/amd64', 'linux/arm64'] },
  };
}

function soundRegion(deployment: Deployment, region: string, hasCell: boolean): RegionFacts {
  const kept = keptResources(deployment, account, hasCell ? [region] : []);
  return {
    bootstrapVersion: is(30),
    stackStatuses: new Map(stackNames(deployment.name, region, hasCell).map((name) => [name, is(undefined)])),
    kept: kept
      .filter((resource) => resource.region === region)
      .map((resource) => ({ resource, presence: is<Presence>('absent') })),
    ...(hasCell && { cell: soundCell }),
  };
}

export const soundCell: CellFacts = {
  zones: is(
    ['c', 'a', 'b'].map((letter, index) => ({ name: `eu-central-1${letter}`, id: `euc1-az${index + 1}` })),
  ),
  others: { vpcs: is(1), addresses: is(0) },
  gpuZones: is(['euc1-az1', 'euc1-az2', 'euc1-az3']),
  mediaLive: is(true),
};
