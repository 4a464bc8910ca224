import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AccountPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { deploymentTag, pageBucketName } from '../../config/names.ts';
import { regionDocumentPath } from '../policy/runtime-config.ts';
import { PageUpload, type PageUploadProps } from './page-upload.ts';

export type PageContent = Omit<PageUploadProps, 'bucket'>;

export interface PlayerPageProps {
  /** The deployment's name. */
  readonly deployment: string;
  /** Accounts of regions, other than this stack's, that write where their API is. @default none */
  readonly otherAccounts?: readonly string[];
}

/**
 * The page's bucket behind the edge. Its files come last, because they name addresses that only then exist. They can be rebuilt at any
 * time, so the bucket is deleted with its stack. Files with a hash in their names are kept on later deploys, so that a tab opened
 * earlier still finds its own.
 */
export class PlayerPage extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { deployment, otherAccounts = [] }: PlayerPageProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      bucketName: pageBucketName(deployment, Stack.of(this).account),
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
    if (otherAccounts.length > 0) this.#admitRegions(deployment, otherAccounts);
  }

  /** Regions tell the console where they are; those in other accounts need this bucket's leave, too. */
  #admitRegions(deployment: string, accounts: readonly string[]): void {
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'RegionsSayWhereTheyAre',
        principals: accounts.map((account) => new AccountPrincipal(account)),
        actions: ['s3:PutObject', 's3:DeleteObject'],
        resources: [this.bucket.arnForObjects(regionDocumentPath('*').slice(1))],
        conditions: { StringEquals: { [`aws:PrincipalTag/${deploymentTag}`]: deployment } },
      }),
    );
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
