import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type MetricName, metrics } from '../../telemetry/metrics.ts';
import { type AlarmMetric, type AwsMetricName, awsMetrics, type Pool } from '../policy/alarm-definition.ts';

export interface ProgramMetricOptions {
  readonly dimensions?: Readonly<Record<string, string>>;
  /** @default the metric's own statistic in the metrics table */
  readonly statistic?: string;
  /** @default 1 minute */
  readonly period?: Duration;
  readonly label?: string;
  /** @default the stack's */
  readonly region?: string;
}

/** A Headwater metric in a deployment's namespace. Without a unit, because a given unit must match exactly. */
export function programMetric(
  namespace: string,
  name: MetricName,
  { dimensions, statistic, period, label, region }: ProgramMetricOptions = {},
): Metric {
  return new Metric({
    namespace,
    metricName: name,
    statistic: statistic ?? metrics[name].statistic,
    period: period ?? Duration.minutes(1),
    ...(dimensions && { dimensionsMap: { ...dimensions } }),
    // With a label, CDK would turn an alarm on the metric into an alarm on an expression.
    ...(label && { label }),
    ...(region && { region }),
  });
}

/** The dimension sets of an AWS metric: one for each function, queue and so on. */
export type Subjects = (
  of: (typeof awsMetrics)[AwsMetricName]['of'],
) => readonly Readonly<Record<string, string>>[];

export interface AlarmSources {
  /** Namespace of the programs' metrics. */
  readonly namespace: string;
  readonly pools: readonly Pool[];
  readonly subjects: Subjects;
}

/** The metric an alarm reads; a sum if it covers several pools, functions or queues. */
export function alarmMetric(reads: AlarmMetric, period: Duration, sources: AlarmSources): IMetric {
  if ('aws' in reads) {
    const { namespace, name: metricName, statistic, of } = awsMetrics[reads.aws];
    const each = sources.subjects(of).map(
      (dimensions) =>
        new Metric({
          namespace,
          metricName,
          statistic,
          period,
          dimensionsMap: { ...dimensions },
        }),
    );
    return sum(each, period);
  }
  if (!('fleet' in reads)) return programMetric(sources.namespace, reads.metric, { period });
  const pools: readonly Pool[] =
    reads.pool !== undefined ? [reads.pool] : reads.fleet === 'encoder' ? sources.pools : ['cpu'];
  return sum(
    pools.map((pool) =>
      programMetric(sources.namespace, reads.metric, {
        period,
        dimensions: { Role: reads.fleet, Pool: pool },
      }),
    ),
    period,
  );
}

/** Sums the metrics that have data; no data if none has. `FILL` would make a period whose data is delayed look like 0. */
function sum(each: readonly Metric[], period: Duration): IMetric {
  const [only] = each;
  if (only === undefined) throw new Error('An alarm has no metric to read');
  if (each.length === 1) return only;
  const usingMetrics = Object.fromEntries(each.map((metric, at) => [`m${at}`, metric]));
  return new MathExpression({
    expression: `SUM([${Object.keys(usingMetrics).join(', ')}])`,
    usingMetrics,
    period,
  });
}
