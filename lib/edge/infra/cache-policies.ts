import { Duration } from 'aws-cdk-lib';
import {
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
} from 'aws-cdk-lib/aws-cloudfront';
import { Construct } from 'constructs';
import { type Behaviour, type CachePolicyRow, cachePolicyRows } from '../policy/behaviours.ts';

export interface DeliveryCachePoliciesProps {
  /** The deployment's name. */
  readonly deployment: string;
}

/** CloudFront's cache policies, one for each distinct way of caching in the delivery policy table. */
export class DeliveryCachePolicies extends Construct {
  readonly #policies: ReadonlyMap<string, CachePolicy>;

  constructor(scope: Construct, id: string, { deployment }: DeliveryCachePoliciesProps) {
    super(scope, id);
    this.#policies = new Map(cachePolicyRows().map((row) => [row.name, this.#make(deployment, row)]));
  }

  for({ policy, pathPattern }: Behaviour): CachePolicy {
    const found = this.#policies.get(policy);
    if (!found) throw new Error(`No cache policy for ${pathPattern}`);
    return found;
  }

  #make(deployment: string, { name, ttlSeconds, queryParameters, compress }: CachePolicyRow): CachePolicy {
    return new CachePolicy(this, name, {
      cachePolicyName: `${deployment}-${name}`,
      comment: `${deployment}: every ${name}, and objects cached like it`,
      minTtl: Duration.seconds(ttlSeconds.min),
      defaultTtl: Duration.seconds(ttlSeconds.default),
      maxTtl: Duration.seconds(ttlSeconds.max),
      // Anything more in the key would separate requests that could be coalesced.
      cookieBehavior: CacheCookieBehavior.none(),
      headerBehavior: CacheHeaderBehavior.none(),
      queryStringBehavior:
        queryParameters.length === 0
          ? CacheQueryStringBehavior.none()
          : CacheQueryStringBehavior.allowList(...queryParameters),
      enableAcceptEncodingGzip: compress,
      enableAcceptEncodingBrotli: compress,
    });
  }
}
