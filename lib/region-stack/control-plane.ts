import { hasLiveOrigins } from '../config/live-origins.ts';
import { edgeParameters, edgeRegion, pageBucketName, rtmpApp } from '../config/names.ts';
import { ControlApi } from '../control/api/infra/control-api-function.ts';
import { BudgetStopFunction } from '../control/budget/infra/budget-stop-function.ts';
import { StreamEvents } from '../control/event-forwarder/infra/event-forwarder-function.ts';
import { FleetMetrics } from '../control/fleet-metrics/infra/fleet-metrics-function.ts';
import type { KeyPepper } from '../control/infra/key-pepper.ts';
import { tokenIssuer } from '../control/infra/token-issuer.ts';
import { ManagedChannels } from '../control/managed-channels/infra/managed-channels-function.ts';
import { PlaybackKeys } from '../control/playback/infra/playback-keys-function.ts';
import { Recordings } from '../control/recordings/infra/recordings-function.ts';
import { Takedowns } from '../control/takedowns/infra/takedowns-function.ts';
import type { ProxyFleet } from '../ingest/infra/proxy-fleet.ts';
import { PageRegionDocument } from '../player/infra/region-document.ts';
import { publicPorts, simulcastPorts } from '../region/policy/tcp-ports.ts';
import type { RegionCell } from './cell.ts';

export interface ControlPlane {
  readonly api: ControlApi;
  readonly events: StreamEvents;
  readonly takedowns: Takedowns;
  readonly recordings: Recordings;
  readonly playbackKeys: PlaybackKeys;
  /** Only if the deployment offers MediaLive. */
  readonly managedChannels: ManagedChannels | undefined;
  readonly fleetMetrics: FleetMetrics;
  /** Only if the deployment has a budget that stops broadcasts. */
  readonly budgetStop: BudgetStopFunction | undefined;
}

/** The API of a region and what finishes what it begins. `ingest`: who sends to MediaLive. `gpuFleet`: there are GPU workers. */
export function controlPlane(
  cell: RegionCell,
  { ingest, keyPepper, gpuFleet }: { ingest: ProxyFleet; keyPepper: KeyPepper; gpuFleet: boolean },
): ControlPlane {
  const { stack, deployment, edgeRoles, tables, origin, measured, remoteParameters } = cell;
  const { managedEncoder, plainRtmp, retention } = deployment;
  const { ingestHost, playbackBaseUrl, distributionId, denialsArn } = cell.addresses;
  const { encryptionKey } = tables;
  const { eventDays } = retention;
  const named = { name: deployment.name, region: cell.region.name };
  const atEdge = edgeRoles && { edgeRole: edgeRoles.control };
  const ladder = deployment.ladder && { ladder: deployment.ladder };

  const takedowns = new Takedowns(stack, 'Takedowns', {
    ...named,
    tables,
    origin,
    distributionId,
    denialsArn,
    ...atEdge,
    eventDays,
    ...measured,
  });
  const recordings = new Recordings(stack, 'Recordings', {
    ...named,
    tables,
    origin,
    eventDays,
    ...measured,
  });
  const playbackKeys = new PlaybackKeys(stack, 'PlaybackKeys', {
    ...named,
    encryptionKey,
    denialsArn,
    ...atEdge,
    ...measured,
  });
  const issuer = tokenIssuer(remoteParameters, deployment, edgeRoles?.parameters);
  const api = new ControlApi(stack, 'Control', {
    ...named,
    ingestRtmpsUrl: ingestUrl(cell),
    ...(plainRtmp && { ingestRtmpUrl: `rtmp://${ingestHost}:${publicPorts.rtmp}/${rtmpApp}` }),
    playbackBaseUrl,
    pageBaseUrl: playbackBaseUrl,
    access: { ...deployment.api, jwt: issuer },
    eventDays,
    quarantineDays: retention.quarantineDays,
    tables,
    keyPepper,
    playbackKeys,
    takedowns,
    recordings,
    pushPorts: deployment.simulcast ? simulcastPorts : [],
    ...(managedEncoder && {
      offeredEncoders: ['fleet', 'medialive'],
      channelClass: managedEncoder.channelClass,
    }),
    liveOrigins: hasLiveOrigins(deployment, cell.region),
    ...ladder,
    ...measured,
  });
  new PageRegionDocument(stack, 'PageDocument', {
    page: {
      bucketName: pageBucketName(deployment.name, deployment.account ?? stack.account),
      region: edgeRegion,
    },
    document: { apiBaseUrl: api.apiUrl },
    calls: cell.calls,
    deployedAt: cell.deployedAt,
  });
  const events = new StreamEvents(stack, 'StreamEvents', {
    name: deployment.name,
    table: tables.table('events'),
    encryptionKey,
    eventDays,
    ...measured,
  });
  const managedChannels =
    managedEncoder &&
    new ManagedChannels(stack, 'ManagedChannels', {
      ...named,
      vpc: cell.network.vpc,
      subnets: cell.network.subnets,
      proxySecurityGroup: ingest.securityGroup,
      channelClass: managedEncoder.channelClass,
      ...ladder,
      tags: deployment.tags,
      tables,
      origin,
      bus: events.bus,
      eventDays,
      ...measured,
    });
  const fleetMetrics = new FleetMetrics(stack, 'FleetMetrics', {
    name: deployment.name,
    tables,
    gpuFleet,
    ...measured,
  });
  const budgetStop = deployment.budget.stop
    ? new BudgetStopFunction(stack, 'BudgetStop', {
        name: deployment.name,
        tables,
        topicArn: remoteParameters.read('BudgetTopicArn', {
          region: edgeRegion,
          name: edgeParameters(deployment.name).budgetTopicArn,
        }),
        ...measured,
      })
    : undefined;
  return { api, events, takedowns, recordings, playbackKeys, managedChannels, fleetMetrics, budgetStop };
}

/** Where broadcasters publish. */
export const ingestUrl = ({ addresses: { ingestHost } }: RegionCell): string =>
  `rtmps://${ingestHost}:${publicPorts.tls}/${rtmpApp}`;
