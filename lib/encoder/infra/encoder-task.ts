import { RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import { Port, SecurityGroup, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import {
  AwsLogDriverMode,
  type CfnCluster,
  type Cluster,
  type ContainerDefinitionOptions,
  type ContainerImage,
  LogDrivers,
  type TaskDefinition,
} from 'aws-cdk-lib/aws-ecs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { partLengthsMs } from '../../config/defaults.ts';
import type { LadderConfig } from '../../config/ladder.ts';
import type { ControlStoreLocation, OriginLocation, SecretLocation } from '../../config/locations.ts';
import { encoderWorkerCodec } from '../../config/programs/encoder-worker.ts';
import { programCodec } from '../../config/programs/program.ts';
import type { EncoderPool } from '../../control-store/records.ts';
import { acknowledgeTask, containerRules, imageHealthCheck } from '../../infra/container.ts';
import { acknowledgeWildcards } from '../../infra/wildcard.ts';
import { cellPorts } from '../../region/policy/tcp-ports.ts';
import { metricsNamespace } from '../../telemetry/metrics.ts';

/** Properties that both fleets of encoder workers share. */
export interface EncoderFleetProps {
  /** The deployment's name. */
  readonly name: string;
  readonly cluster: Cluster;
  /** Private subnets, one per zone. */
  readonly subnets: SubnetSelection;
  /** `encoder-image/` for the fleet's architecture. */
  readonly image: ContainerImage;
  /** The proxies' group; only they may connect to a worker. */
  readonly proxySecurityGroup: SecurityGroup;
  /** The live origins' group; only they may fetch from a worker's memory. @default there are none: viewers get what is in the bucket */
  readonly liveOriginSecurityGroup?: SecurityGroup;
  readonly controlStore: ControlStoreLocation;
  /** How long a stream's journal entries are kept, in days. */
  readonly eventDays: number;
  readonly origin: OriginLocation;
  readonly relayKeys: SecretLocation;
  /**
   * Base URL that players fetch from; it also serves them the time.
   * @default the origin's own path
   */
  readonly playbackBaseUrl?: string;
  /** @default the default ladder */
  readonly ladder?: LadderConfig;
  /** Length of a part, in ms. @default 500 */
  readonly partMs?: (typeof partLengthsMs)[number];
  readonly dvrWindowSeconds: number;
  /** Share of the fleet to keep free, in percent. */
  readonly headroomPercent: number;
  readonly logDays: RetentionDays;
}

export interface EncoderTaskProps extends EncoderFleetProps {
  readonly task: TaskDefinition;
  readonly pool: EncoderPool;
  /** Maximum number of concurrent streams. */
  readonly streams: number;
  /** What the container needs from its machine. */
  readonly container?: Pick<ContainerDefinitionOptions, 'gpuCount' | 'memoryReservationMiB'>;
}

/**
 * The encoder worker as a task, on either kind of capacity. Access to tables and bucket is granted by the constructs that own
 * them.
 */
export class EncoderTask extends Construct {
  readonly logGroup: LogGroup;
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, props: EncoderTaskProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Log', {
      retention: props.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.securityGroup = this.#letOthersIn(props);
    this.#addContainer(props);
    this.#letItHoldItself(props);
  }

  #addContainer({ task, image, container, pool, ...props }: EncoderTaskProps): void {
    task.addContainer('worker', {
      ...container,
      image,
      environment: {
        ...encoderWorkerCodec.encode({
          host: '0.0.0.0',
          relayPort: cellPorts.relay,
          healthPort: cellPorts.health,
          ...(props.liveOriginSecurityGroup
            ? { liveOrigin: 'on', mediaPort: cellPorts.media }
            : { liveOrigin: 'off' }),
          controlStore: props.controlStore,
          eventRetentionDays: props.eventDays,
          origin: props.origin,
          relayKeys: props.relayKeys,
          region: Stack.of(this).region,
          playbackBaseUrl: props.playbackBaseUrl,
          capacity: props.streams,
          pool,
          videoEncoder: pool === 'gpu' ? 'nvenc' : 'x264',
          ladder: props.ladder && JSON.stringify(props.ladder),
          partMs: props.partMs,
          dvrWindowSeconds: props.dvrWindowSeconds,
        }),
        ...programCodec.encode({ metricsNamespace: metricsNamespace(props.name) }),
      },
      // Pictures don't wait for log lines: those that CloudWatch doesn't accept are buffered up to a limit, then dropped.
      logging: LogDrivers.awsLogs({
        logGroup: this.logGroup,
        streamPrefix: 'encoder',
        mode: AwsLogDriverMode.NON_BLOCKING,
        maxBufferSize: Size.mebibytes(10),
      }),
      healthCheck: imageHealthCheck(60),
      // A worker being stopped hands its broadcasts over within seconds; with an unresponsive origin it gives up after 37. Media flows
      // through pipes: neither the program nor its ffmpegs write files.
      ...containerRules(this),
      portMappings: [
        { containerPort: cellPorts.relay },
        ...(props.liveOriginSecurityGroup ? [{ containerPort: cellPorts.media }] : []),
        { containerPort: cellPorts.health },
      ],
    });
    acknowledgeTask(
      task,
      'The variables are ports, limits and the names of a table, a bucket and a secret. A worker reads that secret itself and signs with its role.',
    );
  }

  /**
   * In: from the proxies, to the relay port; from the live origins, to the media port. Out: HTTPS, which reaches only AWS's endpoints because the network has no other
   * route.
   */
  #letOthersIn({
    cluster,
    proxySecurityGroup,
    liveOriginSecurityGroup,
    pool,
  }: EncoderTaskProps): SecurityGroup {
    const group = new SecurityGroup(this, 'SecurityGroup', {
      vpc: cluster.vpc,
      description: `Encoder workers (${pool}): in from the proxies, out to AWS`,
      allowAllOutbound: false,
    });
    group.connections.allowFrom(proxySecurityGroup, Port.tcp(cellPorts.relay), 'Relay links');
    if (liveOriginSecurityGroup)
      group.connections.allowFrom(liveOriginSecurityGroup, Port.tcp(cellPorts.media), 'Live media');
    group.connections.allowToAnyIpv4(Port.HTTPS, 'AWS: origin, control store, secrets, images, logs');
    return group;
  }
  /** A worker asks ECS not to stop its task while it has broadcasts (lib/encoder/lease/scale-in-protection.ts). */
  #letItHoldItself({ task, cluster }: EncoderTaskProps): void {
    cluster.grantTaskProtection(task.taskRole);
    const stack = Stack.of(this);
    const clusterId = stack.getLogicalId(cluster.node.defaultChild as CfnCluster);
    acknowledgeWildcards(
      task.taskRole,
      [`arn:${stack.partition}:ecs:${stack.region}:${stack.account}:task/<${clusterId}>/*`],
      'ECS names a task when it starts it. At worst, misuse keeps tasks of this one cluster from being scaled in for two days.',
    );
  }
}
