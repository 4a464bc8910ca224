import { Duration, RemovalPolicy, Size, Stack, Validations } from 'aws-cdk-lib';
import { Port, SecurityGroup, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import {
  AwsLogDriverMode,
  Capability,
  type CfnCluster,
  type Cluster,
  type ContainerDefinitionOptions,
  type ContainerImage,
  LinuxParameters,
  LogDrivers,
  type TaskDefinition,
} from 'aws-cdk-lib/aws-ecs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { encoderWorkerCodec } from '../../config/encoder-worker.ts';
import type { LadderConfig } from '../../config/ladder.ts';
import type { ControlStoreLocation, OriginLocation } from '../../config/locations.ts';
import { programCodec } from '../../config/program.ts';
import type { EncoderPool } from '../../control-store/records.ts';
import { acknowledgeWildcards } from '../../infra/wildcard.ts';
import { cellPorts } from '../../region/policy/tcp-ports.ts';
import { metricsNamespace } from '../../telemetry/metrics.ts';

/** What both fleets of encoder workers are told. */
export interface EncoderFleetProps {
  /** The deployment's name. */
  readonly name: string;
  readonly cluster: Cluster;
  /** Private subnets, one a zone. */
  readonly subnets: SubnetSelection;
  /** `encoder-image/` for the fleet's architecture. */
  readonly image: ContainerImage;
  /** Of the proxies, which alone may connect to a worker. */
  readonly proxySecurityGroup: SecurityGroup;
  readonly controlStore: ControlStoreLocation;
  /** How long the lines of a stream's journal are kept, in days. */
  readonly eventDays: number;
  readonly origin: OriginLocation;
  /** The URL that players fetch from, which tells them the time too. @default the origin's own path */
  readonly playbackBaseUrl?: string;
  /** @default the default ladder */
  readonly ladder?: LadderConfig;
  readonly dvrWindowSeconds: number;
  /** Share of the fleet that is kept free, in percent. */
  readonly headroomPercent: number;
  readonly logDays: RetentionDays;
}

export interface EncoderTaskProps extends EncoderFleetProps {
  readonly task: TaskDefinition;
  readonly pool: EncoderPool;
  /** Streams at once at most. */
  readonly streams: number;
  /** What the container needs of its machine. */
  readonly container?: Pick<ContainerDefinitionOptions, 'gpuCount' | 'memoryReservationMiB'>;
}

/**
 * ECS's most between SIGTERM and SIGKILL, and what Fargate Spot gives. A worker that is told to stop hands its broadcasts over
 * within seconds; with an origin that does not answer it gives up after 37.
 */
const stopTimeout = Duration.seconds(120);

/** The encoder worker in a task, whatever the task runs on. Access to tables and bucket is granted by whoever owns those. */
export class EncoderTask extends Construct {
  readonly logGroup: LogGroup;
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, props: EncoderTaskProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Log', {
      retention: props.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.securityGroup = this.#letProxiesIn(props);
    this.#addContainer(props);
    this.#letItHoldItself(props);
  }

  #addContainer({ task, image, container, pool, ...props }: EncoderTaskProps): void {
    // A small init is the first process: the kernel gives that one no signals until it asks for them.
    const linuxParameters = new LinuxParameters(this, 'Linux', { initProcessEnabled: true });
    linuxParameters.dropCapabilities(Capability.ALL);
    task.addContainer('worker', {
      ...container,
      image,
      environment: {
        ...encoderWorkerCodec.encode({
          host: '0.0.0.0',
          relayPort: cellPorts.relay,
          healthPort: cellPorts.health,
          controlStore: props.controlStore,
          eventRetentionDays: props.eventDays,
          origin: props.origin,
          region: Stack.of(this).region,
          playbackBaseUrl: props.playbackBaseUrl,
          capacity: props.streams,
          pool,
          videoEncoder: pool === 'gpu' ? 'nvenc' : 'x264',
          ladder: props.ladder && JSON.stringify(props.ladder),
          dvrWindowSeconds: props.dvrWindowSeconds,
        }),
        ...programCodec.encode({ metricsNamespace: metricsNamespace(props.name) }),
      },
      // Pictures do not wait for log lines: what CloudWatch does not take is kept, up to so much, then lost.
      logging: LogDrivers.awsLogs({
        logGroup: this.logGroup,
        streamPrefix: 'encoder',
        mode: AwsLogDriverMode.NON_BLOCKING,
        maxBufferSize: Size.mebibytes(10),
      }),
      // In the image, beside the program.
      healthCheck: {
        command: ['CMD', 'node', 'healthcheck.mjs'],
        interval: Duration.seconds(15),
        timeout: Duration.seconds(5),
        retries: 3,
        startPeriod: Duration.seconds(60),
      },
      stopTimeout,
      user: '1000:1000',
      // Media goes from pipe to pipe: neither the program nor its ffmpegs write a file.
      readonlyRootFilesystem: true,
      linuxParameters,
      portMappings: [{ containerPort: cellPorts.relay }, { containerPort: cellPorts.health }],
    });
    Validations.of(task).acknowledge({
      id: 'AwsSolutions-ECS2',
      reason:
        'The variables are ports, limits and the names of a table and a bucket. A worker has no secrets: it signs by its role.',
    });
    Validations.of(task.obtainExecutionRole()).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'ecr:GetAuthorizationToken is not an action on a resource, so IAM takes no other. The images that the role may then pull are named.',
    });
  }

  /** In: proxies, to the relay port. Out: HTTPS, which leads to AWS's endpoints only, as the network has no other way. */
  #letProxiesIn({ cluster, proxySecurityGroup, pool }: EncoderTaskProps): SecurityGroup {
    const group = new SecurityGroup(this, 'SecurityGroup', {
      vpc: cluster.vpc,
      description: `Encoder workers (${pool}): in from the proxies, out to AWS`,
      allowAllOutbound: false,
    });
    group.connections.allowFrom(proxySecurityGroup, Port.tcp(cellPorts.relay), 'Relay links');
    group.connections.allowToAnyIpv4(Port.HTTPS, 'AWS: origin, control store, images, logs');
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
      'ECS names a task when it starts it. Whoever could misuse this could keep tasks of this one cluster from being scaled in, for two days.',
    );
  }
}
