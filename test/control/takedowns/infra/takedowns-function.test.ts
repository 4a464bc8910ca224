import { describe, expect, test } from '@jest/globals';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Takedowns } from '../../../../lib/control/takedowns/infra/takedowns-function.ts';
import { ControlTables } from '../../../../lib/control-store/infra/tables.ts';
import { tableAccess } from '../../../../lib/control-store/table-access.ts';
import { OriginBucket } from '../../../../lib/origin/infra/origin-bucket.ts';
import { actionsOf, callsOf, statementsOf } from '../../../../testkit/aws/permissions.ts';
import { templateOf, testDeployment } from '../../../../testkit/aws/template.ts';

const denialsArn = 'arn:aws:cloudfront::111122223333:key-value-store/0f0e';

const template = templateOf((stack) => {
  new Takedowns(stack, 'Takedowns', {
    name: 'live',
    region: 'eu-central-1',
    tables: new ControlTables(stack, 'Tables', { name: 'live', keepOnDelete: true }),
    origin: new OriginBucket(stack, 'Origin', { deployment: 'live', retention: testDeployment().retention }),
    distributionId: 'EDFDVBD6EXAMPLE',
    denialsArn,
    eventDays: 400,
    metricsNamespace: 'Headwater/live',
    logDays: RetentionDays.ONE_MONTH,
  });
});
const statements = statementsOf(template, 'Takedowns');
const resourcesOf = (action: string) =>
  statements.filter(({ Action }) => [Action].flat().includes(action)).map(({ Resource }) => Resource);

describe('the function that finishes takedowns', () => {
  const [[functionId, { Properties: finishes }] = ['', { Properties: {} }]] = Object.entries(
    template.findResources('AWS::Lambda::Function', { Properties: { Runtime: 'nodejs24.x' } }),
  );

  test('runs every minute, which is its retry: what failed or was thrown away comes again', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      Targets: [{ RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 } }],
    });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: functionId },
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    });
  });

  test('has time for what it begins within 45 s, a run of 15 s and its last calls', () => {
    expect(finishes.Timeout).toBe(90);
  });

  test('is told of its region’s bucket, the distribution and the store of denials', () => {
    const { HEADWATER_EDGE, HEADWATER_REGION, HEADWATER_CONTROL_STORE } = finishes.Environment.Variables;
    expect(HEADWATER_EDGE).toBe(`cloudfront:EDFDVBD6EXAMPLE,${denialsArn}`);
    expect([HEADWATER_REGION, HEADWATER_CONTROL_STORE]).toEqual(['eu-central-1', 'dynamodb:live']);
  });

  test('empties the caches of one distribution, and writes one store', () => {
    const distribution = 'arn:aws:cloudfront::111122223333:distribution/EDFDVBD6EXAMPLE';
    expect(resourcesOf('cloudfront:CreateInvalidation')).toEqual([distribution]);
    expect(resourcesOf('cloudfront:GetInvalidation')).toEqual([distribution]);
    for (const call of callsOf('cloudfront/key-value-store')) {
      expect(resourcesOf(`cloudfront-keyvaluestore:${call}`)).toEqual([denialsArn]);
    }
    const calls = [
      ...callsOf('cloudfront/key-value-store').map((call) => `cloudfront-keyvaluestore:${call}`),
      ...callsOf('cloudfront/cloudfront-invalidations').map((call) => `cloudfront:${call}`),
    ];
    expect(actionsOf(statements).filter((action) => action.startsWith('cloudfront'))).toEqual(calls.sort());
  });

  test('does nothing else but move recordings, write its log and use its tables', () => {
    const others = actionsOf(statements).filter(
      (action) => !/^(dynamodb|kms|logs|cloudfront|cloudfront-keyvaluestore):/.test(action),
    );
    expect(others).toEqual(['s3:DeleteObject', 's3:GetObject', 's3:ListBucket', 's3:PutObject']);
    const onTables = new Set(actionsOf(statements).filter((action) => action.startsWith('dynamodb:')));
    const { streams, leases, events } = tableAccess.takedowns;
    const needed = [streams, leases, events].flatMap((access) => access?.table ?? []);
    expect(onTables).toEqual(new Set(needed));
  });
});
