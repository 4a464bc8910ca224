import { expect, test } from '@jest/globals';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { fleetMetricsFunctionCodec } from '../../../../lib/control/fleet-metrics/fleet-metrics-config.ts';
import { FleetMetrics } from '../../../../lib/control/fleet-metrics/infra/fleet-metrics-function.ts';
import { ControlTables } from '../../../../lib/control-store/infra/tables.ts';
import { statementsOf } from '../../../../testkit/aws/permissions.ts';
import { templateOf } from '../../../../testkit/aws/template.ts';

const template = templateOf((stack) => {
  new FleetMetrics(stack, 'Fleet', {
    name: 'live',
    tables: new ControlTables(stack, 'Tables', { name: 'live', keepOnDelete: true }),
    metricsNamespace: 'Headwater/live',
    gpuFleet: true,
    logDays: RetentionDays.ONE_MONTH,
  });
});
const [measures] = Object.values(template.findResources('AWS::Lambda::Function'));

test('the fleets are measured every minute, and a missed minute is not made up for', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    ScheduleExpression: 'rate(1 minute)',
    Targets: [{ RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 } }],
  });
});

test('the function has more time than its two looks take, and less than a minute', () => {
  const { lookMs, gpuFleet } = fleetMetricsFunctionCodec.decode(measures?.Properties.Environment.Variables);
  expect(gpuFleet).toBe(true);
  expect(measures?.Properties.Timeout * 1_000).toBeGreaterThan(lookMs + 10_000);
  expect(measures?.Properties.Timeout).toBeLessThan(60);
});

test('the function may read the fleet and nothing else of the store', () => {
  const onTables = statementsOf(template).filter(({ Action }) => String(Action).includes('dynamodb:'));
  expect(onTables).toHaveLength(1);
  expect(onTables[0]).toMatchObject({
    Action: 'dynamodb:Query',
    Resource: { 'Fn::GetAtt': [expect.stringContaining('fleet'), 'Arn'] },
  });
});
