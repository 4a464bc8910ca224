import type { MetricName, metrics } from '../../telemetry/metrics.ts';

/** Program metrics without dimensions. */
export type PlainMetric = {
  [Name in MetricName]: (typeof metrics)[Name]['dimensions'] extends readonly [] ? Name : never;
}[MetricName];

/** Metrics of a whole fleet. */
export type FleetMetric = Extract<MetricName, `Fleet${string}`>;

export type Fleet = 'ingest' | 'encoder';
export type Pool = 'cpu' | 'gpu';

/** Metrics that AWS services write, and the subject (`of`) whose dimensions identify them. */
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
  HealthyLiveOrigins: {
    namespace: 'AWS/NetworkELB',
    name: 'HealthyHostCount',
    statistic: 'Minimum',
    of: 'liveOrigins',
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
  LiveOriginErrors: { namespace: 'AWS/Lambda', name: 'Errors', statistic: 'Sum', of: 'liveOriginFunction' },
  EdgeFunctionErrors: { namespace: 'AWS/Lambda', name: 'Errors', statistic: 'Sum', of: 'edgeFunctions' },
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

/** Counts are only written when something happens, so missing data is good news. */
export const silence = 'No data means that nothing happened.';

/** The metric an alarm reads. A fleet metric without `pool` covers all pools together. */
export type AlarmMetric =
  | { readonly metric: PlainMetric }
  | { readonly metric: FleetMetric; readonly fleet: Fleet; readonly pool?: Pool }
  | { readonly aws: AwsMetricName };

/** Deployment sizes that thresholds depend on; made by `alarmLimits`. */
export interface AlarmLimits {
  /** Stream capacity of the largest worker that always runs. */
  readonly workerStreams: number;
  /** Connection capacity of one proxy. */
  readonly proxySessions: number;
  readonly maxCpuWorkers: number;
  /** Absent if there is no GPU pool. */
  readonly maxGpuWorkers?: number;
  /** A held request gets its answer once per part; three times that is late. In ms. */
  readonly heldMs: number;
}

/** One alarm. It and `docs/runbook.md` are all that the person it wakes has to go on. */
export interface AlarmRow {
  /** Also the heading in docs/runbook.md. */
  readonly title: string;
  /** One or two sentences for the alarm email: what is wrong, and for whom. */
  readonly means: string;
  readonly reads: AlarmMetric;
  /** The bad values. A name refers to a limit that the deployment sets. */
  readonly bad: readonly ['>=' | '<', number | keyof AlarmLimits];
  readonly periodSeconds: 60 | 300 | 900 | 3600;
  /** Create the alarm only if the region has this. @default always created */
  readonly onlyWith?: 'managedChannels' | 'canary' | 'liveOrigins';
  /** Alarm when `bad` of the last `of` periods are bad. */
  readonly periods: readonly [bad: number, of: number];
  /** How to count a period without data. */
  readonly missing: 'good' | 'bad';
  /** Why this threshold, these periods and this treatment of missing data. */
  readonly because: string;
}
