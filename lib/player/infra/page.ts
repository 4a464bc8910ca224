import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { PageUpload, type PageUploadProps } from './page-upload.ts';

export type PageContent = Omit<PageUploadProps, 'bucket'>;

/**
 * The page's bucket behind the edge. Its content comes last, because it names addresses that only then exist. They can be rebuilt at any time, so the bucket is deleted with its stack.
 * Files with a hash in their names are kept on later deploys, so that a tab opened earlier still finds its own.
 */
export class PlayerPage extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy: RemovalPolicy.DESTROY,
      autoDeleteObjects: true,
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'Only the edge reads from this bucket, and the edge logs every request itself.',
    });
  }

  /** Uploads the page's files with each deploy. */
  upload(content: PageContent): void {
    new PageUpload(this, 'Upload', { bucket: this.bucket, ...content });
  }

  /** Lets a distribution read files, and get a 404 (not a 403) for missing ones. */
  grantRead(distributionArn: string): void {
    const reader = {
      principals: [new ServicePrincipal('cloudfront.amazonaws.com')],
      conditions: { ArnEquals: { 'aws:SourceArn': distributionArn } },
    };
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'EdgeReads',
        actions: ['s3:GetObject'],
        resources: [this.bucket.arnForObjects('*')],
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
}
