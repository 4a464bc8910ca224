import { describe, expect, test } from '@jest/globals';
import type { Stack } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { EdgeDistribution } from '../../../lib/edge/infra/distribution.ts';
import { cachePolicyRows } from '../../../lib/edge/policy/behaviours.ts';
import { deliveryPolicy } from '../../../lib/edge/policy/delivery.ts';
import { accessFunctionCode } from '../../../lib/edge/policy/functions/access-function.ts';
import { PageDocumentsFunction } from '../../../lib/player/documents/infra/page-documents-function.ts';
import { PlayerPage } from '../../../lib/player/infra/page.ts';
import { contentSecurityPolicy } from '../../../lib/player/policy/headers.ts';
import { templateOf, testDeployment } from '../../../testkit/aws/template.ts';

const domain = { name: 'live.example.com', hostedZoneId: 'Z0123456789ABC' };

const documentsOf = (stack: Stack, page: PlayerPage) =>
  new PageDocumentsFunction(stack, 'Documents', {
    bucket: page.bucket,
    regions: ['eu-central-1'],
    metricsNamespace: 'Headwater',
    logDays: testDeployment().retention.logDays,
  });

function edgeOf(fields: object = {}): { template: Template; baseUrl: unknown } {
  const { name, regions, retention, domain: own } = testDeployment(fields);
  let baseUrl: unknown;
  const template = templateOf((stack) => {
    const page = new PlayerPage(stack, 'Player', { deployment: 'headwater' });
    const documents = documentsOf(stack, page);
    const edge = new EdgeDistribution(stack, 'Edge', {
      documents,
      deployment: name,
      regions: regions.map((region) => region.name),
      page,
      retention,
      ...(own ? { domain: own } : {}),
    });
    baseUrl = stack.resolve(edge.playbackBaseUrl);
  }, 'us-east-1');
  return { template, baseUrl };
}

const regions = [{ name: 'eu-central-1' }, { name: 'ca-central-1' }];
const { template, baseUrl } = edgeOf({ domain, regions });

interface Behaviour {
  readonly PathPattern?: string;
  readonly TargetOriginId: string;
  readonly CachePolicyId: string | { readonly Ref: string };
  readonly Compress: boolean;
  readonly ViewerProtocolPolicy: string;
  readonly ResponseHeadersPolicyId?: { readonly Ref: string };
  readonly FunctionAssociations?: readonly unknown[];
}
interface OriginConfig {
  readonly Id: string;
  readonly DomainName: unknown;
  readonly OriginAccessControlId?: unknown;
  readonly OriginShield?: unknown;
}

const only = (type: string, of = template) => {
  const found = Object.values(of.findResources(type));
  expect(found).toHaveLength(1);
  return found[0]?.Properties;
};
const config = (of = template) => only('AWS::CloudFront::Distribution', of).DistributionConfig;
const behaviours = (): Behaviour[] => config().CacheBehaviors;
const media = () =>
  behaviours().filter(
    ({ PathPattern = '' }) => !['/time', '/watch/*', '/embed/*', '/oembed'].includes(PathPattern),
  );
const ruleOf = ({ PathPattern }: Behaviour) =>
  deliveryPolicy.find(({ pattern }) => PathPattern?.endsWith(`-1/${pattern}`));

describe('what is part of the cache key', () => {
  const policyOf = ({ CachePolicyId }: Behaviour) =>
    template.findResources('AWS::CloudFront::CachePolicy')[(CachePolicyId as { Ref: string }).Ref]?.Properties
      .CachePolicyConfig;

  test('no behaviour has a cookie, a header or an unlisted query parameter in it', () => {
    expect(media()).toHaveLength(regions.length * deliveryPolicy.length);
    for (const behaviour of media()) {
      const key = policyOf(behaviour).ParametersInCacheKeyAndForwardedToOrigin;
      expect(key.CookiesConfig).toEqual({ CookieBehavior: 'none' });
      expect(key.HeadersConfig).toEqual({ HeaderBehavior: 'none' });
      const listed = ruleOf(behaviour)?.queryParameters ?? [];
      expect(key.QueryStringsConfig).toEqual(
        listed.length === 0
          ? { QueryStringBehavior: 'none' }
          : { QueryStringBehavior: 'whitelist', QueryStrings: listed },
      );
    }
  });

  test('TTLs and compression are the table’s, and no minimum is 0', () => {
    for (const behaviour of media()) {
      const rule = ruleOf(behaviour);
      const policy = policyOf(behaviour);
      expect([policy.MinTTL, policy.DefaultTTL, policy.MaxTTL]).toEqual([
        rule?.ttlSeconds.min,
        rule?.ttlSeconds.default,
        rule?.ttlSeconds.max,
      ]);
      expect(policy.MinTTL).toBeGreaterThan(0);
      expect(behaviour.Compress).toBe(rule?.compress);
      expect(policy.ParametersInCacheKeyAndForwardedToOrigin.EnableAcceptEncodingGzip).toBe(rule?.compress);
    }
  });

  test('there are no more policies than ways of caching, however many regions there are', () => {
    const used = new Set(media().map(({ CachePolicyId }) => (CachePolicyId as { Ref: string }).Ref));
    // And one for streams' documents.
    template.resourceCountIs('AWS::CloudFront::CachePolicy', cachePolicyRows().length + 1);
    expect(used.size).toBe(cachePolicyRows().length);
  });
});

describe('who may watch', () => {
  const [storeId = ''] = Object.keys(template.findResources('AWS::CloudFront::KeyValueStore'));
  const functions = template.findResources('AWS::CloudFront::Function');
  const [lookUpId = '', lookUp] =
    Object.entries(functions).find(([, { Properties }]) => Properties.Name === 'headwater-denials') ?? [];

  test('is looked up before the cache is, at every behaviour of media', () => {
    for (const behaviour of media()) {
      expect(behaviour.FunctionAssociations).toEqual([
        { EventType: 'viewer-request', FunctionARN: { 'Fn::GetAtt': [lookUpId, 'FunctionARN'] } },
      ]);
    }
  });

  test('is decided without the origin, which hears nothing of a preflight', () => {
    for (const behaviour of media()) expect(behaviour).not.toHaveProperty('OriginRequestPolicyId');
  });

  test('stands in one store, which only that function reads and nothing here writes', () => {
    template.resourceCountIs('AWS::CloudFront::KeyValueStore', 1);
    expect(only('AWS::CloudFront::KeyValueStore')).not.toHaveProperty('ImportSource');
    const readers = Object.entries(functions).filter(([, { Properties }]) =>
      JSON.stringify(Properties).includes(storeId),
    );
    expect(readers.map(([id]) => id)).toEqual([lookUpId]);
  });

  test('is decided by the rule’s own function, of the runtime that can read a store', () => {
    expect(lookUp?.Properties).toMatchObject({
      AutoPublish: true,
      FunctionCode: accessFunctionCode(),
      FunctionConfig: {
        Runtime: 'cloudfront-js-2.0',
        KeyValueStoreAssociations: [{ KeyValueStoreARN: { 'Fn::GetAtt': [storeId, 'Arn'] } }],
      },
    });
  });
});

describe('denials that cannot be read', () => {
  test('are counted from the function’s log, by the words that it uses', () => {
    const log = '/aws/cloudfront/function/headwater-denials';
    const [[logId] = []] = Object.entries(
      template.findResources('AWS::Logs::LogGroup', {
        Properties: { LogGroupName: log, RetentionInDays: 30 },
      }),
    );
    const [filter] = Object.values(template.findResources('AWS::Logs::MetricFilter'));
    expect(filter?.Properties).toMatchObject({
      LogGroupName: { Ref: logId },
      MetricTransformations: [
        { MetricNamespace: 'Headwater/headwater', MetricName: 'DenialsUnreadable', MetricValue: '1' },
      ],
    });
    expect(accessFunctionCode()).toContain(`console.log('${JSON.parse(filter?.Properties.FilterPattern)}`);
  });
});

describe('errors', () => {
  test('are kept for a second, every one that CloudFront would keep for ten', () => {
    const errors: { ErrorCode: number; ErrorCachingMinTTL: number }[] = config().CustomErrorResponses;
    expect(errors.map(({ ErrorCode }) => ErrorCode)).toEqual([
      400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504,
    ]);
    expect(new Set(errors.map(({ ErrorCachingMinTTL }) => ErrorCachingMinTTL))).toEqual(new Set([1]));
  });

  test('of media are never answered with the page', () => {
    expect(JSON.stringify(config().CustomErrorResponses)).not.toContain('ResponsePagePath');
  });
});

describe('origins', () => {
  const origin = (id: string): OriginConfig | undefined =>
    (config().Origins as OriginConfig[]).find(({ Id }) => Id === id);

  test('are each region’s bucket by its regional name, the page, and the function for its documents', () => {
    expect((config().Origins as OriginConfig[]).map(({ Id }) => Id).toSorted()).toEqual([
      'ca-central-1',
      'documents',
      'documents-or-file',
      'eu-central-1',
      'page',
      'page-file',
    ]);
    expect(JSON.stringify(origin('eu-central-1')?.DomainName)).toContain(
      'headwater-origin-111122223333-eu-central-1.s3.eu-central-1.',
    );
  });

  test('are all asked in CloudFront’s own name, and each request is signed', () => {
    const controls = template.findResources('AWS::CloudFront::OriginAccessControl');
    for (const { Id, OriginAccessControlId } of config().Origins as OriginConfig[]) {
      const [id] = (OriginAccessControlId as { 'Fn::GetAtt': [string] })['Fn::GetAtt'];
      expect(controls[id]?.Properties.OriginAccessControlConfig).toMatchObject({
        OriginAccessControlOriginType: Id.startsWith('documents') ? 'lambda' : 's3',
        SigningBehavior: 'always',
        SigningProtocol: 'sigv4',
      });
    }
  });

  test('have their Origin Shield beside the bucket, or the nearest there is', () => {
    expect(origin('eu-central-1')?.OriginShield).toEqual({
      Enabled: true,
      OriginShieldRegion: 'eu-central-1',
    });
    expect(origin('ca-central-1')?.OriginShield).toEqual({ Enabled: true, OriginShieldRegion: 'us-east-1' });
  });

  test('are given up before a player’s buffer is empty', () => {
    expect(origin('eu-central-1')).toMatchObject({
      ConnectionAttempts: 2,
      ConnectionTimeout: 2,
      S3OriginConfig: { OriginReadTimeout: 5 },
    });
  });
});

describe('what viewers speak', () => {
  test('is HTTP/2 and 3 over both IPs, with TLS 1.2 at least and the domain’s own certificate', () => {
    expect(config()).toMatchObject({ HttpVersion: 'http2and3', IPV6Enabled: true, Aliases: [domain.name] });
    expect(config().ViewerCertificate).toMatchObject({
      MinimumProtocolVersion: 'TLSv1.2_2021',
      SslSupportMethod: 'sni-only',
    });
    template.hasResourceProperties('AWS::CertificateManager::Certificate', {
      DomainName: domain.name,
      ValidationMethod: 'DNS',
      DomainValidationOptions: [{ DomainName: domain.name, HostedZoneId: domain.hostedZoneId }],
    });
  });

  test('is found under the domain, by both IPs', () => {
    for (const Type of ['A', 'AAAA']) {
      template.hasResourceProperties('AWS::Route53::RecordSet', { Name: 'live.example.com.', Type });
    }
    expect(baseUrl).toBe('https://live.example.com');
  });

  test('without a domain is CloudFront’s own name and certificate', () => {
    const plain = edgeOf();
    plain.template.resourceCountIs('AWS::CertificateManager::Certificate', 0);
    plain.template.resourceCountIs('AWS::Route53::RecordSet', 0);
    expect(JSON.stringify(plain.baseUrl)).toContain('DomainName');
  });

  test('is never plain HTTP for media', () => {
    expect(new Set(media().map(({ ViewerProtocolPolicy }) => ViewerProtocolPolicy))).toEqual(
      new Set(['https-only']),
    );
    expect(config().DefaultCacheBehavior.ViewerProtocolPolicy).toBe('redirect-to-https');
  });
});

describe('headers', () => {
  const policy = (name: string) =>
    Object.values(template.findResources('AWS::CloudFront::ResponseHeadersPolicy')).find(
      ({ Properties }) => Properties.ResponseHeadersPolicyConfig.Name === name,
    )?.Properties.ResponseHeadersPolicyConfig;

  test('let any page play media, and read the ages and clocks that players need', () => {
    expect(policy('headwater-media').CorsConfig).toMatchObject({
      AccessControlAllowCredentials: false,
      AccessControlAllowOrigins: { Items: ['*'] },
      AccessControlAllowMethods: { Items: ['GET', 'HEAD', 'OPTIONS'] },
      AccessControlExposeHeaders: { Items: expect.arrayContaining(['Age', 'Date', 'ETag', 'X-Cache']) },
      OriginOverride: true,
    });
  });

  test('keep the page to itself', () => {
    expect(policy('headwater-page').SecurityHeadersConfig).toMatchObject({
      ContentSecurityPolicy: { ContentSecurityPolicy: contentSecurityPolicy({}), Override: true },
      FrameOptions: { FrameOption: 'DENY', Override: true },
      ContentTypeOptions: { Override: true },
      StrictTransportSecurity: { AccessControlMaxAgeSec: 31_536_000 },
    });
  });

  test('let the document of the player say who may frame it, and nobody where it says nothing', () => {
    expect(policy('headwater-page-embedded').SecurityHeadersConfig).toMatchObject({
      ContentSecurityPolicy: { ContentSecurityPolicy: contentSecurityPolicy({}), Override: false },
    });
    expect(policy('headwater-page-embedded').SecurityHeadersConfig).not.toHaveProperty('FrameOptions');
    expect(policy('headwater-page-viewer').SecurityHeadersConfig).toMatchObject({
      ContentSecurityPolicy: { Override: true },
      FrameOptions: { FrameOption: 'DENY' },
    });
    const policies = template.findResources('AWS::CloudFront::ResponseHeadersPolicy');
    const nameOf = (id: string) => policies[id]?.Properties.ResponseHeadersPolicyConfig.Name;
    const using = (name: string) =>
      behaviours()
        .filter(({ ResponseHeadersPolicyId: id }) => id && nameOf(id.Ref) === name)
        .map(({ PathPattern }) => PathPattern);
    expect(using('headwater-page-embedded')).toEqual(['/embed/*']);
    expect(using('headwater-page-viewer')).toEqual(['/watch/*', '/oembed']);
  });
});

describe('the documents of streams’ pages', () => {
  const of = (pattern: string) =>
    behaviours().find(({ PathPattern }) => PathPattern === pattern) as Behaviour;
  const groups = () =>
    config().OriginGroups.Items as { Id: string; Members: { Items: { OriginId: string }[] } }[];

  test('come from the function, which only this distribution may call', () => {
    expect(of('/embed/*').TargetOriginId).toBe('documents');
    expect(of('/oembed').TargetOriginId).toBe('documents');
    expect(only('AWS::Lambda::Url')).toMatchObject({ AuthType: 'AWS_IAM' });
    const permissions = Object.values(template.findResources('AWS::Lambda::Permission')).filter(
      ({ Properties }) => Properties.Principal === 'cloudfront.amazonaws.com',
    );
    expect(permissions.length).toBeGreaterThan(0);
    for (const { Properties } of permissions) expect(Properties).toHaveProperty('SourceArn');
  });

  test('have the page’s file behind them, for the viewer page', () => {
    const group = groups().find(({ Id }) => Id === of('/watch/*').TargetOriginId);
    expect(group?.Members.Items.map(({ OriginId }) => OriginId)).toEqual(['documents-or-file', 'page-file']);
  });

  test('are cached by the page’s one address, and nothing else that a viewer sends', () => {
    const { CachePolicyId } = of('/watch/*');
    const policies = template.findResources('AWS::CloudFront::CachePolicy');
    const policy = policies[(CachePolicyId as { Ref: string }).Ref]?.Properties;
    expect(policy?.CachePolicyConfig).toMatchObject({
      MinTTL: 1,
      ParametersInCacheKeyAndForwardedToOrigin: {
        CookiesConfig: { CookieBehavior: 'none' },
        HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['x-headwater-page'] },
        QueryStringsConfig: { QueryStrings: ['url', 'format', 'maxwidth', 'maxheight'] },
      },
    });
  });
});

describe('the firewall', () => {
  interface Rule {
    readonly Name: string;
    readonly Statement: {
      readonly RateBasedStatement?: { readonly Limit: number; readonly EvaluationWindowSec: number };
      readonly ManagedRuleGroupStatement?: { readonly ScopeDownStatement: unknown };
    };
  }
  const rules = (): Rule[] => only('AWS::WAFv2::WebACL').Rules;
  const noMedia = {
    NotStatement: {
      Statement: {
        RegexMatchStatement: expect.objectContaining({ RegexString: '\\.(m4s|mp4|m3u8|mpd|jpg|vtt)$' }),
      },
    },
  };

  test('stands before the distribution', () => {
    const [id] = Object.keys(template.findResources('AWS::WAFv2::WebACL'));
    expect(config().WebACLId).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
    expect(only('AWS::WAFv2::WebACL').Scope).toBe('CLOUDFRONT');
  });

  test('looks into nothing that is media', () => {
    const managed = rules().flatMap(({ Statement }) => Statement.ManagedRuleGroupStatement ?? []);
    expect(managed).toHaveLength(3);
    for (const group of managed) expect(group.ScopeDownStatement).toEqual(noMedia);
  });

  test('lets a thousand viewers behind one address watch: four requests a second each', () => {
    const rate = rules().find(({ Name }) => Name === 'media-rate')?.Statement.RateBasedStatement;
    expect(rate).toMatchObject({ Limit: 240_000, EvaluationWindowSec: 60 });
  });

  test('keeps no samples of media requests, whose paths may have playback tokens', () => {
    interface Sampling {
      readonly Name: string;
      readonly VisibilityConfig: { readonly SampledRequestsEnabled: boolean };
    }
    const sampled = (only('AWS::WAFv2::WebACL').Rules as Sampling[]).filter(
      ({ VisibilityConfig }) => VisibilityConfig.SampledRequestsEnabled,
    );
    expect(sampled.length).toBeGreaterThan(0);
    expect(sampled.map(({ Name }) => Name)).not.toContain('media-rate');
    expect(only('AWS::WAFv2::WebACL').VisibilityConfig.SampledRequestsEnabled).toBe(false);
  });

  test('writes down what it refused, without secrets that came along', () => {
    expect(only('AWS::WAFv2::LoggingConfiguration')).toMatchObject({
      LoggingFilter: { DefaultBehavior: 'DROP' },
      RedactedFields: [
        { UriPath: {} },
        { QueryString: {} },
        { SingleHeader: { Name: 'authorization' } },
        { SingleHeader: { Name: 'cookie' } },
      ],
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: 'aws-waf-logs-headwater-edge',
      RetentionInDays: 30,
    });
  });
});

describe('the access logs', () => {
  test('are standard logging v2 of this distribution, delivered as Parquet, by hour', () => {
    expect(only('AWS::Logs::DeliverySource')).toMatchObject({ LogType: 'ACCESS_LOGS' });
    expect(JSON.stringify(only('AWS::Logs::DeliverySource').ResourceArn)).toContain(':distribution/');
    expect(only('AWS::Logs::DeliveryDestination')).toMatchObject({ OutputFormat: 'parquet' });
    expect(only('AWS::Logs::Delivery')).toMatchObject({
      S3SuffixPath: '{DistributionId}/{yyyy}/{MM}/{dd}/{HH}',
      S3EnableHiveCompatiblePath: true,
    });
    expect(config().Logging).toBeUndefined();
  });

  test('hold neither a viewer’s address nor cookies nor query strings, nor paths with playback tokens', () => {
    const fields: string[] = only('AWS::Logs::Delivery').RecordFields;
    expect(fields).toContain('x-edge-result-type');
    for (const field of [
      'c-ip',
      'x-forwarded-for',
      'cs(Cookie)',
      'cs(Referer)',
      'cs-uri-stem',
      'cs-uri-query',
    ]) {
      expect(fields).not.toContain(field);
    }
  });

  test('may be written by the log delivery alone, and are forgotten', () => {
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Sid: 'LogDelivery',
            Principal: { Service: 'delivery.logs.amazonaws.com' },
            Condition: Match.objectLike({
              ArnLike: { 'aws:SourceArn': 'arn:aws:logs:us-east-1:111122223333:delivery-source:*' },
            }),
          }),
        ]),
      },
    });
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 30 })] },
    });
  });
});

describe('too many regions', () => {
  test('do not become a template that CloudFront refuses', () => {
    const many = Array.from({ length: 15 }, (_, index) => `eu-central-${index}`);
    expect(() =>
      templateOf((stack) => {
        const { retention } = testDeployment();
        const page = new PlayerPage(stack, 'Player', { deployment: 'headwater' });
        const documents = documentsOf(stack, page);
        new EdgeDistribution(stack, 'Edge', {
          deployment: 'headwater',
          regions: many,
          page,
          documents,
          retention,
        });
      }, 'us-east-1'),
    ).toThrow(/cache behaviours/);
  });
});
