import { describe, expect, test } from '@jest/globals';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { AudienceCount } from '../../../lib/audience/infra/audience-count.ts';
import { logFields } from '../../../lib/audience/policy/log-line.ts';
import { tableAccess } from '../../../lib/control-store/table-access.ts';
import { actionsOf, statementsOf } from '../../../testkit/aws/permissions.ts';
import { templateOf } from '../../../testkit/aws/template.ts';

const template = templateOf((stack) => {
  new AudienceCount(stack, 'Audience', {
    deployment: 'live',
    regions: ['eu-central-1', 'us-west-2'],
    samplePercent: 10,
    metricsNamespace: 'Headwater/live',
    logDays: RetentionDays.ONE_MONTH,
  });
}, 'us-east-1');

describe('counting viewers at CloudFront', () => {
  test('takes a sample of the requests, without addresses or software of viewers', () => {
    template.hasResourceProperties('AWS::CloudFront::RealtimeLogConfig', {
      Name: 'live-audience',
      SamplingRate: 10,
      Fields: [...logFields],
    });
  });

  test('lines are encrypted, and gone as soon as can be', () => {
    template.hasResourceProperties('AWS::Kinesis::Stream', {
      RetentionPeriodHours: 24,
      StreamEncryption: { EncryptionType: 'KMS' },
    });
  });

  test('one instance sees all lines: there is one shard, read by one call at a time', () => {
    template.hasResourceProperties('AWS::Kinesis::Stream', {
      ShardCount: 1,
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      ParallelizationFactor: 1,
      StartingPosition: 'LATEST',
      MaximumRecordAgeInSeconds: 60,
    });
  });

  test('the function may write what it needs into the regions’ tables, with their own keys', () => {
    const statements = statementsOf(template, 'AudienceFunction');
    const ofTables = statements.filter(({ Action }) => String(Action).includes('dynamodb:'));
    expect(actionsOf(ofTables)).toEqual([...(tableAccess.audience.streams?.table ?? [])].sort());
    const resources = JSON.stringify(ofTables.map(({ Resource }) => Resource));
    expect(resources.match(/:dynamodb:(eu-central-1|us-west-2):/g)).toHaveLength(2);
    expect(resources).toContain('table/live-streams');
    expect(resources).not.toContain('*');
    const keys = JSON.stringify(statements.filter(({ Action }) => String(Action).includes('kms:Encrypt')));
    expect(keys).toContain('"kms:ResourceAliases":"alias/live-control"');
    expect(keys).toContain('dynamodb.eu-central-1.');
  });
});
