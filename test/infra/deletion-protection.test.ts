import { describe, expect, test } from '@jest/globals';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { ControlTables } from '../../lib/control-store/infra/tables.ts';
import { controlTableNames } from '../../lib/control-store/tables.ts';
import { DeletionProtection } from '../../lib/infra/deletion-protection.ts';
import { DeployCalls } from '../../lib/infra/deploy-calls.ts';
import { PopBalancer } from '../../lib/pop/infra/balancer.ts';
import { templateOf } from '../../testkit/aws/template.ts';
import { TemplateGraph } from '../../testkit/template-graph/graph.ts';
import { protectionComesLast } from '../../testkit/template-graph/rules/lifecycle.ts';

const template = templateOf((stack) => {
  const vpc = new Vpc(stack, 'Vpc', { restrictDefaultSecurityGroup: false });
  const { balancer } = new PopBalancer(stack, 'Pop', { vpc, subnets: {}, plainRtmp: false });
  const tables = new ControlTables(stack, 'Tables', { name: 'headwater', keepOnDelete: true });
  new DeletionProtection(stack, 'Protection', {
    calls: new DeployCalls(stack, 'Calls', { logDays: 30 }),
    balancers: { Balancer: balancer },
    tables: Object.fromEntries(controlTableNames.map((end) => [end, tables.table(end)])),
  });
});
const graph = new TemplateGraph([{ name: 'test', template: template.toJSON() }]);
const cell = graph.resources;
const calls = graph.ofType('Custom::DeletionProtection');
/** The call as the CDK's function receives it, with `<…>` for what a deploy fills in. */
const callOf = (call: unknown): { parameters: object } =>
  JSON.parse(
    (call as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1]
      .map((part) => (typeof part === 'string' ? part : '<…>'))
      .join(''),
  );
const of = (service: string) =>
  calls
    .map(({ properties, definition }) => ({
      create: callOf(properties.Create),
      update: callOf(properties.Update),
      delete: callOf(properties.Delete),
      policy: definition.DeletionPolicy,
    }))
    .filter(({ create }) => (create as unknown as { service: string }).service === service);

describe('the balancer', () => {
  const [call, ...more] = of('elastic-load-balancing-v2');

  test('is protected by the last call of a deploy, and no longer once the stack is being deleted', () => {
    expect(more).toEqual([]);
    const attributes = (Value: string) => ({
      LoadBalancerArn: '<…>',
      Attributes: [{ Key: 'deletion_protection.enabled', Value }],
    });
    expect(call?.create.parameters).toEqual(attributes('true'));
    expect(call?.update.parameters).toEqual(attributes('true'));
    expect(call?.delete.parameters).toEqual(attributes('false'));
    expect(call?.policy).toBe('Delete');
  });
});

describe('each table', () => {
  test('is protected too, and stays so unless the deploy that made it is rolled back', () => {
    const tables = of('dynamodb');
    expect(tables).toHaveLength(4);
    for (const table of tables) {
      expect(table.create.parameters).toEqual({ TableName: '<…>', DeletionProtectionEnabled: true });
      expect(table.delete.parameters).toEqual({ TableName: '<…>', DeletionProtectionEnabled: false });
      expect(table.policy).toBe('RetainExceptOnCreate');
    }
  });
});

test('nothing can fail after a table is protected', () => {
  expect(calls).toHaveLength(5);
  expect(protectionComesLast(graph)).toEqual([]);
});

test('the function may do this to the balancer and the tables alone', () => {
  const statements = cell
    .filter(({ type, logicalId }) => type === 'AWS::IAM::Policy' && logicalId.startsWith('Calls'))
    .flatMap(
      ({ properties }) => properties.PolicyDocument.Statement as { Action: string; Resource: unknown }[],
    )
    .filter(({ Action }) => /Modify|Update/.test(Action));
  expect([...new Set(statements.map(({ Action }) => Action))].sort()).toEqual([
    'dynamodb:UpdateTable',
    'elasticloadbalancing:ModifyLoadBalancerAttributes',
  ]);
  expect(JSON.stringify(statements.map(({ Resource }) => Resource))).not.toContain('*');
});
