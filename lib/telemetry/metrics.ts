/** CloudWatch's units that we use. */
export type MetricUnit = 'Count' | 'Percent' | 'Milliseconds';

/** What people read of a metric: dashboards and alarms use it unless they say why not. */
export type MetricStatistic = 'Sum' | 'Average' | 'Minimum' | 'Maximum' | 'p95';

/** What a metric is told apart by, and the field of the event that says it. */
export const dimensionFields = { Role: 'fleet', Pool: 'pool' } as const;
export type MetricDimension = keyof typeof dimensionFields;

export interface Metric {
  readonly unit: MetricUnit;
  readonly statistic: MetricStatistic;
  /** In this order. Few values each: every combination is a metric of its own, and costs as one. */
  readonly dimensions: readonly MetricDimension[];
  readonly description: string;
}

/**
 * The one table of metrics, in path order. Events carry them (`event(…, …, { OriginPutErrors: 1 })`), alarms, dashboards
 * and scaling rules name them. Gauges are written every 10 s by each program; counts when it happens.
 */
export const metrics = {
  IngestSessions: {
    unit: 'Count',
    statistic: 'Average',
    dimensions: [],
    description: 'Connections that one proxy has.',
  },
  PublishersStarted: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Publishers that went on air.',
  },
  PublishAcceptMs: {
    unit: 'Milliseconds',
    statistic: 'p95',
    dimensions: [],
    description: 'From a checked key to a worker that takes the stream.',
  },
  PublishersUnserved: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Publishers that were turned away by a fault or a limit of ours.',
  },
  PublishersRefused: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Publishers that were turned away for a reason of theirs: a wrong key, a stream in use.',
  },
  PublishersDropped: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Publishers on air that were cut off by a fault of ours.',
  },
  WorkersLost: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Publishers whose worker was gone, unasked, while they were on air.',
  },
  PublishersMoved: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Publishers that went on at another worker without being cut off.',
  },
  ReplayOverflows: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Publishers of whom more was unpublished than is kept: a move would lose media.',
  },
  PushesLive: {
    unit: 'Count',
    statistic: 'Average',
    dimensions: [],
    description: 'Other servers that get a stream from one proxy.',
  },
  PushesFailing: {
    unit: 'Count',
    statistic: 'Average',
    dimensions: [],
    description: 'Other servers that should get a stream from one proxy and do not.',
  },
  PushesShed: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Times that another server was too slow and missed media.',
  },
  CertificateRejected: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'New TLS certificates that a proxy could not use.',
  },
  CertificateDaysLeft: {
    unit: 'Count',
    statistic: 'Minimum',
    dimensions: [],
    description: 'Days until the certificate that a proxy shows is over.',
  },
  ControlStoreUnavailable: {
    unit: 'Count',
    statistic: 'Maximum',
    dimensions: [],
    description: '1 while a proxy or worker cannot use the control store, else 0.',
  },
  EncoderBroadcasts: {
    unit: 'Count',
    statistic: 'Average',
    dimensions: ['Pool'],
    description: 'Broadcasts that one worker has.',
  },
  EncoderUtilization: {
    unit: 'Percent',
    statistic: 'Average',
    dimensions: ['Pool'],
    description: 'Broadcasts that a worker has, of those that it may take.',
  },
  TimeToFirstSegmentMs: {
    unit: 'Milliseconds',
    statistic: 'p95',
    dimensions: [],
    description: 'From the start of a broadcast to its first segment in the origin.',
  },
  SegmentsLate: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Segments that came to the origin so late that players run dry.',
  },
  SegmentsLost: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Segments that were given up: viewers see a gap.',
  },
  LeasesLost: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Broadcasts whose worker lost its lease to another one.',
  },
  OriginPutErrors: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Broadcasts for which the origin stopped taking writes.',
  },
  FfmpegCrashes: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'ffmpegs that ended before their input did, or had to be killed.',
  },
  RenditionsShed: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Top renditions given up because the machine could not keep real time.',
  },
  InputsUnusable: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Publishers that send what cannot be encoded.',
  },
  RecordingsIncomplete: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Recordings that are not whole.',
  },
  StreamEventsLost: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Lines of a stream’s story that were not written or not delivered.',
  },
  TakedownsStuck: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description:
      'Takedowns and restores not done five minutes after they were asked for, counted once a minute each.',
  },
  DenialsUnreadable: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description:
      'Requests that the edge let through because it could not read what is denied. Of all regions, in us-east-1.',
  },
  ControlApiFaults: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Requests that the control API could not answer by a fault of ours.',
  },
  ManagedChannelsFailed: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Managed channels that failed their broadcast.',
  },
  ManagedChannelsStuck: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Looks at managed channels that cannot be stopped or deleted.',
  },
  ManagedOrphans: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Managed channels and inputs that no broadcast wanted, removed.',
  },
  FleetMembers: {
    unit: 'Count',
    statistic: 'Minimum',
    dimensions: ['Role', 'Pool'],
    description: 'Members of a fleet that live and take streams.',
  },
  FleetStreams: {
    unit: 'Count',
    statistic: 'Maximum',
    dimensions: ['Role', 'Pool'],
    description: 'Streams that a fleet has.',
  },
  FleetHeadroomStreams: {
    unit: 'Count',
    statistic: 'Minimum',
    dimensions: ['Role', 'Pool'],
    description: 'Streams that a fleet could take at once.',
  },
  FleetUtilization: {
    unit: 'Percent',
    statistic: 'Maximum',
    dimensions: ['Role', 'Pool'],
    description: 'Streams that a fleet has, of those that it may take.',
  },
  ProgramFailures: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Programs and functions that could not go on.',
  },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof metrics;

type DimensionsOf<Name extends MetricName> = (typeof metrics)[Name]['dimensions'][number];
type DimensionFieldsOf<Name extends MetricName> = (typeof dimensionFields)[DimensionsOf<Name>];
type NumericField<Fields> = {
  [Field in keyof Fields & string]: NonNullable<Fields[Field]> extends number ? Field : never;
}[keyof Fields & string];

/**
 * The metrics that an event carries: a constant, or the name of a field that has the value. A metric with dimensions
 * needs their fields in the event. A field that is absent gives no value.
 */
export type CarriedMetrics<Fields extends object> = {
  readonly [Name in MetricName as DimensionFieldsOf<Name> extends keyof Fields ? Name : never]?:
    | number
    | NumericField<Fields>;
};

/** The CloudWatch namespace of a deployment's metrics. */
export const metricsNamespace = (deploymentName: string): string => `Headwater/${deploymentName}`;
