import { Duration } from 'aws-cdk-lib';
import { type CfnDistribution, OriginBase, type S3OriginAccessControl } from 'aws-cdk-lib/aws-cloudfront';

export interface BucketOriginProps {
  /** The regional name: under the global name, a new bucket answers with redirects at first. */
  readonly regionalDomainName: string;
  readonly originAccess: S3OriginAccessControl;
  readonly originId: string;
  /** Region of the Origin Shield. @default none */
  readonly shieldRegion?: string;
}

/** A bucket may occasionally be slow; a player waiting for a segment has a few seconds in its buffer. */
const connectSeconds = 2;
const connectAttempts = 2;
const answerSeconds = 5;

/**
 * An S3 origin that is read with an origin access control. The bucket policy is left to the bucket's owner: the bucket may
 * be in another stack and region, so nothing here accesses it.
 */
export class BucketOrigin extends OriginBase {
  constructor({ regionalDomainName, originAccess, originId, shieldRegion }: BucketOriginProps) {
    super(regionalDomainName, {
      originId,
      originAccessControlId: originAccess.originAccessControlId,
      connectionTimeout: Duration.seconds(connectSeconds),
      connectionAttempts: connectAttempts,
      ...(shieldRegion === undefined ? {} : { originShieldRegion: shieldRegion }),
    });
  }

  protected override renderS3OriginConfig(): CfnDistribution.S3OriginConfigProperty {
    // The empty identity means none: the access control replaces it.
    return { originAccessIdentity: '', originReadTimeout: answerSeconds };
  }
}
