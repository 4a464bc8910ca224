import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type MetricName, metrics } from '../../telemetry/metrics.ts';
import { type AlarmMetric, type AwsMetricName, awsMetrics, type Pool } from '../policy/alarm-row.ts';

export interface ProgramMetricOptions {
  readonly dimensions?: Readonly<Record<string, string>>;
  /** @default what people read of it, by the table of metrics */
  readonly statistic?: string;
  /** @default 1 minute */
  readonly period?: Duration;
  readonly label?: string;
  /** @default the stack's */
  readonly region?: string;
}

/** A metric of ours in a deployment's namespace. Without a unit: one that is named must match exactly. */
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
    // A label would make an alarm on the metric one on an expression.
    ...(label && { label }),
    ...(region && { region }),
  });
}

/** The sets of dimensions that a metric of AWS has: one for each function, queue and so on. */
export type Subjects = (
  of: (typeof awsMetrics)[AwsMetricName]['of'],
) => readonly Readonly<Record<string, string>>[];

export interface AlarmSources {
  /** Of the programs' metrics. */
  readonly namespace: string;
  readonly pools: readonly Pool[];
  readonly subjects: Subjects;
}

/** What an alarm reads, as one metric: the sum where it is of several pools, functions or queues. */
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

/** Of those that have data; none has: no data. `FILL` would make a period whose data is on its way look like 0. */
function sum(each: readonly Metric[], period: Duration): IMetric {
  const [only] = each;
  if (only === undefined) throw new Error('An alarm has nothing to read');
  if (each.length === 1) return only;
  const usingMetrics = Object.fromEntries(each.map((metric, at) => [`m${at}`, metric]));
  return new MathExpression({
    expression: `SUM([${Object.keys(usingMetrics).join(', ')}])`,
    usingMetrics,
    period,
  });
}
