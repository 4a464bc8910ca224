import type { MetricName, metrics } from '../../telemetry/metrics.ts';

/** Metrics of programs that are not told apart by anything. */
export type PlainMetric = {
  [Name in MetricName]: (typeof metrics)[Name]['dimensions'] extends readonly [] ? Name : never;
}[MetricName];

/** Metrics of a whole fleet. */
export type FleetMetric = Extract<MetricName, `Fleet${string}`>;

export type Fleet = 'ingest' | 'encoder';
export type Pool = 'cpu' | 'gpu';

/** Metrics that AWS's services write, and by what they are found. */
export const awsMetrics = {
  HealthyProxies: {
    namespace: 'AWS/NetworkELB',
    name: 'HealthyHostCount',
    statistic: 'Minimum',
    of: 'proxies',
  },
  UnhealthyProxies: {
    namespace: 'AWS/NetworkELB',
    name: 'UnHealthyHostCount',
    statistic: 'Maximum',
    of: 'proxies',
  },
  ControlApi5xx: { namespace: 'AWS/ApiGateway', name: '5xx', statistic: 'Sum', of: 'api' },
  DeadLetters: {
    namespace: 'AWS/SQS',
    name: 'ApproximateNumberOfMessagesVisible',
    statistic: 'Maximum',
    of: 'deadLetters',
  },
  TakedownErrors: { namespace: 'AWS/Lambda', name: 'Errors', statistic: 'Sum', of: 'takedowns' },
  ManagedChannelErrors: { namespace: 'AWS/Lambda', name: 'Errors', statistic: 'Sum', of: 'managedChannels' },
  FunctionErrors: { namespace: 'AWS/Lambda', name: 'Errors', statistic: 'Sum', of: 'functions' },
  EdgeErrors: {
    namespace: 'AWS/CloudFront',
    name: '5xxErrorRate',
    statistic: 'Average',
    of: 'distribution',
  },
  EdgeOriginLatency: {
    namespace: 'AWS/CloudFront',
    name: 'OriginLatency',
    statistic: 'p95',
    of: 'distribution',
  },
  EdgeHitRate: {
    namespace: 'AWS/CloudFront',
    name: 'CacheHitRate',
    statistic: 'Average',
    of: 'distribution',
  },
} as const;
export type AwsMetricName = keyof typeof awsMetrics;

/** What an alarm reads. Of a fleet without `pool`: all its pools together. */
export type AlarmMetric =
  | { readonly metric: PlainMetric }
  | { readonly metric: FleetMetric; readonly fleet: Fleet; readonly pool?: Pool }
  | { readonly aws: AwsMetricName };

/** Sizes that a deployment chooses and thresholds follow; `alarmLimits` makes them. */
export interface AlarmLimits {
  /** Streams of the largest worker that is always there. */
  readonly workerStreams: number;
  /** Connections of one proxy. */
  readonly proxySessions: number;
  readonly maxCpuWorkers: number;
  /** Left out: there is no GPU pool. */
  readonly maxGpuWorkers?: number;
}

/** One alarm. With `docs/runbook.md` it is all that a person who is woken by it has. */
export interface AlarmRow {
  /** Also its heading in docs/runbook.md. */
  readonly title: string;
  /** One or two sentences for the mail: what is the matter, for whom. */
  readonly means: string;
  readonly reads: AlarmMetric;
  /** The value that is bad. A name stands for what the deployment chose. */
  readonly bad: readonly ['>=' | '<', number | keyof AlarmLimits];
  readonly periodSeconds: 60 | 300 | 3600;
  /** Only where the region has it. @default always */
  readonly onlyWith?: 'managedChannels';
  /** So many bad periods of so many. */
  readonly periods: readonly [bad: number, of: number];
  /** What a period without data counts as. */
  readonly missing: 'good' | 'bad';
  /** Why this threshold, these periods, and this view of missing data. */
  readonly because: string;
}
