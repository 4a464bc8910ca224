import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ControlTables } from '../../../control-store/infra/tables.ts';
import { PlatformFunction } from '../../../infra/function.ts';
import { fleetMetricsFunctionCodec } from '../fleet-metrics-config.ts';

export interface FleetMetricsProps {
  /** The deployment's name. */
  readonly name: string;
  readonly tables: ControlTables;
  readonly metricsNamespace: string;
  /** Whether GPU workers should always exist, so that their absence is measured too. */
  readonly gpuFleet: boolean;
  readonly logDays: RetentionDays;
}

/** Measures the fleets' load and headroom once a minute, from outside: dead members don't report themselves. */
export class FleetMetrics extends Construct {
  readonly function: PlatformFunction;

  constructor(scope: Construct, id: string, props: FleetMetricsProps) {
    super(scope, id);
    this.function = new PlatformFunction(this, 'Function', {
      handler: 'fleet-metrics',
      description: 'Measures the load and headroom of the fleets.',
      environment: fleetMetricsFunctionCodec.encode({
        controlStore: `dynamodb:${props.name}`,
        gpuFleet: props.gpuFleet,
      }),
      metricsNamespace: props.metricsNamespace,
      logDays: props.logDays,
      timeout: Duration.seconds(30),
    });
    props.tables.grantAccess('metrics', this.function);
    new Rule(this, 'EveryMinute', {
      description: `Measures the fleets of ${props.name}.`,
      schedule: Schedule.rate(Duration.minutes(1)),
      // A late measurement is useless: the next run measures again.
      targets: [
        new LambdaFunction(this.function.function, { retryAttempts: 0, maxEventAge: Duration.minutes(1) }),
      ],
    });
  }
}
