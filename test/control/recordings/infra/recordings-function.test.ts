import { describe, expect, test } from '@jest/globals';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Recordings } from '../../../../lib/control/recordings/infra/recordings-function.ts';
import { ControlTables } from '../../../../lib/control-store/infra/tables.ts';
import { tableAccess } from '../../../../lib/control-store/table-access.ts';
import { OriginBucket } from '../../../../lib/origin/infra/origin-bucket.ts';
import { actionsOf, statementsOf } from '../../../../testkit/aws/permissions.ts';
import { templateOf, testDeployment } from '../../../../testkit/aws/template.ts';

const template = templateOf((stack) => {
  new Recordings(stack, 'Recordings', {
    name: 'live',
    region: 'eu-central-1',
    tables: new ControlTables(stack, 'Tables', { name: 'live', keepOnDelete: true }),
    origin: new OriginBucket(stack, 'Origin', { deployment: 'live', retention: testDeployment().retention }),
    eventDays: 400,
    metricsNamespace: 'Headwater/live',
    logDays: RetentionDays.ONE_MONTH,
  });
});
const statements = statementsOf(template, 'Recordings');
const resourcesOf = (action: string): string =>
  JSON.stringify(
    statements.filter(({ Action }) => [Action].flat().includes(action)).map(({ Resource }) => Resource),
  );

describe('the function that writes downloads', () => {
  const [[, { Properties: makes }] = ['', { Properties: {} }]] = Object.entries(
    template.findResources('AWS::Lambda::Function', { Properties: { Runtime: 'nodejs24.x' } }),
  );

  test('runs every minute for what is left, and has the longest time that a function can have', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      Targets: [{ RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 } }],
    });
    expect(makes.Timeout).toBe(900);
  });

  test('is told of its region’s bucket and tables', () => {
    const { HEADWATER_ORIGIN, HEADWATER_REGION, HEADWATER_CONTROL_STORE } = makes.Environment.Variables;
    expect([HEADWATER_REGION, HEADWATER_CONTROL_STORE]).toEqual(['eu-central-1', 'dynamodb:live']);
    expect(JSON.stringify(HEADWATER_ORIGIN)).toContain('s3://');
  });

  test('reads recordings, and writes and deletes nothing but files made of them', () => {
    for (const action of ['s3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload']) {
      expect(resourcesOf(action)).toContain('/eu-central-1/*/download-*.mp4');
      expect(resourcesOf(action)).not.toContain('/eu-central-1/*"');
    }
    expect(resourcesOf('s3:GetObject')).toContain('/eu-central-1/*"');
    const others = actionsOf(statements).filter((action) => !/^(dynamodb|kms|logs):/.test(action));
    expect(others).toEqual([
      's3:AbortMultipartUpload',
      's3:DeleteObject',
      's3:GetObject',
      's3:ListBucket',
      's3:PutObject',
    ]);
    const onTables = new Set(actionsOf(statements).filter((action) => action.startsWith('dynamodb:')));
    expect(onTables).toEqual(new Set(['dynamodb:Query', ...(tableAccess.recordings.streams?.table ?? [])]));
  });
});
