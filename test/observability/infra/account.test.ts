import { describe, expect, test } from '@jest/globals';
import { Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { createApp } from '../../../lib/infra/app.ts';
import { AlarmTopic } from '../../../lib/observability/infra/alarm-topic.ts';
import { DeploymentBudget } from '../../../lib/observability/infra/budget.ts';
import { EdgeAlarms } from '../../../lib/observability/infra/edge-alarms.ts';
import { edgeAlarms } from '../../../lib/observability/policy/alarms/edge.ts';
import { templateOf, testDeployment } from '../../../testkit/aws/template.ts';

describe('the topic of alarms', () => {
  const emails = ['one@example.com', 'two@example.com'];
  const template = templateOf((stack) => {
    new AlarmTopic(stack, 'AlarmTopic', { deployment: 'live', emails });
  });

  test('is encrypted with a key that turns, and that CloudWatch may use for this account', () => {
    template.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: Match.anyValue() });
    template.hasResourceProperties('AWS::KMS::Key', {
      EnableKeyRotation: true,
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
            Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
          }),
        ]),
      },
    });
  });

  test('lets alarms of this account publish, and nobody without TLS', () => {
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Principal: '*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
          Match.objectLike({
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: 'sns:Publish',
            Condition: Match.objectLike({ StringEquals: { 'aws:SourceAccount': '111122223333' } }),
          }),
        ]),
      },
    });
  });

  test('sends mail to everybody who is named', () => {
    const subscriptions = Object.values(template.findResources('AWS::SNS::Subscription'));
    expect(subscriptions.map(({ Properties }) => [Properties.Protocol, Properties.Endpoint])).toEqual(
      emails.map((address) => ['email', address]),
    );
  });

  test('takes a key that is there already, and lets CloudWatch use it', () => {
    const shared = templateOf((stack) => {
      new AlarmTopic(stack, 'AlarmTopic', { deployment: 'live', emails: [], key: new Key(stack, 'Key') });
    });
    shared.resourceCountIs('AWS::KMS::Key', 1);
    shared.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: { Statement: Match.arrayWith([Match.objectLike({ Sid: 'AlarmsMayPublish' })]) },
    });
  });
});

describe('the budget', () => {
  test('counts what has the deployment’s tag and tells of 80 % spent and of a forecast of 100 %', () => {
    const { name, budget } = testDeployment({
      name: 'live',
      budget: { monthlyUsd: 250, emails: ['a@example.com'] },
    });
    const subscribers = [{ SubscriptionType: 'EMAIL', Address: 'a@example.com' }];
    templateOf((stack) => {
      new DeploymentBudget(stack, 'Budget', { deployment: name, budget, idleMonthUsd: 0 });
    }, 'us-east-1').hasResourceProperties('AWS::Budgets::Budget', {
      Budget: {
        BudgetType: 'COST',
        TimeUnit: 'MONTHLY',
        BudgetLimit: { Amount: 250, Unit: 'USD' },
        CostFilters: { TagKeyValue: ['user:headwater:deployment$live'] },
      },
      NotificationsWithSubscribers: [
        {
          Notification: Match.objectLike({
            NotificationType: 'ACTUAL',
            Threshold: 80,
            ThresholdType: 'PERCENTAGE',
          }),
          Subscribers: subscribers,
        },
        {
          Notification: Match.objectLike({
            NotificationType: 'FORECASTED',
            Threshold: 100,
            ThresholdType: 'PERCENTAGE',
          }),
          Subscribers: subscribers,
        },
      ],
    });
  });
});

describe('a budget that the idle platform exceeds', () => {
  const warningsOf = (monthlyUsd: number) => {
    const stack = new Stack(createApp({ builtinCloudFormationValidation: false }), 'Test');
    const { budget } = testDeployment({ budget: { monthlyUsd, emails: ['a@example.com'] } });
    new DeploymentBudget(stack, 'Budget', { deployment: 'live', budget, idleMonthUsd: 563.6 });
    return Annotations.fromStack(stack).findWarning(
      '*',
      Match.stringLikeRegexp('monthlyUsd is .* 564 a month'),
    );
  };

  test('is warned of at synthesis', () => {
    expect(warningsOf(500)).toHaveLength(1);
    expect(warningsOf(600)).toEqual([]);
  });
});

describe('the alarms of the edge', () => {
  const template = templateOf((stack) => {
    new EdgeAlarms(stack, 'Alarms', {
      deployment: 'live',
      topic: new Topic(stack, 'Topic'),
      subjects: {
        distributionId: 'E123',
        liveOriginFunction: 'live-origins',
        edgeFunctions: ['page-documents', 'audience'],
      },
    });
  }, 'us-east-1');

  test('are the table’s', () => {
    template.resourceCountIs('AWS::CloudWatch::Alarm', Object.keys(edgeAlarms).length);
  });

  test('tell the function that attaches live origins from those that viewers call', () => {
    const readOf = (title: string) =>
      Object.values(template.findResources('AWS::CloudWatch::Alarm'))
        .map(({ Properties }) => Properties)
        .find(({ AlarmName }) => AlarmName === `live: ${title}`);
    expect(readOf('Live origins not attached')).toMatchObject({
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: 'live-origins' }],
      Threshold: 1,
    });
    const read = (FunctionName: string) =>
      expect.objectContaining({
        MetricStat: expect.objectContaining({
          Metric: {
            Namespace: 'AWS/Lambda',
            MetricName: 'Errors',
            Dimensions: [{ Name: 'FunctionName', Value: FunctionName }],
          },
        }),
      });
    expect(readOf('Edge functions failing').Metrics).toEqual(
      expect.arrayContaining([read('page-documents'), read('audience')]),
    );
    expect(JSON.stringify(readOf('Edge functions failing'))).not.toContain('live-origins');
  });

  test('read the distribution’s global metrics', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/CloudFront',
      MetricName: '5xxErrorRate',
      Dimensions: [
        { Name: 'DistributionId', Value: 'E123' },
        { Name: 'Region', Value: 'Global' },
      ],
      Threshold: 1,
    });
  });

  test('judge the hit rate only where there are many requests', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'live: Low edge cache hit rate',
      ComparisonOperator: 'LessThanThreshold',
      Metrics: Match.arrayWith([Match.objectLike({ Expression: 'IF(requests >= 30000, hits, 100)' })]),
    });
  });
});
