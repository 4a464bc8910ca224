import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type IVpc, Port, SecurityGroup, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import {
  type ContainerImage,
  FargateService,
  type FargateTaskDefinition,
  type ICluster,
  LogDrivers,
  UlimitName,
} from 'aws-cdk-lib/aws-ecs';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Deployment } from '../../config/deployment.ts';
import { fleetScaling } from '../../config/fleet-scaling.ts';
import type { ControlStoreLocation, SecretLocation } from '../../config/locations.ts';
import { edgeCodec } from '../../config/programs/edge.ts';
import { programCodec } from '../../config/programs/program.ts';
import { acknowledgeTask, containerRules, imageHealthCheck } from '../../infra/container.ts';
import type { DeployCalls } from '../../infra/deploy-calls.ts';
import { armTask, fargateFleetRules } from '../../infra/fargate.ts';
import { cellPorts } from '../../region/policy/tcp-ports.ts';
import { metricsNamespace } from '../../telemetry/metrics.ts';
import { LiveOriginBalancer } from './live-origin-balancer.ts';

export interface LiveOriginFleetProps {
  /** The deployment's name. */
  readonly name: string;
  readonly cluster: ICluster;
  /** Private subnets, one per zone. */
  readonly subnets: SubnetSelection;
  /** `live-origin-image` for ARM64. */
  readonly image: ContainerImage;
  readonly size: Deployment['compute']['liveOrigins'];
  readonly calls: DeployCalls;
  readonly controlStore: ControlStoreLocation;
  readonly relayKeys: SecretLocation;
  readonly logDays: RetentionDays;
}

/**
 * The live origins: Fargate tasks on ARM64, spread over the zones, without state. They find a stream's worker and fetch from it, once
 * for all viewers. Permissions on tables and secrets are granted to `taskRole` by the constructs that own those.
 */
export class LiveOriginFleet extends Construct {
  readonly service: FargateService;
  readonly taskRole: IRole;
  /** Workers allow traffic from this group to the media port. */
  readonly securityGroup: SecurityGroup;
  readonly logGroup: LogGroup;
  /** What CloudFront connects to. */
  readonly balancer: LiveOriginBalancer;

  constructor(scope: Construct, id: string, props: LiveOriginFleetProps) {
    super(scope, id);
    const { cluster, subnets, calls, size } = props;
    const balancer = new LiveOriginBalancer(this, 'Balancer', { vpc: cluster.vpc, subnets, calls });
    this.balancer = balancer;
    this.logGroup = new LogGroup(this, 'Log', {
      retention: props.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const task = this.#task(props);
    this.taskRole = task.taskRole;
    this.securityGroup = this.#securityGroup(cluster.vpc, balancer);
    this.service = new FargateService(this, 'Service', {
      cluster,
      taskDefinition: task,
      vpcSubnets: subnets,
      ...fargateFleetRules,
      securityGroups: [this.securityGroup],
      healthCheckGracePeriod: Duration.seconds(60),
    });
    balancer.targets.addTarget(
      this.service.loadBalancerTarget({ containerName: 'live-origin', containerPort: cellPorts.live }),
    );
    const scaling = this.service.autoScaleTaskCount({
      minCapacity: size.minTasks,
      maxCapacity: size.maxTasks,
    });
    // What they pass on costs processor time, however many streams it is of. In slowly: a task that stops ends its open connections.
    scaling.scaleOnCpuUtilization('Cpu', {
      targetUtilizationPercent: fleetScaling.liveOriginCpuPercent,
      scaleOutCooldown: Duration.millis(fleetScaling.scaleOutCooldownMs),
      scaleInCooldown: Duration.millis(fleetScaling.scaleInCooldownMs),
    });
  }

  #task({ name, size, image, controlStore, relayKeys }: LiveOriginFleetProps): FargateTaskDefinition {
    const task = armTask(this, size);
    const container = task.addContainer('live-origin', {
      image,
      environment: {
        ...edgeCodec.encode({
          role: 'live-origin',
          host: '0.0.0.0',
          port: cellPorts.live,
          healthPort: cellPorts.health,
          controlStore,
          relayKeys,
        }),
        ...programCodec.encode({ metricsNamespace: metricsNamespace(name) }),
      },
      logging: LogDrivers.awsLogs({ logGroup: this.logGroup, streamPrefix: 'live-origin' }),
      healthCheck: imageHealthCheck(30),
      ...containerRules(this),
      portMappings: [{ containerPort: cellPorts.live }, { containerPort: cellPorts.health }],
    });
    // Held requests each have a socket.
    container.addUlimits({ name: UlimitName.NOFILE, softLimit: 65_536, hardLimit: 65_536 });
    acknowledgeTask(
      task,
      'The variables are ports and the names of a table and a secret. A live origin reads the secret itself from Secrets Manager, and re-reads it when it changes.',
    );
    return task;
  }

  /** In: from the balancer. Out: to workers (their groups say so), and to AWS. */
  #securityGroup(vpc: IVpc, balancer: LiveOriginBalancer): SecurityGroup {
    const group = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Live origins: in from their balancer, out to workers and AWS',
      allowAllOutbound: false,
    });
    group.connections.allowFrom(balancer.securityGroup, Port.tcp(cellPorts.live), 'Viewers’ requests');
    group.connections.allowFrom(balancer.securityGroup, Port.tcp(cellPorts.health), 'Health checks');
    group.connections.allowToAnyIpv4(Port.HTTPS, 'AWS: control store, secrets, images, logs');
    return group;
  }
}
