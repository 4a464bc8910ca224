import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct, type IConstruct } from 'constructs';
import type { ControlTables } from '../../../control-store/infra/tables.ts';
import { PlatformFunction } from '../../../infra/function.ts';
import type { OriginBucket } from '../../../origin/infra/origin-bucket.ts';
import { recordingsFunctionCodec } from '../recordings-config.ts';

export interface RecordingsProps {
  /** The deployment's name. */
  readonly name: string;
  /** The region as it appears in playback URLs, for example `eu-central-1`. */
  readonly region: string;
  readonly tables: ControlTables;
  readonly origin: OriginBucket;
  /** How long journal entries are kept, in days. */
  readonly eventDays: number;
  readonly metricsNamespace: string;
  readonly logDays: RetentionDays;
}

/**
 * Writes recordings and clips as MP4 files into the bucket, from where CloudFront delivers them. The API stores the request and invokes
 * the function; a failed invocation loses nothing, because the next minute's run finds what is left. Each segment is read once and goes
 * on in parts of an upload, so a recording of any length needs the same memory.
 */
export class Recordings extends Construct {
  readonly function: PlatformFunction;

  constructor(scope: Construct, id: string, props: RecordingsProps) {
    super(scope, id);
    this.function = new PlatformFunction(this, 'Function', {
      handler: 'recordings',
      description: 'Writes recordings and clips as MP4 files.',
      environment: recordingsFunctionCodec.encode({
        controlStore: `dynamodb:${props.name}`,
        eventRetentionDays: props.eventDays,
        origin: `s3://${props.origin.bucket.bucketName}`,
        region: props.region,
      }),
      metricsNamespace: props.metricsNamespace,
      logDays: props.logDays,
      // A whole CPU, for TLS in both directions; of the memory it uses a fifth, and half for 48 hours.
      memoryMiB: 1_769,
      // The longest that there is. Copying inside a region, 50 GB take about that.
      timeout: Duration.minutes(15),
    });
    props.tables.grantAccess('recordings', this.function);
    props.origin.grantDownloads(this.function);
    const retries = { retryAttempts: 0, maxEventAge: Duration.minutes(1) };
    this.function.function.configureAsyncInvoke(retries);
    new Rule(this, 'EveryMinute', {
      description: `Writes and deletes the downloads of ${props.name}.`,
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(this.function.function, retries)],
    });
  }

  /** Lets the API have a download written. */
  grantInvoke(api: IGrantable & IConstruct): void {
    const { functionArn } = this.function.function;
    Grant.addToPrincipal({
      grantee: api,
      actions: ['lambda:InvokeFunction'],
      resourceArns: [functionArn],
    });
  }
}
