import { expect, test } from '@jest/globals';
import { Port, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { StartOrder } from '../../../lib/region/infra/start-order.ts';
import { templateOf } from '../../../testkit/aws/template.ts';
import { TemplateGraph } from '../../../testkit/template-graph/graph.ts';
import { runsWithinReach } from '../../../testkit/template-graph/rules/network.ts';

function faultsOf(order: boolean): string[] {
  const template = templateOf((stack) => {
    if (order) new StartOrder(stack, 'StartOrder');
    const vpc = new Vpc(stack, 'Vpc', { restrictDefaultSecurityGroup: false });
    const code = Code.fromInline('exports.handler = () => {}');
    const shared = { code, runtime: Runtime.NODEJS_24_X, handler: 'index.handler' };
    const inside = new LambdaFunction(stack, 'Inside', { ...shared, vpc });
    const other = new LambdaFunction(stack, 'Other', { ...shared, vpc, allowAllOutbound: false });
    other.connections.allowTo(inside, Port.HTTPS);
    new LambdaFunction(stack, 'Outside', shared);
  });
  return runsWithinReach(new TemplateGraph([{ name: 'test', template: template.toJSON() }]));
}

test('a function in the network starts after its ways out, one outside at once', () => {
  expect(faultsOf(true)).toEqual([]);
  const faults = faultsOf(false);
  expect(new Set(faults.map((fault) => fault.replace(/^test\/([A-Z][a-z]+).*$/, '$1')))).toEqual(
    new Set(['Inside', 'Other']),
  );
});
