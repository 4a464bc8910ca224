import { expect, test } from '@jest/globals';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { budgetStopFunctionCodec } from '../../../../lib/control/budget/budget-stop-config.ts';
import { BudgetStopFunction } from '../../../../lib/control/budget/infra/budget-stop-function.ts';
import { ControlTables } from '../../../../lib/control-store/infra/tables.ts';
import { DeploymentBudget } from '../../../../lib/observability/infra/budget.ts';
import { statementsOf } from '../../../../testkit/aws/permissions.ts';
import { templateOf, testDeployment } from '../../../../testkit/aws/template.ts';

const inRegion = templateOf((stack) => {
  new BudgetStopFunction(stack, 'BudgetStop', {
    name: 'live',
    tables: new ControlTables(stack, 'Tables', { name: 'live', keepOnDelete: true }),
    topicArn: 'arn:aws:sns:us-east-1:111122223333:topic',
    metricsNamespace: 'Headwater/live',
    logDays: RetentionDays.ONE_MONTH,
  });
});
const atEdge = (stop: boolean) =>
  templateOf((stack) => {
    const budget = { monthlyUsd: 1_500, emails: ['a@example.com'], stop };
    new DeploymentBudget(stack, 'Budget', {
      deployment: 'live',
      budget: testDeployment({ budget }).budget,
      idleMonthUsd: 0,
    });
  }, 'us-east-1');

test('a region subscribes its function to the topic of the budget, in the edge’s region', () => {
  const [subscription] = Object.values(inRegion.findResources('AWS::SNS::Subscription'));
  expect(subscription?.Properties).toMatchObject({ Protocol: 'lambda', Region: 'us-east-1' });
  expect(subscription?.Properties.TopicArn).toBe('arn:aws:sns:us-east-1:111122223333:topic');
  inRegion.hasResourceProperties('AWS::Lambda::Permission', {
    Principal: 'sns.amazonaws.com',
    SourceArn: subscription?.Properties.TopicArn,
  });
});

test('the function knows its budget, and may touch nothing but the streams’ table', () => {
  const [stops] = Object.values(inRegion.findResources('AWS::Lambda::Function'));
  const { budget, controlStore } = budgetStopFunctionCodec.decode(stops?.Properties.Environment.Variables);
  expect([budget, controlStore]).toEqual(['live-headwater', 'dynamodb:live']);
  const onTables = statementsOf(inRegion).filter(({ Action }) =>
    JSON.stringify(Action).includes('dynamodb:'),
  );
  expect(onTables).toMatchObject([{ Action: ['dynamodb:GetItem', 'dynamodb:PutItem'] }]);
});

test('the budget tells its topic at 100 % spent, and only with `stop`', () => {
  const template = atEdge(true);
  const [budget] = Object.values(template.findResources('AWS::Budgets::Budget'));
  expect(budget?.Properties.Budget.BudgetName).toMatch(/^live-headwater-/);
  const [topic] = Object.entries(template.findResources('AWS::SNS::Topic'));
  // A new topic must have another ARN, or regions would not subscribe to it.
  expect(topic?.[1].Properties.TopicName).toBeUndefined();
  const toTopic = budget?.Properties.NotificationsWithSubscribers.filter((one: object) =>
    JSON.stringify(one).includes('SNS'),
  );
  expect(toTopic).toMatchObject([
    {
      Notification: { NotificationType: 'ACTUAL', Threshold: 100 },
      Subscribers: [{ SubscriptionType: 'EMAIL' }, { SubscriptionType: 'SNS', Address: { Ref: topic?.[0] } }],
    },
  ]);
  atEdge(false).resourceCountIs('AWS::SNS::Topic', 0);
});

test('AWS Budgets, of this account alone, may publish to the encrypted topic', () => {
  const text = JSON.stringify(atEdge(true).toJSON());
  const ours = '"Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}';
  expect(text).toMatch(
    /"Action":"sns:Publish","Condition":\{"StringEquals":\{"aws:SourceAccount":"111122223333"\}\},"Effect":"Allow","Principal":\{"Service":"budgets.amazonaws.com"\}/,
  );
  expect(text.split(ours).length).toBeGreaterThan(2);
});
