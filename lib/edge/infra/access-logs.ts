import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnDelivery, CfnDeliveryDestination, CfnDeliverySource } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Deployment } from '../../config/deployment.ts';
import { edgeLogsBucketName } from '../../config/names.ts';
import { bucketRemoval } from '../../infra/removal.ts';

export interface EdgeAccessLogsProps {
  /** The deployment's name. */
  readonly deployment: string;
  readonly retention: Pick<Deployment['retention'], 'logDays' | 'keepOnDelete'>;
  readonly distributionArn: string;
}

/**
 * Logged fields of a request: enough to analyse delivery quality. No cookies or query strings (nobody needs them), and no
 * viewer address: network and country are what matters for delivery. No paths either: a signed stream's carry its viewers' playback
 * tokens (docs/decisions/0022). The behaviour's pattern names the region and the kind of object.
 */
const recordFields = [
  ...['timestamp(ms)', 'DistributionId', 'x-edge-location', 'x-edge-request-id'],
  ...['cs-method', 'cs(User-Agent)', 'cs-protocol', 'cs-protocol-version', 'ssl-protocol'],
  ...['c-country', 'asn', 'sc-status', 'sc-bytes', 'sc-content-type'],
  ...['x-edge-result-type', 'x-edge-response-result-type', 'x-edge-detailed-result-type'],
  ...['time-taken', 'time-to-first-byte', 'origin-fbl', 'origin-lbl', 'cache-behavior-path-pattern'],
] as const;

/**
 * The distribution's standard logs (v2) in a bucket, by hour, as Parquet: a busy hour has about ten million lines, and
 * queries read only a few columns. The cost of conversion is negligible: a GB of lines covers terabytes of delivery.
 */
export class EdgeAccessLogs extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: EdgeAccessLogsProps) {
    super(scope, id);
    const { deployment, retention, distributionArn } = props;
    const { account, region, partition } = Stack.of(this);
    this.bucket = new Bucket(this, 'Bucket', {
      bucketName: edgeLogsBucketName(deployment, account),
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      lifecycleRules: [{ id: 'old-logs', expiration: Duration.days(retention.logDays) }],
      ...bucketRemoval(retention.keepOnDelete),
    });
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'LogDelivery',
        principals: [new ServicePrincipal('delivery.logs.amazonaws.com')],
        actions: ['s3:PutObject'],
        resources: [this.bucket.arnForObjects(`AWSLogs/${account}/*`)],
        conditions: {
          StringEquals: { 'aws:SourceAccount': account, 's3:x-amz-acl': 'bucket-owner-full-control' },
          ArnLike: { 'aws:SourceArn': `arn:${partition}:logs:${region}:${account}:delivery-source:*` },
        },
      }),
    );
    const source = new CfnDeliverySource(this, 'Source', {
      name: `${deployment}-edge`,
      logType: 'ACCESS_LOGS',
      resourceArn: distributionArn,
    });
    const destination = new CfnDeliveryDestination(this, 'Destination', {
      name: `${deployment}-edge`,
      destinationResourceArn: this.bucket.bucketArn,
      outputFormat: 'parquet',
    });
    const delivery = new CfnDelivery(this, 'Delivery', {
      deliverySourceName: source.ref,
      deliveryDestinationArn: destination.attrArn,
      recordFields: [...recordFields],
      s3SuffixPath: '{DistributionId}/{yyyy}/{MM}/{dd}/{HH}',
      s3EnableHiveCompatiblePath: true,
    });
    // After the bucket's policy, and on deletion before the bucket is emptied.
    delivery.node.addDependency(this.bucket);
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'This is itself a log bucket: only log delivery writes to it, and logs about reading logs have no use.',
    });
  }
}
