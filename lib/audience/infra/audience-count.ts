import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Endpoint, RealtimeLogConfig } from 'aws-cdk-lib/aws-cloudfront';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import { EventSourceMapping, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { controlKeyAlias } from '../../config/names.ts';
import { tableAccess } from '../../control-store/table-access.ts';
import { physicalName } from '../../control-store/tables.ts';
import { PlatformFunction } from '../../infra/function.ts';
import { acknowledgeWildcards } from '../../infra/wildcard.ts';
import { audienceFunctionCodec } from '../audience-config.ts';
import { logFields } from '../policy/log-line.ts';

export interface AudienceCountProps {
  /** The deployment's name. */
  readonly deployment: string;
  /** Regions whose streams are counted: those in this account. At least one. */
  readonly regions: readonly string[];
  /** Share of the requests that are looked at, in percent. */
  readonly samplePercent: number;
  readonly metricsNamespace: string;
  readonly logDays: RetentionDays;
}

/**
 * Counts viewers at CloudFront: a sample of its real-time log goes through a stream to a function that knows the sessions
 * (docs/decisions/0042). The stream has one shard, so one instance of the function sees all lines.
 */
export class AudienceCount extends Construct {
  /** For every media behaviour. */
  readonly logConfig: RealtimeLogConfig;
  readonly function: PlatformFunction;

  constructor(scope: Construct, id: string, props: AudienceCountProps) {
    super(scope, id);
    const { deployment, regions, samplePercent, metricsNamespace, logDays } = props;
    const stream = new Stream(this, 'Lines', {
      streamName: `${deployment}-audience`,
      streamMode: StreamMode.PROVISIONED,
      shardCount: 1,
      // The shortest there is. Lines are useless after a minute, and paths of signed streams carry playback tokens.
      retentionPeriod: Duration.hours(24),
      encryption: StreamEncryption.MANAGED,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(stream).acknowledge({
      id: 'AwsSolutions-KDS3',
      reason:
        'Lines have no personal data, nobody but the function may read them, and they are gone after a day: a key of our own would protect nothing more.',
    });
    const writer = new Role(this, 'Writer', { assumedBy: new ServicePrincipal('cloudfront.amazonaws.com') });
    this.logConfig = new RealtimeLogConfig(this, 'Log', {
      realtimeLogConfigName: `${deployment}-audience`,
      endPoints: [Endpoint.fromKinesisStream(stream, writer)],
      fields: [...logFields],
      samplingRate: samplePercent,
    });
    // CloudFront checks that the role can write.
    this.logConfig.node.addDependency(writer);
    this.function = new PlatformFunction(this, 'Function', {
      handler: 'audience',
      description: 'Counts viewers by CloudFront’s real-time log.',
      environment: audienceFunctionCodec.encode({ tablePrefix: deployment, regions: [...regions] }),
      metricsNamespace,
      logDays,
      memoryMiB: 512,
      timeout: Duration.minutes(1),
    });
    this.#mayWrite(deployment, regions);
    stream.grantRead(this.function);
    const mapping = new EventSourceMapping(this, 'Source', {
      target: this.function.function,
      eventSourceArn: stream.streamArn,
      startingPosition: StartingPosition.LATEST,
      batchSize: 10_000,
      maxBatchingWindow: Duration.seconds(5),
      parallelizationFactor: 1,
      // Who watched a minute ago is no news: what fails is left out.
      retryAttempts: 1,
      maxRecordAge: Duration.minutes(1),
    });
    // Lambda checks on creation that the role can read the stream.
    mapping.node.addDependency(this.function);
  }

  /** The tables of all regions, which are encrypted with each region's own key, known here by its alias. */
  #mayWrite(deployment: string, regions: readonly string[]): void {
    const stack = Stack.of(this);
    const { streams } = tableAccess.audience;
    const arns = (service: string, resource: string, resourceName: string) =>
      regions.map((region) => stack.formatArn({ service, region, resource, resourceName }));
    this.function.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: [...(streams?.table ?? [])],
        resources: arns('dynamodb', 'table', physicalName(deployment, 'streams')),
      }),
    );
    const keys = arns('kms', 'key', '*');
    this.function.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
        resources: keys,
        conditions: {
          StringEquals: {
            'kms:ViaService': regions.map((region) => `dynamodb.${region}.${stack.urlSuffix}`),
          },
          'ForAnyValue:StringEquals': { 'kms:ResourceAliases': `alias/${controlKeyAlias(deployment)}` },
        },
      }),
    );
    acknowledgeWildcards(
      this.function,
      keys,
      'A key’s id is known only once its region is deployed, after the edge. Its alias, and use for DynamoDB alone, are conditions.',
    );
  }
}
