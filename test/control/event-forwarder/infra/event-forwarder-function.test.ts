import { describe, expect, test } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { StreamEvents } from '../../../../lib/control/event-forwarder/infra/event-forwarder-function.ts';
import { busEventTypes } from '../../../../lib/control-store/bus-events.ts';
import { ControlTables } from '../../../../lib/control-store/infra/tables.ts';
import { actionsOf, statementsOf } from '../../../../testkit/aws/permissions.ts';
import { templateOf } from '../../../../testkit/aws/template.ts';

const template = templateOf((stack) => {
  const tables = new ControlTables(stack, 'Tables', { name: 'live', keepOnDelete: true });
  new StreamEvents(stack, 'Events', {
    name: 'live',
    table: tables.table('events'),
    encryptionKey: tables.encryptionKey,
    eventDays: 45,
    metricsNamespace: 'Headwater/live',
    logDays: RetentionDays.ONE_MONTH,
  });
});
const mapping = Object.values(template.findResources('AWS::Lambda::EventSourceMapping'))[0]!;

describe('events of streams', () => {
  test('go from the events table’s stream to a bus of our own', () => {
    template.hasResourceProperties('AWS::Events::EventBus', { Name: 'live-events' });
    expect(JSON.stringify(mapping.Properties.EventSourceArn)).toMatch(/Tablesevents.*StreamArn/);
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ HEADWATER_EVENT_BUS: 'live-events' }) },
    });
  });

  test('are read from the very first, and only those that go out', () => {
    expect(mapping.Properties.StartingPosition).toBe('TRIM_HORIZON');
    const [{ Pattern }] = mapping.Properties.FilterCriteria.Filters;
    expect(JSON.parse(Pattern)).toEqual({
      eventName: ['INSERT'],
      dynamodb: { NewImage: { type: { S: [...busEventTypes] } } },
    });
  });

  test('stay in order, and one that is refused for good blocks the rest for an hour at most', () => {
    expect(mapping.Properties).toMatchObject({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 10,
      MaximumRecordAgeInSeconds: 3_600,
    });
    expect(mapping.Properties.ParallelizationFactor ?? 1).toBe(1);
  });

  test('that never went out leave a trace in an encrypted queue that takes TLS only', () => {
    const [queue] = Object.keys(template.findResources('AWS::SQS::Queue'));
    expect(mapping.Properties.DestinationConfig.OnFailure.Destination).toEqual({
      'Fn::GetAtt': [queue, 'Arn'],
    });
    template.hasResourceProperties('AWS::SQS::Queue', {
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 14 * 86_400,
    });
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ],
      },
    });
  });

  test('can be played again for as long as journals are kept', () => {
    template.hasResourceProperties('AWS::Events::Archive', {
      RetentionDays: 45,
      EventPattern: { source: ['headwater'] },
    });
  });

  test('pass through a function that can read them and put them out, and no more', () => {
    const statements = statementsOf(template);
    expect(actionsOf(statements)).toEqual([
      'dynamodb:DescribeStream',
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
      'dynamodb:ListStreams',
      'events:PutEvents',
      'kms:Decrypt',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'sqs:SendMessage',
    ]);
    expect(JSON.stringify(statements)).not.toContain('*');
  });

  test('are only read once the function’s role may', () => {
    const [policy] = Object.keys(template.findResources('AWS::IAM::Policy'));
    expect(mapping.DependsOn).toContain(policy);
  });
});
