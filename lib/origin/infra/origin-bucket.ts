import { Duration, Stack, Validations } from 'aws-cdk-lib';
import {
  Effect,
  type IGrantable,
  PolicyStatement,
  ServicePrincipal,
  StarPrincipal,
} from 'aws-cdk-lib/aws-iam';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  type LifecycleRule,
  ObjectOwnership,
  PartitionDateSource,
  StorageClass,
  TargetObjectKeyFormat,
} from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import type { Deployment } from '../../config/deployment.ts';
import { originBucketName, originLogsBucketName } from '../../config/names.ts';
import { bucketRemoval } from '../../infra/removal.ts';
import {
  dashManifestName,
  posterName,
  quarantinePrefix,
  storyboardName,
} from '../../object-store/object-names.ts';

export interface OriginBucketProps {
  /** The deployment's name. */
  readonly deployment: string;
  readonly retention: Pick<
    Deployment['retention'],
    'recordingDays' | 'quarantineDays' | 'logDays' | 'keepOnDelete'
  >;
  /** Account of the distribution that reads. @default the bucket's own */
  readonly edgeAccount?: string;
  /** ARN of a role that may write without conditions. @default none */
  readonly blindWriter?: string;
}

/** Init segments and multivariant playlists are smaller than this; hardly any media segment is. */
const smallObjectBytes = 8192;
/**
 * How long small objects are kept beyond `recordingDays`: what a broadcast wrote in its first second is needed for as long as
 * it runs, and a channel may run for a year. (S3 lifecycle rules match sizes and prefixes, not names.)
 */
const smallObjectExtraDays = 400;

/**
 * A region's origin: segments, playlists, manifests and recordings, below `<region>/`. Only CloudFront reads it from outside;
 * the encoder workers write to it, and every write must be conditional. Taken-down recordings are below
 * `quarantine/<region>/`, which CloudFront may not read.
 *
 * - Encryption keys are managed by S3: a customer key would be requested for every segment, and segments are public anyway.
 * - No versioning: segments are written once, and a version of a playlist every two seconds is useless.
 * - Server access logs rather than CloudTrail data events: those cost a fifth of the PUTs themselves (0.10 versus 0.50 US
 *   dollars per 100,000), while the logs only cost storage.
 */
export class OriginBucket extends Construct {
  readonly bucket: Bucket;
  readonly #objects: string;
  readonly #quarantined: string;

  constructor(scope: Construct, id: string, props: OriginBucketProps) {
    super(scope, id);
    const { deployment, retention, blindWriter } = props;
    const { account, region } = Stack.of(this);
    const guarded = {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      ...bucketRemoval(retention.keepOnDelete),
    };
    const accessLogs = new Bucket(this, 'AccessLogs', {
      ...guarded,
      bucketName: originLogsBucketName(deployment, account, region),
      lifecycleRules: [{ id: 'old-logs', expiration: Duration.days(retention.logDays) }],
    });
    this.bucket = new Bucket(this, 'Bucket', {
      ...guarded,
      bucketName: originBucketName(deployment, account, region),
      serverAccessLogsBucket: accessLogs,
      serverAccessLogsPrefix: 'origin/',
      targetObjectKeyFormat: TargetObjectKeyFormat.partitionedPrefix(PartitionDateSource.EVENT_TIME),
      lifecycleRules: lifecycleRules(region, retention),
    });
    this.#objects = this.bucket.arnForObjects(`${region}/*`);
    this.#quarantined = this.bucket.arnForObjects(`${quarantinePrefix}${region}/*`);
    this.#letCloudFrontRead(props.edgeAccount ?? account);
    this.#refuseBlindWrites(blindWriter);
  }

  /**
   * Lets a worker write broadcasts and read what a previous worker left. `If-Match` also requires read access, and without
   * list access a missing object would be a 403 instead of a 404.
   */
  grantWrite(worker: IGrantable & IConstruct): void {
    this.#allow(worker, ['s3:PutObject', 's3:GetObject'], [this.#objects]);
    const { region } = Stack.of(this);
    this.#acknowledge(worker, `${region}/*`, 'a worker may be assigned any stream of its region');
  }

  /** Lets a takedown move recordings into quarantine and back: a copy and a delete, each conditional on what it has read. */
  grantMove(mover: IGrantable & IConstruct): void {
    this.#allow(
      mover,
      ['s3:PutObject', 's3:GetObject', 's3:DeleteObject'],
      [this.#objects, this.#quarantined],
    );
    const { region } = Stack.of(this);
    for (const objects of [`${region}/*`, `${quarantinePrefix}${region}/*`]) {
      this.#acknowledge(mover, objects, 'any of them may be taken down');
    }
  }

  /**
   * Lets a function read recordings and write files made of them, in parts: the rights to put and to delete cover only those. Their
   * completion is conditional, as every write.
   */
  grantDownloads(maker: IGrantable & IConstruct): void {
    const { region } = Stack.of(this);
    const files = `${region}/*/download-*.mp4`;
    this.#allow(maker, ['s3:GetObject'], [this.#objects]);
    this.#acknowledge(maker, `${region}/*`, 'any of them may be downloaded');
    maker.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['s3:PutObject', 's3:AbortMultipartUpload', 's3:DeleteObject'],
        resources: [this.bucket.arnForObjects(files)],
      }),
    );
    this.#acknowledge(maker, files, 'any of them may be downloaded');
  }

  /** Lets the driver of managed channels point a stream's playlists at them, and delete what a channel doesn't make. */
  grantIndex(driver: IGrantable & IConstruct): void {
    this.grantWrite(driver);
    const keys = [dashManifestName, storyboardName, posterName].map(
      (name) => `${Stack.of(this).region}/*/${name}`,
    );
    driver.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['s3:DeleteObject'],
        resources: keys.map((key) => this.bucket.arnForObjects(key)),
      }),
    );
    for (const key of keys) this.#acknowledge(driver, key, 'any of them may use a channel');
  }

  /** Lets MediaLive write below `managed/` of broadcasts, where nobody else does. */
  grantManagedWrite(mediaLive: IGrantable & IConstruct): void {
    const objects = `${Stack.of(this).region}/*/managed/*`;
    this.#allow(mediaLive, ['s3:PutObject', 's3:GetObject'], [this.bucket.arnForObjects(objects)]);
    this.#acknowledge(mediaLive, objects, 'any of them may use a channel');
  }

  #allow(grantee: IGrantable & IConstruct, actions: string[], resources: string[]): void {
    // Writers start under the bucket's policy, and are deleted before the bucket is emptied.
    grantee.node.addDependency(this.bucket);
    grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources }));
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] }),
    );
  }

  #acknowledge(grantee: IConstruct, objects: string, which: string): void {
    const bucketId = Stack.of(this).getLogicalId(this.bucket.node.defaultChild as CfnBucket);
    Validations.of(grantee).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${bucketId}.Arn>/${objects}]`,
      reason: `Streams are not known in advance; ${which}.`,
    });
  }

  /** Any distribution of the account, because the reading distribution belongs to the edge stack. */
  #letCloudFrontRead(account: string): void {
    const { partition } = Stack.of(this);
    const reader = {
      principals: [new ServicePrincipal('cloudfront.amazonaws.com')],
      conditions: {
        ArnLike: { 'aws:SourceArn': `arn:${partition}:cloudfront::${account}:distribution/*` },
      },
    };
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'EdgeReads',
        actions: ['s3:GetObject'],
        resources: [this.#objects],
        ...reader,
      }),
    );
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'EdgeIsToldWhatIsMissing',
        actions: ['s3:ListBucket'],
        resources: [this.bucket.bucketArn],
        ...reader,
      }),
    );
  }

  /**
   * Every write is a compare-and-set, so that a late worker cannot overwrite a newer one: a PUT with neither `If-None-Match`
   * nor `If-Match` is denied for everyone, and so is a copy. Parts of a multipart upload cannot carry these headers, but its
   * completion must. The only exempt role is MediaLive's, which sends no conditions; nothing else writes under its names.
   */
  #refuseBlindWrites(blindWriter: string | undefined): void {
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'NoBlindWrites',
        effect: Effect.DENY,
        principals: [new StarPrincipal()],
        actions: ['s3:PutObject'],
        resources: [this.#objects, this.#quarantined],
        conditions: {
          Null: { 's3:if-none-match': 'true', 's3:if-match': 'true' },
          Bool: { 's3:ObjectCreationOperation': 'true' },
          ...(blindWriter !== undefined && { ArnNotEquals: { 'aws:PrincipalArn': blindWriter } }),
        },
      }),
    );
  }
}

function lifecycleRules(
  region: string,
  { recordingDays, quarantineDays }: Pick<Deployment['retention'], 'recordingDays' | 'quarantineDays'>,
): LifecycleRule[] {
  const prefix = `${region}/`;
  return [
    { id: 'broken-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
    {
      id: 'recordings',
      prefix,
      objectSizeGreaterThan: smallObjectBytes,
      expiration: Duration.days(recordingDays),
    },
    {
      id: 'small-objects',
      prefix,
      objectSizeLessThan: smallObjectBytes + 1,
      expiration: Duration.days(recordingDays + smallObjectExtraDays),
    },
    {
      // Counted from the day of the takedown, because a copy is a new object.
      id: 'quarantine',
      prefix: quarantinePrefix,
      expiration: Duration.days(quarantineDays),
    },
    ...(recordingDays >= coldFromDays ? [coldRule(prefix)] : []),
  ];
}

/**
 * Infrequent Access halves the storage price, but moving an object costs as much as 1 MB saves in a month, and it bills at
 * least 128 KB and 30 days per object. So only segments of the top rendition are moved, and only if they are kept for long.
 */
const coldFromDays = 90;
const coldAfterDays = 30;
const coldMinBytes = 1_048_576;

const coldRule = (prefix: string): LifecycleRule => ({
  id: 'cold-recordings',
  prefix,
  objectSizeGreaterThan: coldMinBytes,
  transitions: [
    { storageClass: StorageClass.INFREQUENT_ACCESS, transitionAfter: Duration.days(coldAfterDays) },
  ],
});
