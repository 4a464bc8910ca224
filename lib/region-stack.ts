import { CfnOutput, Fn, Stack, type StackProps } from 'aws-cdk-lib';
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
import { channelRoleName } from './config/names.ts';
import { KeyPepper } from './control/infra/key-pepper.ts';
import { ControlTables } from './control-store/infra/tables.ts';
import { controlTableNames, physicalName } from './control-store/tables.ts';
import { warmTables } from './cost/table-load.ts';
import type { CpuEncoderFleet } from './encoder/infra/cpu-encoder-fleet.ts';
import type { GpuEncoderFleet } from './encoder/infra/gpu-encoder-fleet.ts';
import { DeletionProtection } from './infra/deletion-protection.ts';
import { DeployCalls } from './infra/deploy-calls.ts';
import { addresses, edgeRoleArns } from './infra/global-values.ts';
import { RemoteParameters } from './infra/remote-parameters.ts';
import { stackProps, tagStack } from './infra/stack-props.ts';
import { IngestCertificate } from './ingest/certificate/infra/certificate-function.ts';
import { ProxyFleet } from './ingest/infra/proxy-fleet.ts';
import { RelayKeys } from './ingest/relay-keys/infra/relay-keys-function.ts';
import { AlarmTopic } from './observability/infra/alarm-topic.ts';
import { OriginBucket } from './origin/infra/origin-bucket.ts';
import { PopBalancer } from './pop/infra/balancer.ts';
import { PopEndpoint } from './pop/infra/endpoint.ts';
import { RegionCluster } from './region/infra/cluster.ts';
import { RegionNetwork } from './region/infra/network.ts';
import type { ImageName } from './region/infra/program-files.ts';
import { ProgramImage } from './region/infra/program-image.ts';
import { StartOrder } from './region/infra/start-order.ts';
import { controlStoreOf, type RegionCell } from './region-stack/cell.ts';
import { controlPlane, ingestUrl } from './region-stack/control-plane.ts';
import { encoderFleets } from './region-stack/encoder-fleets.ts';
import { liveOrigins } from './region-stack/live-origins.ts';
import { observe } from './region-stack/observation.ts';
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
    const events = compute.schedule.filter(({ regions }) => regions?.includes(region.name) ?? true);
    const measured = { metricsNamespace: metricsNamespace(name), logDays };
    const calls = new DeployCalls(this, 'DeployCalls', { logDays });
    const now = deployedAt ?? new Date().toISOString();
    const remoteParameters = new RemoteParameters(this, 'RemoteParameters', { calls, deployedAt: now });
    const edgeRoles = isRemote(deployment, region) ? edgeRoleArns(this, deployment) : undefined;
    const globals = addresses(remoteParameters, deployment, region.name, edgeRoles?.parameters);

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
      ...measured,
      ...(domain && { domain, hostName: globals.ingestHost }),
    });
    const relayKeys = new RelayKeys(this, 'RelayKeys', { name, encryptionKey, ...measured });
    const image = (imageId: string, name: ImageName) =>
      new ProgramImage(this, imageId, { image: name, platform: ImagePlatform.LINUX_ARM64 }).containerImage;
    const ingest = new ProxyFleet(this, 'Ingest', {
      name,
      cluster,
      subnets: network.ingestSubnets,
      image: image('ProxyImage', 'proxy-image'),
      size: compute.proxies,
      headroomPercent: compute.headroomPercent,
      events,
      balancer: pop,
      controlStore: controlStoreOf(deployment),
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

    const cell: RegionCell = {
      stack: this,
      deployment,
      region,
      deployedAt: now,
      calls,
      remoteParameters,
      edgeRoles,
      addresses: globals,
      network,
      cluster,
      tables,
      origin,
      relayKeys,
      measured,
      events,
    };
    const live = liveOrigins(cell);
    const encoders = encoderFleets(cell, ingest, live);
    const control = controlPlane(cell, { ingest, keyPepper, gpuFleet: encoders.gpu !== undefined });
    const canary = deployment.canary
      ? new CanaryTask(this, 'Canary', {
          name,
          region: region.name,
          cluster,
          subnets: network.publicSubnets,
          image: image('CanaryImage', 'canary-image'),
          api: { url: control.api.apiUrl, id: control.api.apiId, logicalId: control.api.apiLogicalId },
          ...(deployment.api.jwt && { jwt: deployment.api.jwt }),
          ladder: deployment.ladder ?? defaultLadder,
          after: [ingest.service, encoders.cpu.service, control.api],
          logDays,
        })
      : undefined;

    const { topic } = new AlarmTopic(this, 'AlarmTopic', {
      deployment: name,
      emails: deployment.alarmEmails,
    });
    if (keepOnDelete) {
      new DeletionProtection(this, 'DeletionProtection', {
        calls,
        balancers: { Balancer: pop.balancer, ...(live && { LiveBalancer: live.fleet.balancer.balancer }) },
        tables: Object.fromEntries(controlTableNames.map((end) => [end, tables.table(end)])),
      });
    }
    const stages = { pop, certificate, ingest, live, encoders, control, canary };
    const dashboard = observe(cell, stages, topic);

    this.#output(
      'IngestUrl',
      ingestUrl(cell),
      'Where broadcasters publish, with the stream key of a stream in this region.',
    );
    this.#output('ApiUrl', control.api.apiUrl, 'Control API: streams, keys, broadcasts, events, fleet.');
    this.#output('PlaybackBaseUrl', globals.playbackBaseUrl, 'Base URL of playback and of the page.');
    this.#output('DashboardUrl', dashboard.url, 'Dashboard of this region, along the path of a broadcast.');
    this.#output(
      'EventBusName',
      control.events.busName,
      'Event bus with stream events, for EventBridge rules.',
    );
    this.network = network;
    this.cluster = cluster;
    this.origin = origin;
    this.ingest = ingest;
    this.cpuEncoder = encoders.cpu;
    this.gpuEncoder = encoders.gpu;
    this.eventBus = control.events.bus;
    this.alarmTopic = topic;
    this.apiUrl = control.api.apiUrl;
    this.ingestUrl = ingestUrl(cell);
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
