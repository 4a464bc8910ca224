import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { fullDeployment } from '../../testkit/aws/platform-templates.ts';
import { testDeployment } from '../../testkit/aws/template.ts';
import {
  type ResourceDefinition,
  type StackTemplate,
  TemplateGraph,
} from '../../testkit/template-graph/graph.ts';
import * as lifecycle from '../../testkit/template-graph/rules/lifecycle.ts';
import * as network from '../../testkit/template-graph/rules/network.ts';
import * as roles from '../../testkit/template-graph/rules/roles.ts';
import type { Rule } from '../../testkit/template-graph/rules/rule.ts';
import * as services from '../../testkit/template-graph/rules/services.ts';
import * as storage from '../../testkit/template-graph/rules/storage.ts';
import { stacksOf } from '../../testkit/template-graph/synthesized.ts';

/** No validator checks the order in which CloudFormation creates and deletes resources; these rules do, on the dependency graph. */

const everything = fullDeployment({
  regions: [{ name: 'eu-central-1' }, { name: 'us-east-1' }, { name: 'us-west-1', zones: 2 }],
});
const shapes = {
  'one region': stacksOf(testDeployment()),
  'one region that keeps nothing': stacksOf(testDeployment({ retention: { keepOnDelete: false } })),
  'one region with a user pool': stacksOf(testDeployment({ api: { cognito: true } })),
  'three regions with everything': stacksOf(everything),
};

type Spoil = (definition: ResourceDefinition) => ResourceDefinition;
const unordered: Spoil = ({ DependsOn: _, ...definition }) => definition;
const unnamed: Spoil = (definition) => ({
  ...definition,
  Properties: { ...definition.Properties, TableName: undefined },
});

const rules: Record<string, { rule: Rule; spoil?: Spoil }> = {
  'what runs in the network can reach what it needs, from start to stop': { rule: network.runsWithinReach },
  'what has an internet address comes after the internet gateway': { rule: network.attachedToTheInternet },
  'a service starts once its cluster has its capacity providers': { rule: services.capacityIsAssociated },
  'a service starts once its target groups have listeners': { rule: services.listenersComeFirst },
  'what acts with a role has all its permissions': { rule: roles.rolesAreComplete },
  'a custom resource has its function, permissions and log': { rule: roles.providersOutliveTheirResources },
  'a log group comes before what would make it': { rule: roles.logGroupsComeFirst },
  'a rotation may call its function': { rule: roles.callersAreAdmitted },
  'a bucket is emptied after its last writer': { rule: storage.emptiedAfterItsWriters },
  'a resource policy exists for as long as anything uses the resource': {
    rule: storage.resourcePoliciesOutliveUse,
  },
  'a failed first deploy can be repeated': {
    rule: lifecycle.firstDeployIsRepeatable,
    spoil: (definition) => ({ ...definition, DeletionPolicy: 'Retain' }),
  },
  'the next deploy can import what was kept': { rule: lifecycle.retainedCanBeImported, spoil: unnamed },
  'protection from deletion comes last': { rule: lifecycle.protectionComesLast },
  'an API opens with all its routes': { rule: lifecycle.apisOpenComplete },
  'a parameter for other stacks is written once what it names works': { rule: lifecycle.parametersComeLast },
};

const spoiled = (stacks: readonly StackTemplate[], spoil: Spoil): StackTemplate[] =>
  stacks.map((stack) => ({
    ...stack,
    template: {
      ...stack.template,
      Resources: Object.fromEntries(
        Object.entries(stack.template.Resources ?? {}).map(([id, resource]) => [id, spoil(resource)]),
      ),
    },
  }));

describe.each(Object.entries(shapes))('with %s', (_name, stacks) => {
  const graph = new TemplateGraph(stacks);

  test.each(Object.entries(rules))('%s', (_words, { rule }) => {
    expect(rule(graph)).toEqual([]);
  });

  test('stacks are deployed in the order in which they read from each other', () => {
    expect(lifecycle.stacksAreOrdered(graph)).toEqual([]);
  });
});

test('docs/deploy.md names what a deploy after a teardown imports by its ID', () => {
  const docs = readFileSync(join(import.meta.dirname, '../../docs/deploy.md'), 'utf8');
  const byId = lifecycle
    .retained(new TemplateGraph(shapes['three regions with everything']))
    .filter(({ type }) => lifecycle.importedById.includes(type));
  expect(byId).toHaveLength(3 * 2);
  const [pool] = new TemplateGraph(shapes['one region with a user pool']).ofType('AWS::Cognito::UserPool');
  expect(docs).toContain(`"${pool?.logicalId}\\":{`);
  for (const { logicalId } of byId) expect(docs).toContain(`"${logicalId}\\":{`);
});

describe('the rules', () => {
  test.each(Object.entries(rules))('detect a violation of “%s”', (_words, { rule, spoil = unordered }) => {
    const graph = new TemplateGraph(spoiled(shapes['three regions with everything'], spoil));
    expect(rule(graph)).not.toEqual([]);
  });

  test('detect stacks without an order', () => {
    const stacks = shapes['one region'].map((stack) => ({ ...stack, dependsOn: [] }));
    expect(lifecycle.stacksAreOrdered(new TemplateGraph(stacks))).not.toEqual([]);
  });

  test('have something to look at', () => {
    const graph = new TemplateGraph(shapes['three regions with everything']);
    expect(graph.ofType('AWS::ECS::Service')).toHaveLength(12);
    expect(graph.ofType('Custom::DeletionProtection')).toHaveLength(3 * 6);
    expect(lifecycle.retained(graph).length).toBeGreaterThan(3 * 8);
  });
});
