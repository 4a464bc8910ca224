import { expect, test } from '@jest/globals';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { PlatformFunction } from '../../lib/infra/function.ts';
import { actionsOf, statementsOf } from '../../testkit/aws/permissions.ts';
import { templateOf } from '../../testkit/aws/template.ts';

const template = templateOf((stack) => {
  new PlatformFunction(stack, 'Function', {
    handler: 'fleet-metrics',
    description: 'Measures.',
    environment: { HEADWATER_X: 'y' },
    metricsNamespace: 'Headwater/test',
    logDays: RetentionDays.TWO_WEEKS,
  });
});

test('a function runs Node 24 on ARM and logs JSON into a group that forgets', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
    LoggingConfig: { LogFormat: 'JSON' },
    Environment: {
      Variables: {
        HEADWATER_X: 'y',
        HEADWATER_METRICS_NAMESPACE: 'Headwater/test',
        NODE_OPTIONS: '--enable-source-maps',
      },
    },
  });
  template.hasResource('AWS::Logs::LogGroup', {
    Properties: { RetentionInDays: 14 },
    DeletionPolicy: 'Delete',
  });
});

test('a function may write its own log and nothing else', () => {
  expect(statementsOf(template)).toHaveLength(1);
  expect(actionsOf(statementsOf(template))).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents']);
  const [group] = Object.keys(template.findResources('AWS::Logs::LogGroup'));
  expect(statementsOf(template)[0]!.Resource).toEqual({ 'Fn::GetAtt': [group, 'Arn'] });
  for (const { Properties } of Object.values(template.findResources('AWS::IAM::Role'))) {
    expect(Properties.ManagedPolicyArns).toBeUndefined();
  }
});

test('a function takes no share of the account’s concurrency and sends no traces', () => {
  const [only] = Object.values(template.findResources('AWS::Lambda::Function'));
  expect(only?.Properties.ReservedConcurrentExecutions).toBeUndefined();
  expect(only?.Properties.TracingConfig).toBeUndefined();
});
