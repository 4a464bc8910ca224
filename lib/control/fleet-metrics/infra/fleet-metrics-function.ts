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
  /** Whether GPU workers are always there, so that their absence is measured too. */
  readonly gpuFleet: boolean;
  readonly logDays: RetentionDays;
}

/** Measures once a minute what the fleets have and could take, from outside of them: the dead say nothing of themselves. */
export class FleetMetrics extends Construct {
  readonly function: PlatformFunction;

  constructor(scope: Construct, id: string, props: FleetMetricsProps) {
    super(scope, id);
    this.function = new PlatformFunction(this, 'Function', {
      handler: 'fleet-metrics',
      description: 'Measures what the fleets have and could take.',
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
      // An old minute is of no use: the next one measures anew.
      targets: [
        new LambdaFunction(this.function.function, { retryAttempts: 0, maxEventAge: Duration.minutes(1) }),
      ],
    });
  }
}
