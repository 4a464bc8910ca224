import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  type IOrigin,
  type IRealtimeLogConfigRef,
  PriceClass,
  S3OriginAccessControl,
  SecurityPolicyProtocol,
  Signing,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { AaaaRecord, ARecord, HostedZone, type IHostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import type { Deployment } from '../../config/deployment.ts';
import { originBucketName } from '../../config/names.ts';
import type { PageDocumentsFunction } from '../../player/documents/infra/page-documents-function.ts';
import type { PlayerPage } from '../../player/infra/page.ts';
import { oembedPath } from '../../player/policy/oembed.ts';
import { streamPagePatterns } from '../../player/policy/routes.ts';
import { routesFunctionCode } from '../../player/policy/routes-function.ts';
import { cacheableErrorStatuses, errorTtlSeconds, mediaBehaviours } from '../policy/behaviours.ts';
import { timeFunctionCode } from '../policy/functions/time-function.ts';
import { shieldRegionOf } from '../policy/shield-region.ts';
import { EdgeAccess } from './access.ts';
import { EdgeAccessLogs } from './access-logs.ts';
import { BucketOrigin } from './bucket-origin.ts';
import { DeliveryCachePolicies } from './cache-policies.ts';

import { EdgeFirewall } from './firewall.ts';
import { EdgeResponseHeaders } from './response-headers.ts';
import { StreamPageOrigins } from './stream-page-origins.ts';

export interface EdgeDistributionProps {
  /** The deployment's name. */
  readonly deployment: string;
  /** Names of the regions with an origin. */
  readonly regions: readonly string[];
  /** Accounts of regions whose origin is in another account, by region. @default all are in the edge's account */
  readonly originAccounts?: ReadonlyMap<string, string>;
  /** Served at every path that is not media. */
  readonly page: PlayerPage;
  /** Makes the documents of streams' pages. */
  readonly documents: PageDocumentsFunction;
  /** Origins that the console connects to, as CSP sources. @default no console */
  readonly pageConnects?: readonly string[] | undefined;
  readonly retention: Pick<Deployment['retention'], 'logDays' | 'keepOnDelete'>;
  /** @default CloudFront's own domain name and certificate */
  readonly domain?: Deployment['domain'];
  /** See `EdgeFirewallProps`. @default 1000 */
  readonly viewersPerAddress?: number;
  /** The log that viewers are counted from. @default nobody is counted */
  readonly audienceLog?: IRealtimeLogConfigRef | undefined;
}

/** `/time`, the viewer page, the embedded player, oEmbed, and the page under every other path. */
const ownBehaviours = 5;

/**
 * The edge: one distribution over every region's origin, in us-east-1 because CloudFront requires its certificates and rules
 * there. The delivery policy table determines the paths, cache lifetimes and cache keys.
 */
export class EdgeDistribution extends Construct {
  /** Base URL of media, `/<region>/<stream>/…`, and of the page. Without a trailing slash. */
  readonly playbackBaseUrl: string;
  /** The same under the distribution's own name, which works with and without a domain. */
  readonly ownBaseUrl: string;
  readonly distributionId: string;
  /** ARN of the key-value store with takedowns, signed streams and signing keys. */
  readonly denialsArn: string;
  readonly #originAccess: S3OriginAccessControl;

  constructor(scope: Construct, id: string, props: EdgeDistributionProps) {
    super(scope, id);
    const { deployment, page, retention, domain, viewersPerAddress } = props;
    this.#originAccess = new S3OriginAccessControl(this, 'OriginAccess', {
      originAccessControlName: `${deployment}-edge`,
      signing: Signing.SIGV4_ALWAYS,
    });
    const headers = new EdgeResponseHeaders(this, 'Headers', {
      deployment,
      ...(props.pageConnects && { pageConnects: props.pageConnects }),
    });
    const access = new EdgeAccess(this, 'Denials', { deployment, logDays: retention.logDays });
    this.denialsArn = access.storeArn;
    const firewall = new EdgeFirewall(this, 'Firewall', { deployment, retention, viewersPerAddress });
    const pageOrigin = this.#origin('page', page.bucket.bucketRegionalDomainName);
    const pageBehaviour = {
      origin: pageOrigin,
      // The files carry their own cache lifetimes.
      cachePolicy: CachePolicy.CACHING_OPTIMIZED,
      responseHeadersPolicy: headers.page,
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      functionAssociations: [this.#onRequest('Routes', `${deployment}-routes`, routesFunctionCode())],
    };
    const streamPages = new StreamPageOrigins(this, 'StreamPages', {
      deployment,
      documents: props.documents.url,
      files: this.#origin('page-file', page.bucket.bucketRegionalDomainName),
    });
    const streamPage = { ...pageBehaviour, cachePolicy: streamPages.cachePolicy };
    const zone = domain && this.#zoneOf(domain);
    const distribution = new Distribution(this, 'Distribution', {
      comment: `${deployment}: media of every region, and the page`,
      httpVersion: HttpVersion.HTTP2_AND_3,
      enableIpv6: true,
      // Hit rate and origin latency, which reveal herds: $0.30 per metric and month.
      publishAdditionalMetrics: true,
      // Viewers are everywhere, and the cheaper classes would serve some of them from another continent.
      priceClass: PriceClass.PRICE_CLASS_ALL,
      webAclId: firewall.webAclArn,
      ...(domain && zone
        ? {
            domainNames: [domain.name],
            certificate: this.#certificate(domain.name, zone),
            minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
          }
        : {}),
      defaultRootObject: 'index.html',
      defaultBehavior: pageBehaviour,
      additionalBehaviors: {
        ...this.#media(props, headers, access),
        [streamPagePatterns.watch]: {
          ...streamPage,
          origin: streamPages.watch,
          responseHeadersPolicy: headers.viewerPage,
        },
        [streamPagePatterns.embed]: {
          ...streamPage,
          origin: streamPages.embed,
          responseHeadersPolicy: headers.embeddedPlayer,
        },
        [oembedPath]: { ...streamPage, origin: streamPages.embed, responseHeadersPolicy: headers.viewerPage },
        '/time': {
          // Never requested: the function answers.
          origin: pageOrigin,
          cachePolicy: CachePolicy.CACHING_DISABLED,
          allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
          viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
          functionAssociations: [this.#onRequest('Time', `${deployment}-time`, timeFunctionCode())],
        },
      },
      errorResponses: cacheableErrorStatuses.map((httpStatus) => ({
        httpStatus,
        ttl: Duration.seconds(errorTtlSeconds()),
      })),
    });
    page.grantRead(distribution.distributionArn);
    this.distributionId = distribution.distributionId;
    this.ownBaseUrl = `https://${distribution.distributionDomainName}`;
    this.playbackBaseUrl = domain ? `https://${domain.name}` : this.ownBaseUrl;
    if (zone) {
      const target = RecordTarget.fromAlias(new CloudFrontTarget(distribution));
      new ARecord(this, 'Ipv4', { zone, target });
      new AaaaRecord(this, 'Ipv6', { zone, target });
    }
    new EdgeAccessLogs(this, 'AccessLogs', {
      deployment,
      retention,
      distributionArn: distribution.distributionArn,
    });
    acknowledge(distribution, domain !== undefined);
  }

  /** The behaviours for every region's media, in the order CloudFront tries them. */
  #media(
    { deployment, regions, originAccounts, audienceLog }: EdgeDistributionProps,
    headers: EdgeResponseHeaders,
    access: EdgeAccess,
  ): Record<string, BehaviorOptions> {
    const policies = new DeliveryCachePolicies(this, 'CachePolicies', { deployment });
    const { account, urlSuffix } = Stack.of(this);
    const origins = new Map(
      regions.map((region) => {
        const bucket = originBucketName(deployment, originAccounts?.get(region) ?? account, region);
        const domainName = `${bucket}.s3.${region}.${urlSuffix}`;
        return [region, this.#origin(region, domainName, shieldRegionOf(region))];
      }),
    );
    return Object.fromEntries(
      mediaBehaviours(regions, { others: ownBehaviours }).map((behaviour) => [
        behaviour.pathPattern,
        {
          origin: origins.get(behaviour.region) as IOrigin,
          cachePolicy: policies.for(behaviour),
          responseHeadersPolicy: headers.media,
          functionAssociations: [access.onRequest],
          allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
          compress: behaviour.rule.compress,
          ...(audienceLog && { realtimeLogConfig: audienceLog }),
          // A player with an http URL would be redirected at every segment; it is better to fail visibly.
          viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        },
      ]),
    );
  }

  #origin(originId: string, regionalDomainName: string, shieldRegion?: string): IOrigin {
    return new BucketOrigin({
      originId,
      regionalDomainName,
      originAccess: this.#originAccess,
      ...(shieldRegion === undefined ? {} : { shieldRegion }),
    });
  }

  #onRequest(id: string, functionName: string, code: string) {
    const made = new EdgeFunction(this, id, {
      functionName,
      code: FunctionCode.fromInline(code),
      runtime: FunctionRuntime.JS_2_0,
    });
    return { eventType: FunctionEventType.VIEWER_REQUEST, function: made };
  }

  #zoneOf({ name, hostedZoneId }: NonNullable<Deployment['domain']>): IHostedZone {
    // Named like its record, so that the record's name is exactly the domain.
    return HostedZone.fromHostedZoneAttributes(this, 'Zone', { hostedZoneId, zoneName: name });
  }

  #certificate(domainName: string, zone: IHostedZone): Certificate {
    return new Certificate(this, 'Certificate', {
      domainName,
      validation: CertificateValidation.fromDns(zone),
    });
  }
}

function acknowledge(distribution: Distribution, ownDomain: boolean): void {
  const validations = Validations.of(distribution);
  validations.acknowledge(
    {
      id: 'AwsSolutions-CFR1',
      reason: 'Broadcasts are for viewers everywhere; add a geo restriction to exclude a country.',
    },
    {
      id: 'AwsSolutions-CFR3',
      reason: 'Standard logging v2 is enabled (EdgeAccessLogs); this rule only recognizes the older version.',
    },
  );
  if (ownDomain) return;
  validations.acknowledge({
    id: 'AwsSolutions-CFR4',
    reason:
      'Without a domain there is only CloudFront’s own certificate, for which CloudFront sets the minimum TLS version ' +
      'itself: TLS 1.0. Such a deployment is for trials; a deployment with a domain requires TLS 1.2.',
  });
}
