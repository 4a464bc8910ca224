import { type Deployment, readDeployment } from '../../lib/config/deployment.ts';
import type { CellFacts, Facts, Presence, QuotaFact, RegionFacts } from '../../preflight/facts.ts';
import type { Fact } from '../../preflight/finding.ts';
import { keptResources } from '../../preflight/policy/kept-resources.ts';
import { quotaNeeds } from '../../preflight/policy/quota-needs.ts';
import { regionsOf, type Scope, scopeOf, stackNames } from '../../preflight/policy/scope.ts';
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

/** The part of a deployment that is in an account. */
export function scopeIn(deployment: Deployment, caller = account, only?: string): Scope {
  const scope = scopeOf(deployment, caller, only);
  if (!scope) throw new Error(`nothing is in ${caller}`);
  return scope;
}

/** Facts of an account that lacks nothing and where nothing is deployed. */
export function soundFacts(deployment: Deployment, scope = scopeIn(deployment)): Facts {
  return {
    disabledRegions: is([]),
    roles: new Map(serviceLinkedRoles(deployment).map(({ name }) => [name, is(true)])),
    ...(scope.withEdge && {
      distributions: is(1),
      hostedZone: {
        zone: is({
          name: 'example.com',
          isPrivate: false,
          nameServers: ['ns-1.example.net', 'ns-2.example.net'],
        }),
        delegatedTo: is(['ns-2.example.net', 'ns-1.example.net']),
      },
    }),
    regions: new Map(
      regionsOf(deployment.name, scope).map((region) => [region, soundRegion(deployment, scope, region)]),
    ),
    quotas: quotaNeeds(deployment, scope).map(
      (need): QuotaFact => ({ need, found: is({ code: 'L-1', value: 1e6 }) }),
    ),
    machine: { builder: 'docker', running: true, platforms: ['linux/amd64', 'linux/arm64'] },
  };
}

function soundRegion(deployment: Deployment, scope: Scope, region: string): RegionFacts {
  return {
    bootstrapVersion: is(30),
    stackStatuses: new Map(stackNames(deployment.name, scope, region).map((name) => [name, is(undefined)])),
    kept: keptResources(deployment, scope)
      .filter((resource) => resource.region === region)
      .map((resource) => ({ resource, presence: is<Presence>('absent') })),
    ...(scope.regions.some(({ name }) => name === region) && { cell: soundCell }),
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
