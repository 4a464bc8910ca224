import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Port, SecurityGroup, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import {
  type CfnCluster,
  type Cluster,
  type ContainerImage,
  CpuArchitecture,
  FargateTaskDefinition,
  LogDrivers,
  OperatingSystemFamily,
} from 'aws-cdk-lib/aws-ecs';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { EcsTask } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct, type IDependable } from 'constructs';
import type { Deployment } from '../../config/deployment.ts';
import type { LadderConfig } from '../../config/ladder.ts';
import { canaryCodec } from '../../config/programs/canary.ts';
import { programCodec } from '../../config/programs/program.ts';
import { acknowledgeTask, containerRules } from '../../infra/container.ts';
import { acknowledgeWildcards } from '../../infra/wildcard.ts';
import { metricsNamespace } from '../../telemetry/metrics.ts';
import { canaryFlags, canaryMinutes } from '../policy/schedule.ts';

export interface CanaryTaskProps {
  /** The deployment's name. */
  readonly name: string;
  /** The region's name in playback URLs. */
  readonly region: string;
  readonly cluster: Cluster;
  /** Public subnets: the canary comes from outside, like broadcasters and viewers. */
  readonly subnets: SubnetSelection;
  /** The canary's image, for ARM64. */
  readonly image: ContainerImage;
  /** The control API: its address, its id, and its construct's logical id for the template. */
  readonly api: { readonly url: string; readonly id: string; readonly logicalId: string };
  /** @default the task signs with its role */
  readonly jwt?: NonNullable<Deployment['api']['jwt']>;
  readonly ladder: LadderConfig;
  /** What must be there before a run can pass, and until the last one has ended. */
  readonly after: readonly IDependable[];
  readonly logDays: RetentionDays;
}

/** It sends 1080p with 0.2 vCPU; the rest is for decoding every rendition afterwards. */
const cpu = 1024;
const memoryLimitMiB = 2048;

/** What the canary asks of the API. `GET` also covers the stream that it has deleted. */
const apiRoutes = ['POST/v1/streams', 'GET/v1/streams/*', 'POST/v1/streams/*', 'DELETE/v1/streams/*'];

/**
 * The canary on a schedule: a Fargate task that broadcasts for a minute through the public addresses and judges what viewers get.
 *
 * It runs in the network's public subnets with a public address of its own, because it has to reach the accelerator, CloudFront and
 * the API from outside: through a NAT gateway the same would cost two dollars a day. Nothing can connect to it.
 */
export class CanaryTask extends Construct {
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: CanaryTaskProps) {
    super(scope, id);
    const task = new FargateTaskDefinition(this, 'Task', {
      cpu,
      memoryLimitMiB,
      runtimePlatform: {
        cpuArchitecture: CpuArchitecture.ARM64,
        operatingSystemFamily: OperatingSystemFamily.LINUX,
      },
    });
    this.logGroup = new LogGroup(this, 'Log', {
      retention: props.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.#addContainer(task, props);
    if (props.jwt?.canarySecret === undefined) this.#letItCallTheApi(task, props);
    else this.#letItReadTheClient(task, props.jwt.canarySecret);
    this.#schedule(task, props);
  }

  #addContainer(
    task: FargateTaskDefinition,
    { name, region, image, api, jwt, ladder }: CanaryTaskProps,
  ): void {
    task.addContainer('canary', {
      image,
      command: canaryFlags({ api: api.url, region, ladder }),
      environment: {
        ...programCodec.encode({ metricsNamespace: metricsNamespace(name) }),
        ...canaryCodec.encode(
          jwt?.canarySecret === undefined
            ? {}
            : {
                oidcIssuer: jwt.issuer,
                oidcAudience: jwt.audiences[0] ?? '',
                oidcScopePrefix: jwt.scopePrefix,
                oidcClient: `secretsmanager:${jwt.canarySecret}`,
              },
        ),
      },
      logging: LogDrivers.awsLogs({ logGroup: this.logGroup, streamPrefix: 'canary' }),
      // With time to delete its stream.
      ...containerRules(this),
    });
    acknowledgeTask(
      task,
      'The variables are names and addresses. The canary signs its requests with its role, or reads its OAuth client itself.',
    );
  }

  #letItCallTheApi(task: FargateTaskDefinition, { api }: CanaryTaskProps): void {
    const stack = Stack.of(this);
    const arns = (apiId: string) =>
      apiRoutes.map(
        (route) =>
          `arn:${stack.partition}:execute-api:${stack.region}:${stack.account}:${apiId}/$default/${route}`,
      );
    task.addToTaskRolePolicy(
      new PolicyStatement({ actions: ['execute-api:Invoke'], resources: arns(api.id) }),
    );
    acknowledgeWildcards(
      task.taskRole,
      arns(`<${api.logicalId}>`),
      'The canary creates the stream that it takes down and deletes, so its id is not known. The API has no resource policies.',
    );
  }

  /** Secrets Manager ends the names of secrets with six characters of its own. */
  #letItReadTheClient(task: FargateTaskDefinition, secret: string): void {
    const { partition, region, account } = Stack.of(this);
    task.addToTaskRolePolicy(
      new PolicyStatement({
        actions: ['secretsmanager:GetSecretValue'],
        resources: [`arn:${partition}:secretsmanager:${region}:${account}:secret:${secret}-??????`],
      }),
    );
  }

  #schedule(task: FargateTaskDefinition, { cluster, subnets, after }: CanaryTaskProps): void {
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: cluster.vpc,
      description: 'Canary: nothing in, HTTPS and RTMPS out',
      allowAllOutbound: false,
    });
    securityGroup.connections.allowToAnyIpv4(Port.HTTPS, 'API, CloudFront, ingest, images, logs');
    const role = new Role(this, 'ScheduleRole', { assumedBy: new ServicePrincipal('events.amazonaws.com') });
    const { partition, region } = Stack.of(this);
    const clusterId = Stack.of(this).getLogicalId(cluster.node.defaultChild as CfnCluster);
    acknowledgeWildcards(
      role,
      [`arn:${partition}:ecs:${region}:*:task/<${clusterId}>/*`],
      'EventBridge tags the task that it starts, and ECS names a task when it starts it.',
    );
    const rule = new Rule(this, 'Schedule', {
      description: 'Runs the canary.',
      schedule: Schedule.cron({ minute: canaryMinutes }),
    });
    rule.addTarget(
      new EcsTask({
        cluster,
        taskDefinition: task,
        role,
        subnetSelection: subnets,
        assignPublicIp: true,
        securityGroups: [securityGroup],
        // The next run comes soon, and a late one says nothing about now.
        retryAttempts: 1,
        maxEventAge: Duration.minutes(1),
      }),
    );
    rule.node.addDependency(
      ...after,
      // With all their permissions.
      role,
      task.taskRole,
      task.obtainExecutionRole(),
      // The way out: gateway and routes.
      cluster.vpc.selectSubnets(subnets).internetConnectivityEstablished,
    );
  }
}
