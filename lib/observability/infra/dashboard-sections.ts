import { Duration } from 'aws-cdk-lib';
import { type IMetric, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { edgeRegion } from '../../config/names.ts';
import { type MetricName, metricsNamespace } from '../../telemetry/metrics.ts';
import type { Fleet } from '../policy/alarm-row.ts';
import { programMetric } from './metric.ts';
import type { RegionSubjects } from './subjects.ts';

/** A part of the path: what it does, in plain words, and its graphs, which share one row. */
export interface DashboardSection {
  readonly title: string;
  readonly says: string;
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
    pop(subjects),
    ingest(own),
    room(own, 'ingest', ['cpu']),
    encoder(own),
    room(own, 'encoder', pools),
    origin(own),
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
    /** One metric by several statistics. */
    by: (name: MetricName, ...statistics: string[]): Metric[] =>
      statistics.map((statistic) => programMetric(namespace, name, { statistic, label: statistic })),
    atEdge: (name: MetricName): Metric => programMetric(namespace, name, { region: edgeRegion }),
    ofFleet: (name: MetricName, fleet: Fleet, pools: readonly string[]): Metric[] =>
      pools.map((pool) =>
        programMetric(namespace, name, { dimensions: { Role: fleet, Pool: pool }, label: pool }),
      ),
  };
}

/** Metrics that AWS writes about one thing: `[name, statistic]`. */
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

function pop({ loadBalancer, proxyTargets }: RegionSubjects): DashboardSection {
  const balancer = awsMetrics('AWS/NetworkELB', { LoadBalancer: loadBalancer });
  const targets = awsMetrics('AWS/NetworkELB', { LoadBalancer: loadBalancer, TargetGroup: proxyTargets });
  return {
    title: 'Pop: the way in',
    says: 'Broadcasters come through the accelerator and the balancer. A proxy that fails its health checks gets no new ones.',
    graphs: [
      graph('Proxies', ...targets(['HealthyHostCount', 'Minimum'], ['UnHealthyHostCount', 'Maximum'])),
      graph('Connections', ...balancer(['ActiveFlowCount', 'Average'], ['NewFlowCount', 'Sum'])),
      graph('Bytes', ...balancer(['ProcessedBytes', 'Sum'])),
      graph(
        'Cut connections',
        ...balancer(['TCP_Client_Reset_Count', 'Sum'], ['TCP_Target_Reset_Count', 'Sum']),
      ),
    ],
  };
}

function ingest({ each, by }: OwnMetrics): DashboardSection {
  return {
    title: 'Ingest: broadcasters',
    says: 'Proxies check keys and bring each stream to its worker. Unserved and dropped publishers are our fault; refused ones have a wrong key or a stream that is in use.',
    graphs: [
      graph(
        'Publishers',
        ...each('PublishersStarted', 'PublishersUnserved', 'PublishersDropped', 'PublishersRefused'),
      ),
      graph('Until a worker takes the stream, ms', ...by('PublishAcceptMs', 'p50', 'p95')),
      graph('Connections of a proxy', ...by('IngestSessions', 'Average', 'Maximum')),
      graph('Workers that were lost', ...each('WorkersLost', 'PublishersMoved', 'ReplayOverflows')),
      graph('Pushes to other servers, of a proxy', ...each('PushesLive', 'PushesFailing', 'PushesShed')),
    ],
  };
}

function room({ ofFleet }: OwnMetrics, fleet: Fleet, pools: readonly string[]): DashboardSection {
  const what = fleet === 'ingest' ? 'proxies' : 'workers';
  return {
    title: `Room for streams: ${what}`,
    says: `What the ${what} have, by pool, and how much fits still. With less room than one of them has, the death of one turns broadcasters away.`,
    graphs: [
      graph('Members', ...ofFleet('FleetMembers', fleet, pools)),
      graph('Streams', ...ofFleet('FleetStreams', fleet, pools)),
      graph('Room', ...ofFleet('FleetHeadroomStreams', fleet, pools)),
      graph('Full, %', ...ofFleet('FleetUtilization', fleet, pools)),
    ],
  };
}

function encoder({ each, by }: OwnMetrics): DashboardSection {
  return {
    title: 'Encoder: what viewers wait for',
    says: 'With its first segment a broadcast can be played. A late segment lets players run dry, a lost one is a gap.',
    graphs: [
      graph('First segment, ms', ...by('TimeToFirstSegmentMs', 'p50', 'p95')),
      graph('Segments', ...each('SegmentsLate', 'SegmentsLost')),
      graph('ffmpeg', ...each('FfmpegCrashes', 'RenditionsShed', 'InputsUnusable')),
      graph('Leases', ...each('LeasesLost')),
    ],
  };
}

function origin({ each }: OwnMetrics): DashboardSection {
  return {
    title: 'Origin: segments and recordings',
    says: 'Workers try again what the bucket does not take. What they give up is missing in the recording too.',
    graphs: [
      graph('Broadcasts whose writes failed', ...each('OriginPutErrors')),
      graph('Recordings that are not whole', ...each('RecordingsIncomplete')),
    ],
  };
}

function edge({ atEdge }: OwnMetrics, DistributionId: string): DashboardSection {
  const distribution = awsMetrics('AWS/CloudFront', { DistributionId, Region: 'Global' }, edgeRegion);
  return {
    title: 'Edge: viewers, of all regions',
    says: 'Viewers of a stream share what the edge holds. Many requests and few hits mean that they are not coalesced.',
    graphs: [
      graph('Requests', ...distribution(['Requests', 'Sum']), atEdge('DenialsUnreadable')),
      graph('Errors, %', ...distribution(['4xxErrorRate', 'Average'], ['5xxErrorRate', 'Average'])),
      graph('Hits, %', ...distribution(['CacheHitRate', 'Average'])),
      graph('Origin, ms', ...distribution(['OriginLatency', 'p50'], ['OriginLatency', 'p95'])),
    ],
  };
}

function control({ each, by }: OwnMetrics, subjects: RegionSubjects): DashboardSection {
  const { api, functions, tables, deadLetterQueues } = subjects;
  const requests = awsMetrics('AWS/ApiGateway', { ApiId: api });
  return {
    title: 'Control: streams, keys, events',
    says: 'Broadcasts on air need none of it. New ones do: keys are read and leases are taken here.',
    graphs: [
      graph(
        'API',
        ...requests(['Count', 'Sum'], ['4xx', 'Sum'], ['5xx', 'Sum']),
        ...each('ControlApiFaults'),
      ),
      graph('API, ms', ...requests(['Latency', 'p50', 'p50'], ['Latency', 'p95', 'p95'])),
      graph(
        'Functions that failed',
        ...functions.flatMap((FunctionName) => awsMetrics('AWS/Lambda', { FunctionName })(['Errors', 'Sum'])),
      ),
      graph(
        'Tables',
        ...each('ControlStoreUnavailable'),
        ...tables.flatMap((TableName) =>
          awsMetrics('AWS/DynamoDB', { TableName })(['ThrottledRequests', 'Sum', `${TableName} throttled`]),
        ),
      ),
      graph(
        'Events that were not delivered',
        ...each('StreamEventsLost'),
        ...deadLetterQueues.flatMap((QueueName) =>
          awsMetrics('AWS/SQS', { QueueName })(['ApproximateNumberOfMessagesVisible', 'Maximum']),
        ),
      ),
      graph(
        'Days until the ingest certificate is over',
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
    title: 'Beside the path: takedowns, other servers, managed channels',
    says: 'A takedown is over within minutes. Other servers that fail harm nobody here. A managed channel that is left over costs money.',
    graphs: [
      graph('Takedowns that are stuck', ...each('TakedownsStuck')),
      graph('Takedowns, the function', ...runs(takedowns)),
      graph(
        'Streams sent on, by proxy',
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

function machines({ each }: OwnMetrics, { cluster, services }: RegionSubjects): DashboardSection {
  const names = [services.ingest, services.cpuEncoder, services.gpuEncoder].filter(
    (name) => name !== undefined,
  );
  const of = (metric: string) =>
    names.flatMap((ServiceName) =>
      awsMetrics('AWS/ECS', { ClusterName: cluster, ServiceName })([metric, 'Average', ServiceName]),
    );
  return {
    title: 'Machines',
    says: 'Workers above 90 % of their processors fall behind real time and give up renditions.',
    graphs: [
      graph('Processor, %', ...of('CPUUtilization')),
      graph('Memory, %', ...of('MemoryUtilization')),
      graph('Programs and functions that could not go on', ...each('ProgramFailures')),
    ],
  };
}
