import { Duration } from 'aws-cdk-lib';
import {
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  FunctionUrlOriginAccessControl,
  type IOrigin,
  Signing,
} from 'aws-cdk-lib/aws-cloudfront';
import { FunctionUrlOrigin, OriginGroup } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { FunctionUrl } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { pageUrlHeader } from '../../player/policy/routes-function.ts';

export interface StreamPageOriginsProps {
  /** The deployment's name. */
  readonly deployment: string;
  /** The function that makes documents. */
  readonly documents: FunctionUrl;
  /** The page's files, for a viewer page if the function fails. */
  readonly files: IOrigin;
}

/**
 * Where the edge gets the documents of streams' pages. The viewer page has its file to fall back on, without tags. The embedded player has
 * none: only the function knows who may frame it; what the edge has had from it is good for a day.
 */
export class StreamPageOrigins extends Construct {
  readonly watch: IOrigin;
  readonly embed: IOrigin;
  readonly cachePolicy: CachePolicy;

  constructor(scope: Construct, id: string, { deployment, documents, files }: StreamPageOriginsProps) {
    super(scope, id);
    const originAccessControl = new FunctionUrlOriginAccessControl(this, 'Access', {
      originAccessControlName: `${deployment}-documents`,
      signing: Signing.SIGV4_ALWAYS,
    });
    const origin = (originId: string) =>
      FunctionUrlOrigin.withOriginAccessControl(documents, {
        originId,
        originAccessControl,
        // With a cold start. A viewer waits for it.
        readTimeout: Duration.seconds(5),
        connectionTimeout: Duration.seconds(2),
        connectionAttempts: 2,
      });
    this.embed = origin('documents');
    this.watch = new OriginGroup({
      primaryOrigin: origin('documents-or-file'),
      fallbackOrigin: files,
      // Throttled, or broken.
      fallbackStatusCodes: [429, 500, 502, 503, 504],
    });
    this.cachePolicy = new CachePolicy(this, 'Cache', {
      cachePolicyName: `${deployment}-documents`,
      comment: `${deployment}: documents of streams’ pages, and oEmbed`,
      // The function says how long; S3, which says no-cache, is asked once a second.
      minTtl: Duration.seconds(1),
      defaultTtl: Duration.seconds(1),
      maxTtl: Duration.days(1),
      cookieBehavior: CacheCookieBehavior.none(),
      // The page's one address, which the routes function makes of the request's path and query.
      headerBehavior: CacheHeaderBehavior.allowList(pageUrlHeader),
      queryStringBehavior: CacheQueryStringBehavior.allowList('url', 'format', 'maxwidth', 'maxheight'),
      enableAcceptEncodingGzip: true,
      enableAcceptEncodingBrotli: true,
    });
  }
}
