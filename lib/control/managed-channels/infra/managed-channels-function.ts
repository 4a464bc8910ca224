import { Duration, Stack } from 'aws-cdk-lib';
import {
  type ISecurityGroup,
  type IVpc,
  Port,
  SecurityGroup,
  type SubnetSelection,
} from 'aws-cdk-lib/aws-ec2';
import { type IEventBus, type IRuleTarget, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Deployment } from '../../../config/deployment.ts';
import type { LadderConfig } from '../../../config/ladder.ts';
import { deploymentTag } from '../../../config/names.ts';
import { type BusEventType, busEventSource } from '../../../control-store/bus-events.ts';
import type { ControlTables } from '../../../control-store/infra/tables.ts';
import { PlatformFunction } from '../../../infra/function.ts';
import { acknowledgeWildcards } from '../../../infra/wildcard.ts';
import type { OriginBucket } from '../../../origin/infra/origin-bucket.ts';
import { managedChannelsFunctionCodec } from '../managed-channels-config.ts';
import { ChannelRole } from './channel-role.ts';

export interface ManagedChannelsProps {
  /** The deployment's name. */
  readonly name: string;
  /** The region as it appears in playback URLs, for example `eu-central-1`. */
  readonly region: string;
  readonly vpc: IVpc;
  /** Private subnets, one per zone; MediaLive's inputs go into two of them. */
  readonly subnets: SubnetSelection;
  /** The proxies' group; they push to the inputs. */
  readonly proxySecurityGroup: ISecurityGroup;
  readonly channelClass: NonNullable<Deployment['managedEncoder']>['channelClass'];
  /** @default the default ladder */
  readonly ladder?: LadderConfig;
  /** The deployment's own tags, for channels and inputs. @default none */
  readonly tags?: Deployment['tags'];
  readonly tables: ControlTables;
  readonly origin: OriginBucket;
  /** Carries the stream events. */
  readonly bus: IEventBus;
  /** How long journal entries are kept. */
  readonly eventDays: number;
  readonly metricsNamespace: string;
  readonly logDays: RetentionDays;
}

/** The bus events for a publisher connecting to, and leaving, a stream encoded by a channel. */
const wakingEvents = [
  'managed.channel.starting',
  'stream.ended',
  'stream.taken_down',
] as const satisfies readonly BusEventType[];

/** RTMP's port, the only one MediaLive's inputs listen on. */
const inputPort = 1935;

/**
 * Creates, starts, stops and removes MediaLive channels. Triggered by stream events, by MediaLive's state changes, and every
 * minute by a schedule, which also finds leftovers. A failed invocation is made up for by the next minute's.
 */
export class ManagedChannels extends Construct {
  readonly function: PlatformFunction;

  constructor(scope: Construct, id: string, props: ManagedChannelsProps) {
    super(scope, id);
    const { name, origin, tables, bus } = props;
    const securityGroup = new SecurityGroup(this, 'Inputs', {
      vpc: props.vpc,
      description: 'Inputs of MediaLive: RTMP from the proxies',
      allowAllOutbound: false,
    });
    securityGroup.connections.allowFrom(props.proxySecurityGroup, Port.tcp(inputPort), 'RTMP from proxies');
    const subnetIds = props.vpc.selectSubnets(props.subnets).subnetIds.slice(0, 2);
    const role = new ChannelRole(this, 'ChannelRole', {
      name,
      vpc: props.vpc,
      subnetIds,
      securityGroup,
      origin,
    });

    this.function = new PlatformFunction(this, 'Function', {
      handler: 'managed-channels',
      description: 'Creates, starts, stops and removes MediaLive channels.',
      environment: managedChannelsFunctionCodec.encode({
        controlStore: `dynamodb:${name}`,
        eventRetentionDays: props.eventDays,
        origin: `s3://${origin.bucket.bucketName}`,
        deployment: name,
        region: props.region,
        channelRole: role.role.roleArn,
        channelSubnets: subnetIds,
        channelSecurityGroups: [securityGroup.securityGroupId],
        channelClass: props.channelClass,
        ...(props.tags && Object.keys(props.tags).length > 0 && { tags: JSON.stringify(props.tags) }),
        ...(props.ladder && { ladder: JSON.stringify(props.ladder) }),
      }),
      metricsNamespace: props.metricsNamespace,
      logDays: props.logDays,
      // It polls a channel that is starting up for 45 s.
      timeout: Duration.minutes(1),
    });
    tables.grantAccess('channels', this.function);
    origin.grantIndex(this.function);
    role.grantPass(this.function);
    // Channels that it creates need the role's policies from the start.
    this.function.function.node.addDependency(role.role);
    this.#grantChannels(name);

    const retries = { retryAttempts: 0, maxEventAge: Duration.minutes(1) };
    this.function.function.configureAsyncInvoke(retries);
    const targets: IRuleTarget[] = [new LambdaFunction(this.function.function, retries)];
    new Rule(this, 'EveryMinute', {
      description: `Drives the managed channels of ${name}.`,
      schedule: Schedule.rate(Duration.minutes(1)),
      targets,
    });
    new Rule(this, 'OnChannels', {
      description: `MediaLive channel state changes, for ${name}.`,
      eventPattern: { source: ['aws.medialive'], detailType: ['MediaLive Channel State Change'] },
      targets,
    });
    new Rule(this, 'OnStreams', {
      description: `Stream events of ${name} that concern managed channels.`,
      eventBus: bus,
      eventPattern: { source: [busEventSource], detailType: [...wakingEvents] },
      targets,
    });
  }

  /**
   * Channels and inputs have no names before they are created, so access is limited by tag: the function can create only
   * resources with this deployment's tag and modify only those. List actions can't be limited.
   */
  #grantChannels(name: string): void {
    const stack = Stack.of(this);
    const every = (kind: string) => stack.formatArn({ service: 'medialive', resource: `${kind}:*` });
    const allow = (actions: readonly string[], resources: string[], conditions?: object) =>
      this.function.grantPrincipal.addToPrincipalPolicy(
        new PolicyStatement({
          actions: actions.map((action) => `medialive:${action}`),
          resources,
          ...(conditions && { conditions }),
        }),
      );
    const both = [every('channel'), every('input')];
    allow(['CreateChannel', 'CreateInput', 'CreateTags'], both, {
      StringEquals: { [`aws:RequestTag/${deploymentTag}`]: name },
    });
    allow(
      [
        ...['DescribeChannel', 'StartChannel', 'StopChannel', 'DeleteChannel'],
        ...['DescribeInput', 'DeleteInput'],
      ],
      both,
      { StringEquals: { [`aws:ResourceTag/${deploymentTag}`]: name } },
    );
    allow(['ListChannels', 'ListInputs'], ['*']);
    acknowledgeWildcards(
      this.function,
      both,
      'MediaLive names channels and inputs on creation; this deployment’s tag limits which may be created and modified.',
    );
    acknowledgeWildcards(
      this.function,
      ['*'],
      'List actions do not support resource-level permissions; their results include tags, by which ours are found.',
    );
  }
}
