import { Duration } from 'aws-cdk-lib';
import { type CfnDistribution, OriginBase, type S3OriginAccessControl } from 'aws-cdk-lib/aws-cloudfront';

export interface BucketOriginProps {
  /** With the region in it: by the global name a young bucket answers with redirects at first. */
  readonly regionalDomainName: string;
  readonly originAccess: S3OriginAccessControl;
  readonly originId: string;
  /** Where misses meet before they go to the bucket. @default none */
  readonly shieldRegion?: string;
}

/** A bucket may be slow once; a player waits for a segment with a few seconds in its buffer. */
const connectSeconds = 2;
const connectAttempts = 2;
const answerSeconds = 5;

/**
 * An S3 origin that is read under an origin access control. The bucket's policy is its owner's affair: it may well be of
 * another stack and region, so nothing here looks at the bucket itself.
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
    // The empty identity says that there is none: the access control takes its place.
    return { originAccessIdentity: '', originReadTimeout: answerSeconds };
  }
}
