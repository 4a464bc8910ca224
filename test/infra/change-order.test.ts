import { describe, expect, test } from '@jest/globals';
import { firstDeploy } from '../../testkit/aws/platform-templates.ts';
import { testDeployment } from '../../testkit/aws/template.ts';
import { type Action, changeFaults, type FaultKind } from '../../testkit/template-graph/change.ts';
import type { ResourceDefinition, StackTemplate } from '../../testkit/template-graph/graph.ts';
import { stacksOf } from '../../testkit/template-graph/synthesized.ts';

/** The changes of a deployment that matter, and in which order its stacks are changed (docs/deploy.md, "Change it"). */

const two = { regions: [{ name: 'eu-central-1' }, { name: 'us-east-1' }] };
const oldLatency = { regions: [{ name: 'eu-central-1' }], latency: 'standard' };
const one = { regions: [{ name: 'eu-central-1' }] };
const domain = { name: 'live.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ' };
const budget = { monthlyUsd: 1000, emails: ['operators@example.com'] };
const stopping = { ...one, budget: { ...budget, stop: true } };
const pooled = { ...one, api: { cognito: true } };
const withEdge = { budget: { ...budget, stop: true }, api: { cognito: true } };
const event = { name: 'gala', from: '2099-06-01T10:00:00Z', until: '2099-06-01T12:00:00Z', streams: 10 };
const jwt = { issuer: 'https://login.example.com', audiences: ['a'] };
const otherDomain = { ...domain, name: 'tv.example.org' };

const pop = 'headwater-pop';
const edge = 'headwater-edge';
const [berlin, virginia] = ['headwater-eu-central-1', 'headwater-us-east-1'];
const deploy = (...stacks: string[]): Action[] => stacks.map((stack) => ({ deploy: stack }));
const destroy = (...stacks: string[]): Action[] => stacks.map((stack) => ({ destroy: stack }));
/** The order of `cdk deploy --all`. */
const all = deploy(pop, edge, berlin, virginia);
const regionsFirst = deploy(berlin, virginia, pop, edge);

interface Row {
  readonly change: string;
  readonly before: object;
  readonly after: object;
  readonly order: readonly Action[];
  /** What cannot be avoided: the old thing has broken already, or is meant to go. @default nothing */
  readonly allowed?: readonly FaultKind[];
}

const synthesized = new Map<string, StackTemplate[]>();
function stacks(fields: object): StackTemplate[] {
  const key = JSON.stringify(fields);
  const known = synthesized.get(key) ?? stacksOf(testDeployment(fields));
  synthesized.set(key, known);
  return known;
}
const beforeOf = ({ before }: Row) => stacks(before);
/** Another deploy, even if the deployment is the same. */
const afterOf = ({ after }: Row): StackTemplate[] =>
  JSON.parse(JSON.stringify(stacks(after)).replaceAll(firstDeploy, 'the next deploy'));

const onOff = (what: string, fields: object): Row[] => [
  { change: `${what} on`, before: one, after: { ...one, ...fields }, order: deploy(pop, edge, berlin) },
  { change: `${what} off`, before: { ...one, ...fields }, after: one, order: deploy(pop, edge, berlin) },
];

const rows: Row[] = [
  { change: 'nothing', before: two, after: two, order: all },
  ...onOff('plain RTMP', { plainRtmp: true }),
  ...onOff('GPU encoders', { compute: { gpuEncoders: {} } }),
  ...onOff('simulcast', { simulcast: true }),
  ...onOff('managed encoders', { managedEncoder: {} }),
  ...onOff('tokens for the API', { api: { jwt } }),
  ...onOff('the canary', { canary: true }),
  { change: 'live origins off', before: one, after: oldLatency, order: deploy(pop, edge, berlin) },
  { change: 'live origins on', before: oldLatency, after: one, order: deploy(pop, edge, berlin) },
  { change: 'the budget’s stop on', before: one, after: stopping, order: deploy(pop, edge, berlin) },
  {
    change: 'the budget’s stop off',
    before: stopping,
    after: one,
    order: deploy(pop, edge, berlin),
    // The topic and its key, which nothing is stored with.
    allowed: ['gone', 'lost'],
  },
  {
    change: 'other recipients of the budget',
    before: one,
    after: { ...one, budget: { ...budget, emails: ['others@example.com'] } },
    order: deploy(pop, edge, berlin),
  },
  { change: 'a user pool on', before: one, after: pooled, order: deploy(pop, edge, berlin) },
  { change: 'a user pool off', before: pooled, after: one, order: deploy(berlin, pop, edge) },
  {
    change: 'a user pool instead of another issuer',
    before: { ...one, api: { jwt } },
    after: pooled,
    order: deploy(pop, edge, berlin),
  },
  {
    change: 'another issuer instead of the user pool',
    before: pooled,
    after: { ...one, api: { jwt } },
    order: deploy(berlin, pop, edge),
  },
  ...onOff('an announced event', { compute: { schedule: [event] } }),
  ...onOff('warm tables', { compute: { cpuEncoders: { maxTasks: 2000 } } }),
  ...onOff('own tags', { tags: { team: 'live' } }),
  ...onOff('a permissions boundary', { permissionsBoundary: 'boundary' }),
  ...onOff('deleting with the stack', { retention: { keepOnDelete: false } }),
  { change: 'a region added', before: one, after: two, order: deploy(pop, edge, virginia) },
  { change: 'a region added, alone', before: one, after: two, order: deploy(pop, edge, virginia, berlin) },
  {
    change: 'a region removed',
    before: two,
    after: one,
    order: [...destroy(virginia), ...deploy(pop, edge)],
  },
  {
    change: 'regions in another order',
    before: two,
    after: { regions: two.regions.toReversed() },
    order: all,
  },
  {
    change: 'fewer zones',
    before: one,
    after: { regions: [{ name: 'eu-central-1', zones: 2 }] },
    order: deploy(pop, edge, berlin),
  },
  {
    change: 'more zones',
    before: { regions: [{ name: 'eu-central-1', zones: 2 }] },
    after: one,
    order: deploy(pop, edge, berlin),
  },
  { change: 'a domain added', before: two, after: { ...two, domain }, order: all },
  { change: 'a domain removed', before: { ...two, domain }, after: two, order: regionsFirst },
  {
    change: 'the edge created anew',
    before: two,
    after: two,
    order: [...destroy(edge), ...deploy(edge, berlin, virginia)],
    allowed: ['gone'],
  },
  {
    change: 'the edge with topic and user pool created anew',
    before: { ...two, ...withEdge },
    after: { ...two, ...withEdge },
    order: [...destroy(edge), ...deploy(edge, berlin, virginia)],
    allowed: ['gone'],
  },
  {
    change: 'the pop created anew',
    before: two,
    after: two,
    order: [...destroy(pop), ...deploy(pop, berlin, virginia)],
    allowed: ['gone'],
  },
  { change: 'everything deleted', before: two, after: two, order: destroy(berlin, virginia, edge, pop) },
  {
    change: 'a region deleted and deployed again',
    before: two,
    after: two,
    order: [...destroy(virginia), ...deploy(virginia)],
  },
];

const faultsOf = (row: Row, after = afterOf(row), before = beforeOf(row)) =>
  changeFaults({ before, after, actions: row.order });
const kindsOf = (faults: ReturnType<typeof changeFaults>) =>
  [...new Set(faults.map(({ kind }) => kind))].sort();

describe('between stacks, nothing breaks with', () => {
  test.each(rows.map((row) => [row.change, row] as const))('%s', (_change, row) => {
    const { allowed = [] } = row;
    expect(faultsOf(row).filter(({ kind }) => !allowed.includes(kind))).toEqual([]);
  });
});

describe('an order that docs/deploy.md warns of breaks something:', () => {
  const wrong: (Row & { kind: FaultKind; words: RegExp })[] = [
    {
      change: 'a region added before the pop knows it',
      before: one,
      after: two,
      order: deploy(virginia, pop, edge),
      kind: 'missing',
      words: /us-east-1 reads \/headwater\/pop\/us-east-1\/tls-listener-arn/,
    },
    {
      change: 'a region removed from the pop while it is there',
      before: two,
      after: one,
      order: [...deploy(pop, edge), ...destroy(virginia)],
      kind: 'gone',
      words: /pop deletes .*Listener.* uses in AWS::GlobalAccelerator::EndpointGroup/,
    },
    {
      change: 'the pop deleted before the regions',
      before: two,
      after: two,
      order: destroy(pop, berlin, virginia, edge),
      kind: 'gone',
      words: /pop deletes .*Listener.* uses in AWS::GlobalAccelerator::EndpointGroup/,
    },
    {
      change: 'a domain removed from the global stacks first',
      before: { ...two, domain },
      after: two,
      order: all,
      kind: 'gone',
      words: /edge deletes the name live\.example\.com, which headwater-eu-central-1 gives out/,
    },
    {
      change: 'a domain added to a region first',
      before: two,
      after: { ...two, domain },
      order: regionsFirst,
      kind: 'missing',
      words: /gives out the name eu-central-1\.ingest\.live\.example\.com, which does not exist yet/,
    },
    {
      change: 'one domain exchanged for another at once',
      before: { ...two, domain },
      after: { ...two, domain: otherDomain },
      order: all,
      kind: 'gone',
      words: /deletes the name/,
    },
    {
      change: 'other zones for a region that is there',
      before: one,
      after: { regions: [{ name: 'eu-central-1', zoneIds: ['euc1-az1', 'euc1-az2', 'euc1-az3'] }] },
      order: deploy(pop, edge, berlin),
      kind: 'taken',
      words: /creates NetworkVpccellSubnet1Subnet.* with a name that is still in use/,
    },
    {
      change: 'another network for a region that is there',
      before: one,
      after: { regions: [{ name: 'eu-central-1', cidr: '10.3.0.0/16' }] },
      order: deploy(pop, edge, berlin),
      kind: 'taken',
      words: /creates NetworkVpcecrapi.* with a name that is still in use/,
    },
    {
      change: 'the user pool removed before the regions stop asking it',
      before: pooled,
      after: one,
      order: deploy(pop, edge, berlin),
      kind: 'gone',
      words: /edge deletes ConsoleUsers.* \(AWS::Cognito::UserPool\), which headwater-eu-central-1 uses/,
    },
    {
      change: 'the budget’s stop in a region before the edge has a topic',
      before: one,
      after: stopping,
      order: deploy(berlin, pop, edge),
      kind: 'missing',
      words: /eu-central-1 reads \/headwater\/edge\/budget-topic-arn/,
    },
    {
      change: 'the edge created anew, and no region deployed',
      before: two,
      after: two,
      order: [...destroy(edge), ...deploy(edge)],
      kind: 'stale',
      words: /still has an old value of \/headwater\/edge\/distribution-id/,
    },
  ];
  test.each(wrong.map((row) => [row.change, row] as const))('%s', (_change, row) => {
    expect(faultsOf(row)).toContainEqual({ kind: row.kind, words: expect.stringMatching(row.words) });
  });
});

describe('the same table finds the faults that there were:', () => {
  const rowOf = (change: string): Row => rows.find((row) => row.change === change)!;
  /** Templates with other resources in the place of theirs, or without them. */
  const changed = (
    of: readonly StackTemplate[],
    edit: (resource: ResourceDefinition, stack: string) => ResourceDefinition | undefined,
  ): StackTemplate[] =>
    of.map((stack) => ({
      ...stack,
      template: {
        ...stack.template,
        Resources: Object.fromEntries(
          Object.entries(stack.template.Resources ?? {}).flatMap(([id, resource]) => {
            const kept = edit(resource, stack.name);
            return kept ? [[id, kept]] : [];
          }),
        ),
      },
    }));

  test('a pop whose listener for plain RTMP goes with the setting', () => {
    const row = rowOf('plain RTMP off');
    const isRtmp = ({ Type, Properties }: ResourceDefinition) =>
      Type === 'AWS::GlobalAccelerator::Listener'
        ? Properties?.PortRanges[0].FromPort === 1935
        : Properties?.Name === '/headwater/pop/eu-central-1/rtmp-listener-arn';
    const old = changed(afterOf(row), (resource, stack) =>
      stack !== pop ? resource : isRtmp(resource) ? undefined : { ...resource, DependsOn: [] },
    );
    expect(faultsOf(row, old)).toContainEqual({
      kind: 'gone',
      words: expect.stringMatching(/pop deletes .*Rtmp.*Listener.*EndpointGroup/),
    });
  });

  test.each(['the edge created anew', 'the pop created anew'])(
    '%s, and regions that read its values once',
    (change) => {
      const row = rowOf(change);
      const once = ({
        Properties: { DeployedAt: _, ...Properties } = {},
        ...resource
      }: ResourceDefinition) => ({
        ...resource,
        Properties,
      });
      const faults = faultsOf(row, changed(afterOf(row), once), changed(beforeOf(row), once));
      expect(kindsOf(faults)).toContain('stale');
    },
  );

  test('an address of the edge that is the domain’s while there is one', () => {
    const row = rowOf('a domain removed');
    const old = changed(beforeOf(row), (resource) =>
      resource.Properties?.Name === '/headwater/edge/base-url'
        ? { ...resource, Properties: { ...resource.Properties, Value: 'https://live.example.com' } }
        : resource,
    );
    expect(kindsOf(faultsOf(row, afterOf(row), old))).toEqual(['stale']);
  });
});
