import { Annotations, CfnOutput, Fn, Stack, type StackProps } from 'aws-cdk-lib';
import { Platform as ImagePlatform } from 'aws-cdk-lib/aws-ecr-assets';
import type { Cluster } from 'aws-cdk-lib/aws-ecs';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { CanaryTask } from './canary/infra/canary-task.ts';
import { isRemote } from './config/accounts.ts';
import { addressPlan, defaultCidr } from './config/deployment/address-plan.ts';
import type { Deployment, DeploymentRegion } from './config/deployment.ts';
import { defaultLadder } from './config/ladder.ts';
import { hasLiveOrigins, whyNoLiveOrigins } from './config/live-origins.ts';
import { channelRoleName, edgeParameters, edgeRegion, pageBucketName, rtmpApp } from './config/names.ts';
import { ControlApi } from './control/api/infra/control-api-function.ts';
import { BudgetStopFunction } from './control/budget/infra/budget-stop-function.ts';
import { StreamEvents } from './control/event-forwarder/infra/event-forwarder-function.ts';
import { FleetMetrics } from './control/fleet-metrics/infra/fleet-metrics-function.ts';
import { KeyPepper } from './control/infra/key-pepper.ts';
import { tokenIssuer } from './control/infra/token-issuer.ts';
import { ManagedChannels } from './control/managed-channels/infra/managed-channels-function.ts';
import { PlaybackKeys } from './control/playback/infra/playback-keys-function.ts';
import { Takedowns } from './control/takedowns/infra/takedowns-function.ts';
import { ControlTables } from './control-store/infra/tables.ts';
import { controlTableNames, physicalName } from './control-store/tables.ts';
import { warmTables } from './cost/table-load.ts';
import { LiveOriginAttachment } from './edge/live-origins/infra/live-origin-attachment.ts';
import { CpuEncoderFleet } from './encoder/infra/cpu-encoder-fleet.ts';
import { GpuEncoderFleet } from './encoder/infra/gpu-encoder-fleet.ts';
import { DeletionProtection } from './infra/deletion-protection.ts';
import { DeployCalls } from './infra/deploy-calls.ts';
import { addresses, edgeRoleArns } from './infra/global-values.ts';
import { RemoteParameters } from './infra/remote-parameters.ts';
import { stackProps, tagStack } from './infra/stack-props.ts';
import { IngestCertificate } from './ingest/certificate/infra/certificate-function.ts';
import { ProxyFleet } from './ingest/infra/proxy-fleet.ts';
import { RelayKeys } from './ingest/relay-keys/infra/relay-keys-function.ts';
import { AlarmTopic } from './observability/infra/alarm-topic.ts';
import { RegionAlarms } from './observability/infra/alarms.ts';
import { RegionDashboard } from './observability/infra/dashboard.ts';
import { alarmLimits } from './observability/policy/alarm-limits.ts';
import { LiveOriginFleet } from './origin/infra/live-origin-fleet.ts';
import { OriginBucket } from './origin/infra/origin-bucket.ts';
import { PageRegionDocument } from './player/infra/region-document.ts';
import { PopBalancer } from './pop/infra/balancer.ts';
import { PopEndpoint } from './pop/infra/endpoint.ts';
import { RegionCluster } from './region/infra/cluster.ts';
import { RegionNetwork } from './region/infra/network.ts';
import type { ImageName } from './region/infra/program-files.ts';
import { ProgramImage } from './region/infra/program-image.ts';
import { StartOrder } from './region/infra/start-order.ts';
import { publicPorts, simulcastPorts } from './region/policy/tcp-ports.ts';
import { metricsNamespace } from './telemetry/metrics.ts';

export interface RegionStackProps extends StackProps {
  readonly deployment: Deployment;
  /** One of the deployment's regions; `env` must name it too. */
  readonly region: DeploymentRegion;
  /** Must change with each deploy, so that values of the global stacks are read again. @default the time */
  readonly deployedAt?: string;
}

/**
 * A region's cell: everything that ingests, encodes and stores the streams created here. It shares only the two global
 * stacks with other regions, and once deployed it keeps running without them.
 */
export class RegionStack extends Stack {
  readonly network: RegionNetwork;
  readonly cluster: Cluster;
  readonly origin: OriginBucket;
  readonly ingest: ProxyFleet;
  readonly cpuEncoder: CpuEncoderFleet;
  /** Only if the deployment has GPU workers. */
  readonly gpuEncoder: GpuEncoderFleet | undefined;
  /** Stream events, for rules. */
  readonly eventBus: IEventBus;
  /** What alarms publish to. */
  readonly alarmTopic: ITopic;
  /** Base URL of the control API. Without a trailing slash. */
  readonly apiUrl: string;
  /** Where broadcasters publish. */
  readonly ingestUrl: string;

  constructor(scope: Construct, id: string, { deployment, region, deployedAt, ...props }: RegionStackProps) {
    super(scope, id, {
      ...stackProps(deployment),
      ...props,
      description: `Headwater: region cell ${region.name}.`,
    });
    const { name, compute, retention, domain, plainRtmp } = deployment;
    const { logDays, keepOnDelete } = retention;
    const { headroomPercent } = compute;
    const events = compute.schedule.filter(({ regions }) => regions?.includes(region.name) ?? true);
    const namespace = metricsNamespace(name);
    const calls = new DeployCalls(this, 'DeployCalls', { logDays });
    const now = deployedAt ?? new Date().toISOString();
    const remoteParameters = new RemoteParameters(this, 'RemoteParameters', { calls, deployedAt: now });
    const edgeRoles = isRemote(deployment, region) ? edgeRoleArns(this, deployment) : undefined;
    const { ingestHost, playbackBaseUrl, distributionId, denialsArn } = addresses(
      remoteParameters,
      deployment,
      region.name,
      edgeRoles?.parameters,
    );
    const controlStore = `dynamodb:${name}` as const;

    const network = new RegionNetwork(this, 'Network', {
      tableNames: controlTableNames.map((end) => physicalName(name, end)),
      zones: region.zones,
      ...(region.zoneIds && { zoneIds: region.zoneIds }),
      addresses: addressPlan(region.cidr ?? defaultCidr),
      ...(region.vpc && { existing: region.vpc }),
      withGpu: compute.gpuEncoders !== undefined,
      simulcast: deployment.simulcast,
      logDays,
    });
    const { vpc, subnets } = network;
    new StartOrder(this, 'StartOrder');
    const { cluster } = new RegionCluster(this, 'Cluster', { name, vpc });

    const tables = new ControlTables(this, 'ControlTables', {
      name,
      keepOnDelete,
      warm: warmTables(compute),
    });
    const { encryptionKey } = tables;
    const keyPepper = new KeyPepper(this, 'KeyPepper', { name, keepOnDelete, encryptionKey });
    const { managedEncoder } = deployment;
    const origin = new OriginBucket(this, 'Origin', {
      deployment: name,
      retention,
      ...(deployment.account !== undefined && { edgeAccount: deployment.account }),
      ...(managedEncoder && {
        blindWriter: this.formatArn({
          service: 'iam',
          region: '',
          resource: 'role',
          resourceName: channelRoleName(name, region.name),
        }),
      }),
    });

    const pop = new PopBalancer(this, 'Pop', { vpc, subnets, plainRtmp });
    const endpoint = new PopEndpoint(this, 'PopEndpoint', {
      name,
      plainRtmp,
      balancer: pop.balancer,
      remoteParameters,
    });

    const certificate = new IngestCertificate(this, 'IngestCertificate', {
      name,
      encryptionKey,
      metricsNamespace: namespace,
      logDays,
      ...(domain && { domain, hostName: ingestHost }),
    });
    const measured = { metricsNamespace: namespace, logDays };
    const relayKeys = new RelayKeys(this, 'RelayKeys', { name, encryptionKey, ...measured });
    const ingest = new ProxyFleet(this, 'Ingest', {
      name,
      cluster,
      subnets: network.ingestSubnets,
      image: new ProgramImage(this, 'ProxyImage', {
        image: 'proxy-image',
        platform: ImagePlatform.LINUX_ARM64,
      }).containerImage,
      size: compute.proxies,
      headroomPercent,
      events,
      balancer: pop,
      controlStore,
      eventDays: retention.eventDays,
      keyPepper: keyPepper.location,
      certificate: certificate.location,
      relayKeys: relayKeys.location,
      simulcast: deployment.simulcast,
      logDays,
    });
    // The accelerator sends broadcasters only while there are proxies: after the first deploy of them, until a teardown begins.
    endpoint.node.addDependency(ingest.service);
    tables.grantAccess('ingest', ingest.taskRole);
    keyPepper.grantRead(ingest.taskRole);
    certificate.grantRead(ingest.taskRole);
    relayKeys.grantRead(ingest.taskRole);

    const image = (imageId: string, platform: ImagePlatform, name: ImageName = 'encoder-image') =>
      new ProgramImage(this, imageId, { image: name, platform }).containerImage;
    const live = hasLiveOrigins(deployment, region)
      ? new LiveOriginFleet(this, 'LiveOrigin', {
          name,
          cluster,
          subnets,
          image: image('LiveOriginImage', ImagePlatform.LINUX_ARM64, 'live-origin-image'),
          size: compute.liveOrigins,
          calls,
          controlStore,
          relayKeys: relayKeys.location,
          logDays,
        })
      : undefined;
    if (live) {
      tables.grantAccess('live-origin', live.taskRole);
      relayKeys.grantRead(live.taskRole);
    }

    const attachment =
      live &&
      new LiveOriginAttachment(this, 'LiveOriginAttachment', {
        name,
        distributionId,
        denialsArn,
        balancer: live.balancer.balancer,
        port: live.balancer.port,
        after: [live.service],
        tags: deployment.tags,
        deployedAt: now,
        ...measured,
      });
    if (!live && deployment.latency === 'low')
      Annotations.of(this).addWarningV2(
        'headwater:no-live-origins',
        `Viewers of ${region.name} have standard latency: ${whyNoLiveOrigins(deployment, region)}.`,
      );

    const workers = {
      name,
      cluster,
      subnets,
      proxySecurityGroup: ingest.securityGroup,
      ...(live && { liveOriginSecurityGroup: live.securityGroup }),
      controlStore,
      origin: `s3://${origin.bucket.bucketName}`,
      relayKeys: relayKeys.location,
      playbackBaseUrl,
      partMs: deployment.partMs,
      dvrWindowSeconds: deployment.dvrWindowSeconds,
      eventDays: retention.eventDays,
      headroomPercent,
      logDays,
      ...(deployment.ladder && { ladder: deployment.ladder }),
    } as const;
    const cpuEncoder = new CpuEncoderFleet(this, 'CpuEncoder', {
      ...workers,
      image: image('CpuEncoderImage', ImagePlatform.LINUX_ARM64),
      size: compute.cpuEncoders,
      events,
    });
    const gpuEncoder =
      compute.gpuEncoders &&
      new GpuEncoderFleet(this, 'GpuEncoder', {
        ...workers,
        image: image('GpuEncoderImage', ImagePlatform.LINUX_AMD64),
        size: compute.gpuEncoders,
      });
    for (const fleet of [cpuEncoder, ...(gpuEncoder ? [gpuEncoder] : [])]) {
      tables.grantAccess('encoder', fleet.taskRole);
      origin.grantWrite(fleet.taskRole);
      relayKeys.grantRead(fleet.taskRole);
      // Proxies first: workers refuse what those of an older version may not send yet.
      fleet.service.node.addDependency(ingest.service);
      // They write fewer playlists once viewers get theirs from live origins.
      if (attachment) fleet.service.node.addDependency(attachment);
    }

    const ingestUrl = `rtmps://${ingestHost}:${publicPorts.tls}/${rtmpApp}`;
    const takedowns = new Takedowns(this, 'Takedowns', {
      name,
      region: region.name,
      tables,
      origin,
      distributionId,
      denialsArn,
      ...(edgeRoles && { edgeRole: edgeRoles.control }),
      eventDays: retention.eventDays,
      ...measured,
    });
    const playbackKeys = new PlaybackKeys(this, 'PlaybackKeys', {
      name,
      region: region.name,
      encryptionKey,
      denialsArn,
      ...(edgeRoles && { edgeRole: edgeRoles.control }),
      ...measured,
    });
    const issuer = tokenIssuer(remoteParameters, deployment, edgeRoles?.parameters);
    const control = new ControlApi(this, 'Control', {
      name,
      region: region.name,
      ingestRtmpsUrl: ingestUrl,
      ...(plainRtmp && { ingestRtmpUrl: `rtmp://${ingestHost}:${publicPorts.rtmp}/${rtmpApp}` }),
      playbackBaseUrl,
      pageBaseUrl: playbackBaseUrl,
      access: { ...deployment.api, jwt: issuer },
      eventDays: retention.eventDays,
      quarantineDays: retention.quarantineDays,
      tables,
      keyPepper,
      playbackKeys,
      takedowns,
      pushPorts: deployment.simulcast ? simulcastPorts : [],
      ...(managedEncoder && {
        offeredEncoders: ['fleet', 'medialive'],
        channelClass: managedEncoder.channelClass,
      }),
      liveOrigins: hasLiveOrigins(deployment, region),
      ...(deployment.ladder && { ladder: deployment.ladder }),
      ...measured,
    });
    if (issuer) {
      new PageRegionDocument(this, 'PageDocument', {
        page: {
          bucketName: pageBucketName(name, deployment.account ?? this.account),
          region: edgeRegion,
        },
        document: { apiBaseUrl: control.apiUrl },
        calls,
        deployedAt: now,
      });
    }
    const streamEvents = new StreamEvents(this, 'StreamEvents', {
      name,
      table: tables.table('events'),
      encryptionKey,
      eventDays: retention.eventDays,
      ...measured,
    });
    const managedChannels =
      managedEncoder &&
      new ManagedChannels(this, 'ManagedChannels', {
        name,
        region: region.name,
        vpc,
        subnets,
        proxySecurityGroup: ingest.securityGroup,
        channelClass: managedEncoder.channelClass,
        ...(deployment.ladder && { ladder: deployment.ladder }),
        tags: deployment.tags,
        tables,
        origin,
        bus: streamEvents.bus,
        eventDays: retention.eventDays,
        ...measured,
      });
    const fleetMetrics = new FleetMetrics(this, 'FleetMetrics', {
      name,
      tables,
      gpuFleet: gpuEncoder !== undefined,
      ...measured,
    });

    const budgetStop =
      deployment.budget.stop &&
      new BudgetStopFunction(this, 'BudgetStop', {
        name,
        tables,
        topicArn: remoteParameters.read('BudgetTopicArn', {
          region: edgeRegion,
          name: edgeParameters(name).budgetTopicArn,
        }),
        ...measured,
      });
    const canary =
      deployment.canary &&
      new CanaryTask(this, 'Canary', {
        name,
        region: region.name,
        cluster,
        subnets: network.publicSubnets,
        image: image('CanaryImage', ImagePlatform.LINUX_ARM64, 'canary-image'),
        api: { url: control.apiUrl, id: control.apiId, logicalId: control.apiLogicalId },
        ...(deployment.api.jwt && { jwt: deployment.api.jwt }),
        ladder: deployment.ladder ?? defaultLadder,
        after: [ingest.service, cpuEncoder.service, control],
        logDays,
      });

    const { topic } = new AlarmTopic(this, 'AlarmTopic', {
      deployment: name,
      emails: deployment.alarmEmails,
    });
    if (keepOnDelete) {
      new DeletionProtection(this, 'DeletionProtection', {
        calls,
        balancers: { Balancer: pop.balancer, ...(live && { LiveBalancer: live.balancer.balancer }) },
        tables: Object.fromEntries(controlTableNames.map((end) => [end, tables.table(end)])),
      });
    }
    const subjects = {
      loadBalancer: pop.balancer.loadBalancerFullName,
      proxyTargets: pop.rtmpsTargets.targetGroupFullName,
      cluster: cluster.clusterName,
      services: {
        ingest: ingest.service.serviceName,
        cpuEncoder: cpuEncoder.service.serviceName,
        ...(gpuEncoder && { gpuEncoder: gpuEncoder.service.serviceName }),
      },
      api: control.apiId,
      takedowns: takedowns.function.function.functionName,
      ...(managedChannels && { managedChannels: managedChannels.function.function.functionName }),
      ...(live && {
        liveOrigins: {
          loadBalancer: live.balancer.balancer.loadBalancerFullName,
          targets: live.balancer.targets.targetGroupFullName,
          service: live.service.serviceName,
        },
      }),
      ...(canary && { canary: canary.logGroup.logGroupName }),
      functions: [
        ...[control, streamEvents, takedowns, playbackKeys, fleetMetrics, certificate, relayKeys],
        ...(managedChannels ? [managedChannels] : []),
        ...(budgetStop ? [budgetStop] : []),
      ].map((stage) => stage.function.function.functionName),
      deadLetterQueues: [streamEvents.deadLetters.queueName],
      tables: controlTableNames.map((end) => tables.table(end).tableName),
    };
    const limits = alarmLimits(deployment);
    const { alarms } = new RegionAlarms(this, 'Alarms', { deployment: name, topic, limits, subjects });
    const dashboard = new RegionDashboard(this, 'Dashboard', {
      deployment: name,
      subjects,
      alarms,
      // A dashboard shows metrics of its own account.
      ...(!edgeRoles && { distributionId }),
    });

    this.#output(
      'IngestUrl',
      ingestUrl,
      'Where broadcasters publish, with the stream key of a stream in this region.',
    );
    this.#output('ApiUrl', control.apiUrl, 'Control API: streams, keys, broadcasts, events, fleet.');
    this.#output('PlaybackBaseUrl', playbackBaseUrl, 'Base URL of playback and of the page.');
    this.#output('DashboardUrl', dashboard.url, 'Dashboard of this region, along the path of a broadcast.');
    this.#output(
      'EventBusName',
      streamEvents.busName,
      'Event bus with stream events, for EventBridge rules.',
    );
    this.network = network;
    this.cluster = cluster;
    this.origin = origin;
    this.ingest = ingest;
    this.cpuEncoder = cpuEncoder;
    this.gpuEncoder = gpuEncoder;
    this.eventBus = streamEvents.bus;
    this.alarmTopic = topic;
    this.apiUrl = control.apiUrl;
    this.ingestUrl = ingestUrl;
    tagStack(this, deployment);
  }

  #output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }

  /** Resolved at deploy time to the account's zones, so that synthesis makes no AWS calls. */
  override get availabilityZones(): string[] {
    return [0, 1, 2].map((index) => Fn.select(index, Fn.getAzs()));
  }
}
