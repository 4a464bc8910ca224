import { Duration, Stack } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct, type IConstruct } from 'constructs';
import type { EdgeLocation, OriginLocation } from '../../../config/locations.ts';
import type { ControlTables } from '../../../control-store/infra/tables.ts';
import { PlatformFunction } from '../../../infra/function.ts';
import type { OriginBucket } from '../../../origin/infra/origin-bucket.ts';
import { takedownsFunctionCodec } from '../takedowns-config.ts';

export interface TakedownsProps {
  /** The deployment's name. */
  readonly name: string;
  /** The region as it appears in playback URLs, for example `eu-central-1`. */
  readonly region: string;
  readonly tables: ControlTables;
  readonly origin: OriginBucket;
  /** From the edge stack: the distribution whose caches are invalidated, and the store of denied streams. */
  readonly distributionId: string;
  readonly denialsArn: string;
  /** ARN of the role to assume for both, if they are in another account. @default the function's own */
  readonly edgeRole?: string;
  /** How long journal entries are kept, in days. */
  readonly eventDays: number;
  readonly metricsNamespace: string;
  readonly logDays: RetentionDays;
}

/**
 * Finishes takedowns and restores. The API begins them, which takes a stream dark within seconds; moving its recordings and
 * waiting for CloudFront take longer. The request is stored in the table, so a failed invocation loses nothing: the next
 * minute's run replaces retries and dead letters.
 */
export class Takedowns extends Construct {
  readonly function: PlatformFunction;
  readonly edge: EdgeLocation;
  readonly origin: OriginLocation;
  readonly #props: TakedownsProps;

  constructor(scope: Construct, id: string, props: TakedownsProps) {
    super(scope, id);
    this.#props = props;
    const { distributionId, denialsArn, edgeRole } = props;
    this.edge =
      edgeRole === undefined
        ? `cloudfront:${distributionId},${denialsArn}`
        : `cloudfront:${distributionId},${denialsArn},${edgeRole}`;
    this.origin = `s3://${props.origin.bucket.bucketName}`;
    this.function = new PlatformFunction(this, 'Function', {
      handler: 'takedowns',
      description: 'Finishes stream takedowns and restores.',
      environment: takedownsFunctionCodec.encode({
        controlStore: `dynamodb:${props.name}`,
        eventRetentionDays: props.eventDays,
        origin: this.origin,
        edge: this.edge,
        region: props.region,
      }),
      metricsNamespace: props.metricsNamespace,
      logDays: props.logDays,
      // It moves 16 objects concurrently.
      memoryMiB: 512,
      // It starts nothing after 45 s; a run started then lasts 15 s, plus its last calls.
      timeout: Duration.seconds(90),
    });
    props.tables.grantAccess('takedowns', this.function);
    this.#grantSteps(this.function);
    const retries = { retryAttempts: 0, maxEventAge: Duration.minutes(1) };
    this.function.function.configureAsyncInvoke(retries);
    new Rule(this, 'EveryMinute', {
      description: `Finishes the takedowns of ${props.name}.`,
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(this.function.function, retries)],
    });
  }

  /** Lets the API perform every step of a takedown itself and hand over the rest. */
  grantTakedown(api: IGrantable & IConstruct): void {
    this.#grantSteps(api);
    const { functionArn } = this.function.function;
    Grant.addToPrincipal({
      grantee: api,
      actions: ['lambda:InvokeFunction'],
      resourceArns: [functionArn],
    });
  }

  /** One distribution and one store, both by name rather than by tag, because a stack may lose its tags. */
  #grantSteps(grantee: IGrantable & IConstruct): void {
    const { origin, distributionId, denialsArn, edgeRole } = this.#props;
    const { account, partition } = Stack.of(this);
    origin.grantMove(grantee);
    if (edgeRole !== undefined) {
      Grant.addToPrincipal({ grantee, actions: ['sts:AssumeRole'], resourceArns: [edgeRole] });
      return;
    }
    Grant.addToPrincipal({
      grantee,
      actions: ['cloudfront:CreateInvalidation', 'cloudfront:GetInvalidation'],
      resourceArns: [`arn:${partition}:cloudfront::${account}:distribution/${distributionId}`],
    });
    Grant.addToPrincipal({
      grantee,
      actions: ['DeleteKey', 'DescribeKeyValueStore', 'GetKey', 'PutKey'].map(
        (action) => `cloudfront-keyvaluestore:${action}`,
      ),
      resourceArns: [denialsArn],
    });
  }
}
