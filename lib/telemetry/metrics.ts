/** The CloudWatch units in use. */
export type MetricUnit = 'Count' | 'Percent' | 'Milliseconds';

/** The statistic dashboards and alarms use for a metric, unless they give a reason not to. */
export type MetricStatistic = 'Sum' | 'Average' | 'Minimum' | 'Maximum' | 'p95';

/** The dimensions of metrics, and the event field that holds each one's value. */
export const dimensionFields = { Role: 'fleet', Pool: 'pool' } as const;
export type MetricDimension = keyof typeof dimensionFields;

export interface Metric {
  readonly unit: MetricUnit;
  readonly statistic: MetricStatistic;
  /** In this order. Keep the number of values low: every combination is billed as its own metric. */
  readonly dimensions: readonly MetricDimension[];
  readonly description: string;
}

/**
 * All metrics, in path order. Events carry them (`event(…, …, { OriginPutErrors: 1 })`); alarms, dashboards and scaling
 * rules refer to them. Each program writes gauges every 10 s, and counts when they occur.
 */
export const metrics = {
  IngestSessions: {
    unit: 'Count',
    statistic: 'Average',
    dimensions: [],
    description: 'Publishers of one proxy.',
  },
  IngestSockets: {
    unit: 'Count',
    statistic: 'Average',
    dimensions: [],
    description: 'Open connections of one proxy, publishers or not.',
  },
  ConnectionsCrowdedOut: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Connections without a valid key that were closed because there were too many.',
  },
  PublishersStarted: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Publishers that went on the air.',
  },
  PublishAcceptMs: {
    unit: 'Milliseconds',
    statistic: 'p95',
    dimensions: [],
    description: 'Time from a verified key until a worker accepts the stream.',
  },
  PublishersUnserved: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Publishers rejected because of a platform fault or limit.',
  },
  PublishersRefused: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Publishers rejected through their own fault: wrong key, stream already in use.',
  },
  PublishersDropped: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Publishers on air that were disconnected because of a platform fault.',
  },
  WorkersLost: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Publishers on air whose worker was lost unexpectedly.',
  },
  PublishersMoved: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Publishers moved to another worker without being disconnected.',
  },
  ReplayOverflows: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description:
      'Publishers with more unpublished media than the replay buffer holds: a move would lose media.',
  },
  RelayKeysRejected: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Rotated relay keys that a proxy or worker could not load.',
  },
  RelayLinksRefused: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Links that workers refused because they were not from our proxies.',
  },
  PushesLive: {
    unit: 'Count',
    statistic: 'Average',
    dimensions: [],
    description: 'Destinations that one proxy is pushing to.',
  },
  PushesFailing: {
    unit: 'Count',
    statistic: 'Average',
    dimensions: [],
    description: 'Destinations that one proxy should be pushing to but cannot.',
  },
  PushesShed: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Times a destination was too slow and missed media.',
  },
  CertificateRejected: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'New TLS certificates that a proxy could not load.',
  },
  CertificateDaysLeft: {
    unit: 'Count',
    statistic: 'Minimum',
    dimensions: [],
    description: 'Days until the certificate served by a proxy expires.',
  },
  ControlStoreUnavailable: {
    unit: 'Count',
    statistic: 'Maximum',
    dimensions: [],
    description: '1 while the control store is unavailable to a proxy or worker, else 0.',
  },
  EncoderBroadcasts: {
    unit: 'Count',
    statistic: 'Average',
    dimensions: ['Pool'],
    description: 'Broadcasts on one worker.',
  },
  EncoderUtilization: {
    unit: 'Percent',
    statistic: 'Average',
    dimensions: ['Pool'],
    description: 'Broadcasts on a worker as a share of its capacity.',
  },
  TimeToFirstSegmentMs: {
    unit: 'Milliseconds',
    statistic: 'p95',
    dimensions: [],
    description: 'Time from the start of a broadcast to its first segment in the origin.',
  },
  SegmentsLate: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Segments that reached the origin late enough to stall players.',
  },
  SegmentsLost: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Segments dropped: viewers see a gap.',
  },
  LeasesLost: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Broadcasts whose worker lost the lease to another worker.',
  },
  OriginPutErrors: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Broadcasts for which the origin stopped accepting writes.',
  },
  FfmpegCrashes: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'ffmpeg processes that exited before their input ended, or had to be killed.',
  },
  RenditionsShed: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Top renditions turned off because the machine could not keep up with real time.',
  },
  InputsUnusable: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Publishers sending media that cannot be encoded.',
  },
  RecordingsIncomplete: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Incomplete recordings.',
  },
  StreamEventsLost: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: "Events of a stream's journal that were not written or not delivered.",
  },
  LiveRequests: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Requests to live origins for what a worker may have.',
  },
  LiveFallbackPercent: {
    unit: 'Percent',
    statistic: 'Average',
    dimensions: [],
    description:
      'Requests of streams on air that a live origin left to the object store because their worker was gone or slow, as a share.',
  },
  LiveHeldMs: {
    unit: 'Milliseconds',
    statistic: 'Average',
    dimensions: [],
    description: 'How long a live origin held requests for the next part or segment, their 95th percentile.',
  },
  Viewers: {
    unit: 'Count',
    statistic: 'Maximum',
    dimensions: [],
    description: 'Viewers of all streams at once, by what players say (CMCD).',
  },
  ViewerStartupMs: {
    unit: 'Milliseconds',
    statistic: 'Average',
    dimensions: [],
    description: 'Time to the first picture, the 95th percentile of ten seconds’ viewers.',
  },
  RebufferPercent: {
    unit: 'Percent',
    statistic: 'Average',
    dimensions: [],
    description: 'How long viewers waited for media, as a share of watching.',
  },
  TakedownsStuck: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description:
      'Takedowns and restores still incomplete five minutes after the request, each counted once a minute.',
  },
  DenialsUnreadable: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description:
      'Requests for which the edge could not read its store: public streams were let through, signed ones refused. All regions, reported in us-east-1.',
  },
  ControlApiFaults: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Control API requests that failed because of a platform fault.',
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
    description: 'Checks that found a managed channel that cannot be stopped or deleted.',
  },
  ManagedOrphans: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Orphaned MediaLive channels and inputs (no broadcast needed them) that were removed.',
  },
  FleetMembers: {
    unit: 'Count',
    statistic: 'Minimum',
    dimensions: ['Role', 'Pool'],
    description: 'Live members of a fleet that accept streams.',
  },
  FleetStreams: {
    unit: 'Count',
    statistic: 'Maximum',
    dimensions: ['Role', 'Pool'],
    description: 'Streams on a fleet.',
  },
  FleetHeadroomStreams: {
    unit: 'Count',
    statistic: 'Minimum',
    dimensions: ['Role', 'Pool'],
    description: 'Additional streams a fleet could take right now.',
  },
  FleetUtilization: {
    unit: 'Percent',
    statistic: 'Maximum',
    dimensions: ['Role', 'Pool'],
    description: 'Streams on a fleet as a share of its capacity.',
  },
  CanaryPassed: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: '1 for each run of the canary that found nothing wrong, 0 for each that did.',
  },
  CanaryOnAirMs: {
    unit: 'Milliseconds',
    statistic: 'Maximum',
    dimensions: [],
    description: 'Time from the start of the canary’s publisher to its first segment at the edge.',
  },
  CanaryLatencyMs: {
    unit: 'Milliseconds',
    statistic: 'Maximum',
    dimensions: [],
    description: 'Median time from the canary’s publisher to the edge, for the end of each segment.',
  },
  ProgramFailures: {
    unit: 'Count',
    statistic: 'Sum',
    dimensions: [],
    description: 'Programs and functions that failed and could not continue.',
  },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof metrics;

type DimensionsOf<Name extends MetricName> = (typeof metrics)[Name]['dimensions'][number];
type DimensionFieldsOf<Name extends MetricName> = (typeof dimensionFields)[DimensionsOf<Name>];
type NumericField<Fields> = {
  [Field in keyof Fields & string]: NonNullable<Fields[Field]> extends number ? Field : never;
}[keyof Fields & string];

/**
 * The metrics an event carries: a constant, or the name of the field that holds the value. A metric with dimensions
 * needs their fields in the event. An absent field yields no value.
 */
export type CarriedMetrics<Fields extends object> = {
  readonly [Name in MetricName as DimensionFieldsOf<Name> extends keyof Fields ? Name : never]?:
    | number
    | NumericField<Fields>;
};

/** The CloudWatch namespace of a deployment's metrics. */
export const metricsNamespace = (deploymentName: string): string => `Headwater/${deploymentName}`;
