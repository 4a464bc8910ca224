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
  /** The region's word in playback addresses, for example `eu-central-1`. */
  readonly region: string;
  readonly vpc: IVpc;
  /** Private subnets, one a zone; MediaLive puts its inputs into two of them. */
  readonly subnets: SubnetSelection;
  /** Of the proxies, which push to the inputs. */
  readonly proxySecurityGroup: ISecurityGroup;
  readonly channelClass: NonNullable<Deployment['managedEncoder']>['channelClass'];
  /** @default the default ladder */
  readonly ladder?: LadderConfig;
  readonly tables: ControlTables;
  readonly origin: OriginBucket;
  /** Where streams' events go by. */
  readonly bus: IEventBus;
  readonly metricsNamespace: string;
  readonly logDays: RetentionDays;
}

/** What a publisher's coming and going look like on the bus, to a stream that a channel encodes. */
const wakingEvents = [
  'managed.channel.starting',
  'stream.ended',
  'stream.taken_down',
] as const satisfies readonly BusEventType[];

/** RTMP's port: MediaLive's inputs listen there alone. */
const inputPort = 1935;

/**
 * Makes, starts, stops and removes MediaLive's channels: woken by what happens to streams, by MediaLive's own changes of state, and
 * each minute by the clock, which also finds what was left over. A call that fails is made good by the next minute's.
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
      description: 'Makes, starts, stops and removes the channels of MediaLive.',
      environment: managedChannelsFunctionCodec.encode({
        controlStore: `dynamodb:${name}`,
        origin: `s3://${origin.bucket.bucketName}`,
        deployment: name,
        region: props.region,
        channelRole: role.role.roleArn,
        channelSubnets: subnetIds,
        channelSecurityGroups: [securityGroup.securityGroupId],
        channelClass: props.channelClass,
        ...(props.ladder && { ladder: JSON.stringify(props.ladder) }),
      }),
      metricsNamespace: props.metricsNamespace,
      logDays: props.logDays,
      // It stays with a channel that is about to start for 45 s.
      timeout: Duration.minutes(1),
    });
    tables.grantAccess('channels', this.function);
    origin.grantIndex(this.function);
    role.grantPass(this.function);
    this.#grantChannels(name);

    const retries = { retryAttempts: 0, maxEventAge: Duration.minutes(1) };
    this.function.function.configureAsyncInvoke(retries);
    const targets: IRuleTarget[] = [new LambdaFunction(this.function.function, retries)];
    new Rule(this, 'EveryMinute', {
      description: `Looks after the managed channels of ${name}.`,
      schedule: Schedule.rate(Duration.minutes(1)),
      targets,
    });
    new Rule(this, 'OnChannels', {
      description: `Hears of MediaLive's channels for ${name}.`,
      eventPattern: { source: ['aws.medialive'], detailType: ['MediaLive Channel State Change'] },
      targets,
    });
    new Rule(this, 'OnStreams', {
      description: `Hears of the streams of ${name} that managed channels encode.`,
      eventBus: bus,
      eventPattern: { source: [busEventSource], detailType: [...wakingEvents] },
      targets,
    });
  }

  /**
   * Channels and inputs have no names before they are made, so tags tell ours apart: it makes none without this deployment's tag and
   * touches none that has another. Only lists cannot be narrowed.
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
    const tag = 'headwater:deployment';
    const both = [every('channel'), every('input')];
    allow(['CreateChannel', 'CreateInput', 'CreateTags'], both, {
      StringEquals: { [`aws:RequestTag/${tag}`]: name },
    });
    allow(
      [
        ...['DescribeChannel', 'StartChannel', 'StopChannel', 'DeleteChannel'],
        ...['DescribeInput', 'DeleteInput'],
      ],
      both,
      { StringEquals: { [`aws:ResourceTag/${tag}`]: name } },
    );
    allow(['ListChannels', 'ListInputs'], ['*']);
    acknowledgeWildcards(
      this.function,
      both,
      'MediaLive names channels and inputs when it makes them; the tag of this deployment tells which may be made and touched.',
    );
    acknowledgeWildcards(
      this.function,
      ['*'],
      'Lists cannot be narrowed; they show tags, by which ours are found.',
    );
  }
}
