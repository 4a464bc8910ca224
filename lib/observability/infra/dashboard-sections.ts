import { Duration } from 'aws-cdk-lib';
import { type IMetric, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { edgeRegion } from '../../config/names.ts';
import { type MetricName, metricsNamespace } from '../../telemetry/metrics.ts';
import type { Fleet } from '../policy/alarm-definition.ts';
import { programMetric } from './metric.ts';
import type { RegionSubjects } from './subjects.ts';

/** One part of the path: what it does, in plain words, and its graphs, which share one row. */
export interface DashboardSection {
  readonly title: string;
  readonly text: string;
  readonly graphs: readonly Graph[];
}

interface Graph {
  readonly title: string;
  readonly left: IMetric[];
}

export interface SectionsOf {
  /** The deployment's name. */
  readonly deployment: string;
  readonly subjects: RegionSubjects;
  readonly distributionId?: string;
}

/** The sections of a region's dashboard, in path order. */
export function regionSections({ deployment, subjects, distributionId }: SectionsOf): DashboardSection[] {
  const own = ownMetrics(deployment);
  const pools = subjects.services.gpuEncoder === undefined ? ['cpu'] : ['cpu', 'gpu'];
  return [
    ...(subjects.canary === undefined ? [] : [canary(own)]),
    pop(subjects),
    ingest(own),
    room(own, 'ingest', ['cpu']),
    encoder(own),
    room(own, 'encoder', pools),
    origin(own),
    ...(subjects.liveOrigins === undefined ? [] : [liveOrigin(own, subjects.liveOrigins)]),
    ...(distributionId === undefined ? [] : [edge(own, distributionId)]),
    control(own, subjects),
    beside(own, subjects),
    machines(own, subjects),
  ];
}

type OwnMetrics = ReturnType<typeof ownMetrics>;

function ownMetrics(deployment: string) {
  const namespace = metricsNamespace(deployment);
  return {
    each: (...names: MetricName[]): Metric[] => names.map((name) => programMetric(namespace, name)),
    /** One metric with several statistics. */
    by: (name: MetricName, ...statistics: string[]): Metric[] =>
      statistics.map((statistic) => programMetric(namespace, name, { statistic, label: statistic })),
    atEdge: (name: MetricName): Metric => programMetric(namespace, name, { region: edgeRegion }),
    ofFleet: (name: MetricName, fleet: Fleet, pools: readonly string[]): Metric[] =>
      pools.map((pool) =>
        programMetric(namespace, name, { dimensions: { Role: fleet, Pool: pool }, label: pool }),
      ),
  };
}

/** AWS metrics of one resource: `[name, statistic, label]`. */
function awsMetrics(namespace: string, dimensions: Record<string, string>, region?: string) {
  return (...wanted: [name: string, statistic: string, label?: string][]): Metric[] =>
    wanted.map(
      ([metricName, statistic, label]) =>
        new Metric({
          namespace,
          metricName,
          statistic,
          period: Duration.minutes(1),
          dimensionsMap: dimensions,
          ...(label && { label }),
          ...(region && { region }),
        }),
    );
}

const graph = (title: string, ...left: Metric[]): Graph => ({ title, left });

function canary({ each }: OwnMetrics): DashboardSection {
  return {
    title: 'Canary: from end to end',
    text: 'Every 15 minutes the region broadcasts to itself from outside and judges what viewers get. The log of a failed run says what was wrong.',
    graphs: [
      graph('Runs passed', ...each('CanaryPassed')),
      graph('Time on air and latency, ms', ...each('CanaryOnAirMs', 'CanaryLatencyMs')),
    ],
  };
}

function pop({ loadBalancer, proxyTargets }: RegionSubjects): DashboardSection {
  const balancer = awsMetrics('AWS/NetworkELB', { LoadBalancer: loadBalancer });
  const targets = awsMetrics('AWS/NetworkELB', { LoadBalancer: loadBalancer, TargetGroup: proxyTargets });
  return {
    title: 'Pop: entry point',
    text: 'Broadcasters connect through the accelerator and the load balancer. A proxy that fails its health checks gets no new connections.',
    graphs: [
      graph('Proxies', ...targets(['HealthyHostCount', 'Minimum'], ['UnHealthyHostCount', 'Maximum'])),
      graph('Connections', ...balancer(['ActiveFlowCount', 'Average'], ['NewFlowCount', 'Sum'])),
      graph('Bytes', ...balancer(['ProcessedBytes', 'Sum'])),
      graph(
        'Connection resets',
        ...balancer(['TCP_Client_Reset_Count', 'Sum'], ['TCP_Target_Reset_Count', 'Sum']),
      ),
    ],
  };
}

function ingest({ each, by }: OwnMetrics): DashboardSection {
  return {
    title: 'Ingest: broadcasters',
    text: 'Proxies check keys and route each stream to its worker. Unserved and dropped publishers are our fault; refused ones have a wrong key or a stream already in use.',
    graphs: [
      graph(
        'Publishers',
        ...each('PublishersStarted', 'PublishersUnserved', 'PublishersDropped', 'PublishersRefused'),
      ),
      graph('Time until a worker accepts, ms', ...by('PublishAcceptMs', 'p50', 'p95')),
      graph('Publishers per proxy', ...by('IngestSessions', 'Average', 'Maximum')),
      graph(
        'Connections per proxy',
        ...by('IngestSockets', 'Average', 'Maximum'),
        ...each('ConnectionsCrowdedOut'),
      ),
      graph('Workers lost', ...each('WorkersLost', 'PublishersMoved', 'ReplayOverflows')),
      graph('Relay links refused', ...each('RelayLinksRefused', 'RelayKeysRejected')),
      graph('Destinations per proxy', ...each('PushesLive', 'PushesFailing', 'PushesShed')),
    ],
  };
}

function room({ ofFleet }: OwnMetrics, fleet: Fleet, pools: readonly string[]): DashboardSection {
  const what = fleet === 'ingest' ? 'proxies' : 'workers';
  return {
    title: `Capacity: ${what}`,
    text: `Current load of the ${what}, by pool, and remaining headroom. If headroom is below the capacity of one of them, losing one rejects broadcasters.`,
    graphs: [
      graph('Members', ...ofFleet('FleetMembers', fleet, pools)),
      graph('Streams', ...ofFleet('FleetStreams', fleet, pools)),
      graph('Headroom, streams', ...ofFleet('FleetHeadroomStreams', fleet, pools)),
      graph('Utilization, %', ...ofFleet('FleetUtilization', fleet, pools)),
    ],
  };
}

function encoder({ each, by }: OwnMetrics): DashboardSection {
  return {
    title: 'Encoder: segments for viewers',
    text: 'A broadcast is playable from its first segment. A late segment stalls players; a lost one leaves a gap.',
    graphs: [
      graph('Time to first segment, ms', ...by('TimeToFirstSegmentMs', 'p50', 'p95')),
      graph('Segments', ...each('SegmentsLate', 'SegmentsLost')),
      graph('ffmpeg', ...each('FfmpegCrashes', 'RenditionsShed', 'InputsUnusable')),
      graph('Leases lost', ...each('LeasesLost')),
    ],
  };
}

function origin({ each }: OwnMetrics): DashboardSection {
  return {
    title: 'Origin: segments and recordings',
    text: 'Workers retry failed writes to the bucket. Segments they drop are missing from the recording too.',
    graphs: [
      graph('Broadcasts with failed writes', ...each('OriginPutErrors')),
      graph('Incomplete recordings', ...each('RecordingsIncomplete')),
    ],
  };
}

function liveOrigin(
  { each }: OwnMetrics,
  { loadBalancer, targets }: NonNullable<RegionSubjects['liveOrigins']>,
): DashboardSection {
  const balancer = awsMetrics('AWS/NetworkELB', { LoadBalancer: loadBalancer });
  const group = awsMetrics('AWS/NetworkELB', { LoadBalancer: loadBalancer, TargetGroup: targets });
  return {
    title: 'Live origin: two seconds behind',
    text: 'CloudFront asks live origins first, and they the workers. What they leave to the bucket is at standard latency. A request is held for one part at most.',
    graphs: [
      graph('Live origins', ...group(['HealthyHostCount', 'Minimum'], ['UnHealthyHostCount', 'Maximum'])),
      graph('Requests', ...each('LiveRequests')),
      graph('Left to the bucket, %', ...each('LiveFallbackPercent')),
      graph('Held, ms', ...each('LiveHeldMs')),
      graph('Connections, bytes', ...balancer(['ActiveFlowCount', 'Average'], ['ProcessedBytes', 'Sum'])),
    ],
  };
}

function edge({ atEdge }: OwnMetrics, DistributionId: string): DashboardSection {
  const distribution = awsMetrics('AWS/CloudFront', { DistributionId, Region: 'Global' }, edgeRegion);
  return {
    title: 'Edge: viewers, all regions',
    text: 'Viewers of a stream share what the edge has cached. Many requests with few hits mean that they are not being coalesced.',
    graphs: [
      graph('Requests', ...distribution(['Requests', 'Sum']), atEdge('DenialsUnreadable')),
      graph('Errors, %', ...distribution(['4xxErrorRate', 'Average'], ['5xxErrorRate', 'Average'])),
      graph('Cache hit rate, %', ...distribution(['CacheHitRate', 'Average'])),
      graph('Origin latency, ms', ...distribution(['OriginLatency', 'p50'], ['OriginLatency', 'p95'])),
      graph('Viewers', atEdge('Viewers')),
      graph('Waiting for media, %', atEdge('RebufferPercent')),
      graph('Start-up, ms', atEdge('ViewerStartupMs')),
    ],
  };
}

function control({ each, by }: OwnMetrics, subjects: RegionSubjects): DashboardSection {
  const { api, functions, tables, deadLetterQueues } = subjects;
  const requests = awsMetrics('AWS/ApiGateway', { ApiId: api });
  return {
    title: 'Control: streams, keys, events',
    text: 'Broadcasts on air do not depend on it. New ones do: it holds keys and leases.',
    graphs: [
      graph(
        'API requests',
        ...requests(['Count', 'Sum'], ['4xx', 'Sum'], ['5xx', 'Sum']),
        ...each('ControlApiFaults'),
      ),
      graph('API latency, ms', ...requests(['Latency', 'p50', 'p50'], ['Latency', 'p95', 'p95'])),
      graph(
        'Function errors',
        ...functions.flatMap((FunctionName) => awsMetrics('AWS/Lambda', { FunctionName })(['Errors', 'Sum'])),
      ),
      graph(
        'Tables: outages, throttling',
        ...each('ControlStoreUnavailable'),
        ...tables.flatMap((TableName) =>
          awsMetrics('AWS/DynamoDB', { TableName })(['ThrottledRequests', 'Sum', `${TableName} throttled`]),
        ),
      ),
      graph(
        'Events not delivered',
        ...each('StreamEventsLost'),
        ...deadLetterQueues.flatMap((QueueName) =>
          awsMetrics('AWS/SQS', { QueueName })(['ApproximateNumberOfMessagesVisible', 'Maximum']),
        ),
      ),
      graph(
        'Ingest certificate, days left',
        ...by('CertificateDaysLeft', 'Minimum'),
        ...each('CertificateRejected'),
      ),
    ],
  };
}

function beside({ each, by }: OwnMetrics, { takedowns, managedChannels }: RegionSubjects): DashboardSection {
  const runs = (FunctionName: string) =>
    awsMetrics('AWS/Lambda', { FunctionName })(['Errors', 'Sum'], ['Duration', 'Maximum', 'longest, ms']);
  return {
    title: 'Extras: takedowns, destinations, managed channels',
    text: 'A takedown completes within minutes. A failing destination does not affect our viewers. A leftover managed channel costs money.',
    graphs: [
      graph('Takedowns stuck', ...each('TakedownsStuck')),
      graph('Takedown function', ...runs(takedowns)),
      graph(
        'Destinations per proxy',
        ...by('PushesLive', 'Average', 'Maximum'),
        ...each('PushesFailing', 'PushesShed'),
      ),
      ...(managedChannels === undefined
        ? []
        : [
            graph(
              'Managed channels',
              ...each('ManagedChannelsFailed', 'ManagedChannelsStuck', 'ManagedOrphans'),
              ...runs(managedChannels),
            ),
          ]),
    ],
  };
}

function machines(
  { each }: OwnMetrics,
  { cluster, services, liveOrigins }: RegionSubjects,
): DashboardSection {
  const names = [services.ingest, services.cpuEncoder, services.gpuEncoder, liveOrigins?.service].filter(
    (name) => name !== undefined,
  );
  const of = (metric: string) =>
    names.flatMap((ServiceName) =>
      awsMetrics('AWS/ECS', { ClusterName: cluster, ServiceName })([metric, 'Average', ServiceName]),
    );
  return {
    title: 'Machines',
    text: 'Workers above 90% CPU fall behind real time and turn off renditions.',
    graphs: [
      graph('CPU, %', ...of('CPUUtilization')),
      graph('Memory, %', ...of('MemoryUtilization')),
      graph('Program and function failures', ...each('ProgramFailures')),
    ],
  };
}
