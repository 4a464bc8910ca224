import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Port, SecurityGroup, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import {
  type ContainerImage,
  FargateService,
  type FargateTaskDefinition,
  type ICluster,
  LogDrivers,
  Protocol,
  UlimitName,
} from 'aws-cdk-lib/aws-ecs';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ScheduledEvent } from '../../config/capacity-schedule.ts';
import type { Deployment } from '../../config/deployment.ts';
import { fleetScaling, targetPerTask } from '../../config/fleet-scaling.ts';
import type { CertificateLocation, ControlStoreLocation, SecretLocation } from '../../config/locations.ts';
import { ingestProxyCodec } from '../../config/programs/ingest-proxy.ts';
import { programCodec } from '../../config/programs/program.ts';
import { acknowledgeTask, containerRules, imageHealthCheck } from '../../infra/container.ts';
import { armTask, fargateFleetRules } from '../../infra/fargate.ts';
import { scheduledTaskCount } from '../../infra/scheduled-capacity.ts';
import type { PopBalancer } from '../../pop/infra/balancer.ts';
import { cellPorts, simulcastPorts } from '../../region/policy/tcp-ports.ts';
import { type MetricName, metrics, metricsNamespace } from '../../telemetry/metrics.ts';
import { arrivalLimits } from '../policy/arrival-limits.ts';
import { fleetDrainMs } from '../policy/fleet-drain.ts';

export interface ProxyFleetProps {
  /** The deployment's name. */
  readonly name: string;
  readonly cluster: ICluster;
  /** Private subnets, one per zone. */
  readonly subnets: SubnetSelection;
  /** `proxy-image/` for ARM64. */
  readonly image: ContainerImage;
  readonly size: Deployment['compute']['proxies'];
  /** Share of the fleet to keep free, in percent. */
  readonly headroomPercent: number;
  /** Announced events. @default none */
  readonly events?: readonly ScheduledEvent[];
  /** Unix ms. @default when the template is made */
  readonly nowMs?: number;
  readonly balancer: PopBalancer;
  readonly controlStore: ControlStoreLocation;
  /** How long journal entries are kept. */
  readonly eventDays: number;
  readonly keyPepper: SecretLocation;
  readonly certificate: CertificateLocation;
  readonly relayKeys: SecretLocation;
  /** Whether it pushes streams to third-party servers. The subnets must then have a route to the internet. */
  readonly simulcast: boolean;
  readonly logDays: RetentionDays;
}

/**
 * The ingest proxies: Fargate tasks on ARM64, spread over the zones. Permissions on tables and secrets are granted to
 * `taskRole` by the constructs that own those.
 */
export class ProxyFleet extends Construct {
  readonly service: FargateService;
  readonly taskRole: IRole;
  /** Workers allow traffic from this group to the relay port. */
  readonly securityGroup: SecurityGroup;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: ProxyFleetProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Log', {
      retention: props.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const task = this.#task(props);
    this.taskRole = task.taskRole;
    this.securityGroup = this.#securityGroup(props);
    this.service = new FargateService(this, 'Service', {
      cluster: props.cluster,
      taskDefinition: task,
      vpcSubnets: props.subnets,
      // Spreading the fleet again after a zone was lost costs the publishers of the moved tasks one reconnect.
      ...fargateFleetRules,
      securityGroups: [this.securityGroup],
      // The balancer needs two checks 10 s apart, after registration.
      healthCheckGracePeriod: Duration.seconds(90),
    });
    this.#register(props.balancer);
    this.#scale(props);
  }

  #task({
    name,
    size,
    image,
    controlStore,
    eventDays,
    keyPepper,
    certificate,
    relayKeys,
  }: ProxyFleetProps): FargateTaskDefinition {
    const task = armTask(this, size);
    const container = task.addContainer('proxy', {
      image,
      environment: {
        ...ingestProxyCodec.encode({
          host: '0.0.0.0',
          rtmpPort: cellPorts.rtmp,
          rtmpsPort: cellPorts.rtmps,
          healthPort: cellPorts.health,
          capacity: size.connections,
          controlStore,
          eventRetentionDays: eventDays,
          keyPepper,
          certificate,
          relayKeys,
          drainMs: fleetDrainMs,
        }),
        ...programCodec.encode({ metricsNamespace: metricsNamespace(name) }),
      },
      logging: LogDrivers.awsLogs({ logGroup: this.logGroup, streamPrefix: 'ingest' }),
      healthCheck: imageHealthCheck(30),
      ...containerRules(this),
      portMappings: [
        { containerPort: cellPorts.rtmp },
        { containerPort: cellPorts.rtmps },
        { containerPort: cellPorts.health },
        { containerPort: cellPorts.srt, protocol: Protocol.UDP },
      ],
    });
    // A publisher uses two sockets, and each port has its own connection limit.
    container.addUlimits({ name: UlimitName.NOFILE, softLimit: 65_536, hardLimit: 65_536 });
    acknowledgeTask(
      task,
      'The variables are ports, limits and the names of tables and secrets. The proxy reads the secrets themselves from Secrets Manager, and re-reads them when they change.',
    );
    return task;
  }

  /**
   * Who may connect: the balancer, by its group. That works although packets carry the broadcaster's address: AWS lets a rule
   * that names the balancer's group match anything that came through the balancer. Nothing listens for SRT, so that port is
   * closed.
   */
  #securityGroup({ cluster, balancer, simulcast }: ProxyFleetProps): SecurityGroup {
    const group = new SecurityGroup(this, 'SecurityGroup', {
      vpc: cluster.vpc,
      description: 'Ingest proxies: in from the balancer, out to workers and AWS',
      allowAllOutbound: false,
    });
    const fromBalancer = (port: number, what: string) =>
      group.connections.allowFrom(balancer.securityGroup, Port.tcp(port), what);
    fromBalancer(cellPorts.rtmps, 'RTMPS');
    if (balancer.rtmpTargets) fromBalancer(cellPorts.rtmp, 'RTMP');
    fromBalancer(cellPorts.health, 'Health checks');
    group.connections.allowToAnyIpv4(Port.HTTPS, 'AWS: control store, secrets, images, logs');
    for (const port of simulcast ? simulcastPorts : []) {
      if (port !== 443) group.connections.allowToAnyIpv4(Port.tcp(port), 'Simulcast');
    }
    return group;
  }

  #register({ rtmpsTargets, rtmpTargets, srtTargets }: PopBalancer): void {
    const target = (containerPort: number, protocol = Protocol.TCP) =>
      this.service.loadBalancerTarget({ containerName: 'proxy', containerPort, protocol });
    rtmpsTargets.addTarget(target(cellPorts.rtmps));
    rtmpTargets?.addTarget(target(cellPorts.rtmp));
    // Nothing answers on this port yet. The targets' health is the proxy's, so the accelerator sees a healthy endpoint.
    srtTargets.addTarget(target(cellPorts.srt, Protocol.UDP));
  }

  /**
   * Scales out within a minute, and in slowly: every task that stops makes its publishers reconnect, and the balancer moves
   * nobody to a new task, so frequent scaling would only hurt.
   */
  #scale({ name, size, headroomPercent, ...schedule }: ProxyFleetProps): void {
    const capacity = { ...size, streams: size.connections, headroomPercent };
    const scaling = scheduledTaskCount(this.service, { ...schedule, ...capacity });
    const cooldown = {
      scaleOutCooldown: Duration.millis(fleetScaling.scaleOutCooldownMs),
      scaleInCooldown: Duration.millis(fleetScaling.scaleInCooldownMs),
    };
    const track = (id: string, metricName: MetricName, most: number): void =>
      scaling.scaleToTrackCustomMetric(id, {
        metric: new Metric({
          namespace: metricsNamespace(name),
          metricName,
          statistic: metrics[metricName].statistic,
          period: Duration.millis(fleetScaling.periodMs),
        }),
        targetValue: targetPerTask(most, headroomPercent),
        ...cooldown,
      });
    track('Connections', 'IngestSessions', size.connections);
    // A flood of connections that never publish takes sockets and handshakes, not room for publishers.
    track('Sockets', 'IngestSockets', size.connections + arrivalLimits.most);
    scaling.scaleOnCpuUtilization('Cpu', {
      targetUtilizationPercent: fleetScaling.proxyCpuPercent,
      ...cooldown,
    });
  }
}
