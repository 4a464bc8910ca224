import { describe, expect, test } from '@jest/globals';
import type { Template } from 'aws-cdk-lib/assertions';
import { privilegedScopes, scopes } from '../../lib/config/scopes.ts';
import type { ConsoleConfig } from '../../lib/player/policy/runtime-config.ts';
import { regionDocumentPath } from '../../lib/player/policy/runtime-config.ts';
import { pagePolicy, regionDocument, uploadedConfig } from '../../testkit/aws/page-templates.ts';
import { synthesize } from '../../testkit/aws/platform-templates.ts';
import { resolveValues } from '../../testkit/aws/resolve-values.ts';
import { testDeployment } from '../../testkit/aws/template.ts';

const regions = ['eu-central-1', 'us-east-1'];
const jwt = {
  issuer: 'https://login.example.com/realms/live',
  audiences: ['headwater-api'],
  clientId: 'headwater-console',
  scopePrefix: 'live/',
  consoleScopes: ['streams:read', 'streams:write'],
  authorizationParameters: { audience: 'headwater-api' },
  endpointOrigins: ['https://tokens.example.com'],
};

function platformOf(api: object, validate = true) {
  const deployment = testDeployment({ regions: regions.map((name) => ({ name })), api });
  const { assembly, templates } = synthesize(deployment, { validate });
  const of = (end: string) => templates.get(`headwater-${end}`) as Template;
  return { directory: assembly.directory, edge: of('edge'), cells: regions.map(of) };
}
const withIssuer = platformOf({ jwt }, false);
const withPool = platformOf({ cognito: true });
const without = platformOf({}, false);

const flat = (value: unknown): string => JSON.stringify(resolveValues(value));
const only = (template: Template, type: string, props?: object) => {
  const found = Object.entries(template.findResources(type, props && { Properties: props }));
  expect(found).toHaveLength(1);
  return found[0] as [id: string, resource: { Properties: Record<string, unknown> }];
};

const configOf = ({ directory, edge }: typeof withIssuer) => uploadedConfig(directory, edge);

/** The sources of the page's connect-src. */
const connectSources = (edge: Template, name: string): string[] =>
  (/connect-src ([^;]+);/.exec(pagePolicy(edge, name))?.[1] ?? '').split(' ');

describe('with an issuer of its own', () => {
  test('the page knows how to sign in, and which regions there are', () => {
    expect(configOf(withIssuer)).toEqual({
      region: 'eu-central-1',
      console: {
        regions,
        signIn: {
          issuer: jwt.issuer,
          clientId: 'headwater-console',
          scopes: ['live/streams:read', 'live/streams:write'],
          parameters: { audience: 'headwater-api' },
          origins: ['https://login.example.com', 'https://tokens.example.com'],
        },
      },
    });
  });

  test('the page may connect to the issuer and the regions’ APIs, the viewer page to neither', () => {
    expect(connectSources(withIssuer.edge, 'headwater-page')).toEqual([
      "'self'",
      'https://login.example.com',
      'https://tokens.example.com',
      ...regions.map((region) => `https://*.execute-api.${region}.<AWS::URLSuffix>`),
    ]);
    expect(connectSources(withIssuer.edge, 'headwater-page-viewer')).toEqual(["'self'"]);
  });

  test('creates no user pool', () => {
    withIssuer.edge.resourceCountIs('AWS::Cognito::UserPool', 0);
  });
});

describe('with a user pool', () => {
  const { edge } = withPool;
  const [poolId] = only(edge, 'AWS::Cognito::UserPool');
  const [clientId] = only(edge, 'AWS::Cognito::UserPoolClient');
  const [distributionId] = only(edge, 'AWS::CloudFront::Distribution');

  test('only administrators create users, who need a second factor and outlive the stack', () => {
    edge.hasResource('AWS::Cognito::UserPool', {
      Properties: {
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
        MfaConfiguration: 'ON',
        EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
      },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test('the API’s scopes are the pool’s, and the privileged ones also groups', () => {
    const [, { Properties }] = only(edge, 'AWS::Cognito::UserPoolResourceServer');
    expect(Properties.Identifier).toBe('headwater');
    expect((Properties.Scopes as { ScopeName: string }[]).map(({ ScopeName }) => ScopeName)).toEqual(scopes);
    const groups = Object.values(edge.findResources('AWS::Cognito::UserPoolGroup'));
    expect(groups.map((group) => group.Properties.GroupName)).toEqual(privilegedScopes);
  });

  test('the console’s client has no secret, uses codes alone, and returns to the page only', () => {
    edge.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      GenerateSecret: false,
      AllowedOAuthFlows: ['code'],
      AllowedOAuthFlowsUserPoolClient: true,
      // Not ALLOW_REFRESH_TOKEN_AUTH: Cognito refuses it together with rotation, also as a default.
      ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'],
      RefreshTokenRotation: { Feature: 'ENABLED' },
      EnableTokenRevocation: true,
      PreventUserExistenceErrors: 'ENABLED',
    });
    const [, { Properties }] = only(edge, 'AWS::Cognito::UserPoolClient');
    const page = `["https://<${distributionId}.DomainName>/"]`;
    expect(flat(Properties.CallbackURLs)).toBe(page);
    expect(flat(Properties.LogoutURLs)).toBe(page);
    // Else the first deploy fails: Cognito rejects scopes that it doesn't know yet.
    expect(flat(Properties.AllowedOAuthScopes)).toContain(
      only(edge, 'AWS::Cognito::UserPoolResourceServer')[0],
    );
  });

  test('the page may connect to the pool and its sign-in page', () => {
    expect(connectSources(edge, 'headwater-page').slice(0, 3)).toEqual([
      "'self'",
      'https://cognito-idp.us-east-1.<AWS::URLSuffix>',
      'https://headwater-111122223333.auth.us-east-1.amazoncognito.com',
    ]);
  });

  test('the page’s configuration is filled in with the pool and the client', () => {
    const { regions: offered, signIn } = (configOf(withPool).console ?? {}) as Partial<ConsoleConfig>;
    expect(offered).toEqual(regions);
    expect(signIn?.scopes).toEqual(scopes.map((scope) => `headwater/${scope}`));
    expect(signIn?.signOutUrl).toContain(
      'https://headwater-111122223333.auth.us-east-1.amazoncognito.com/logout',
    );
    const uploads = flat(edge.findResources('Custom::CDKBucketDeployment'));
    for (const known of [`<${poolId}>`, `<${clientId}>`]) expect(uploads).toContain(known);
  });

  test.each(regions)('the API in %s accepts its tokens, and what they say', (region) => {
    const cell = withPool.cells[regions.indexOf(region)] as Template;
    const [, { Properties }] = only(cell, 'AWS::ApiGatewayV2::Authorizer');
    const read = Object.entries(cell.findResources('Custom::RemoteParameter'));
    const parameter = (name: string) =>
      read.find(([, resource]) => flat(resource.Properties).includes(`/headwater/edge/${name}`))?.[0];
    expect(flat(Properties.JwtConfiguration)).toBe(
      `{"Audience":["<${parameter('client-id')}.Parameter.Value>"],"Issuer":"<${parameter('issuer')}.Parameter.Value>"}`,
    );
    const variables = flat(cell.findResources('AWS::Lambda::Function'));
    expect(variables).toContain('"HEADWATER_JWT_SCOPE_PREFIX":"headwater/"');
    expect(variables).toContain('"HEADWATER_JWT_GROUPS_CLAIM":"cognito:groups"');
    expect(variables).toContain('"HEADWATER_JWT_OWNER_CLAIM":"sub"');
  });
});

describe.each([
  ['an issuer', withIssuer],
  ['a user pool', withPool],
])('with %s', (_words, { edge, cells }) => {
  test('each region’s deploy tells the page where its API is', () => {
    const [bucketName] = Object.values(edge.findResources('AWS::S3::Bucket'))
      .map(({ Properties }) => Properties.BucketName)
      .filter((named) => flat(named).includes('headwater-page-'));
    expect(bucketName).toBeDefined();
    for (const [index, cell] of cells.entries()) {
      const [apiId] = only(cell, 'AWS::ApiGatewayV2::Api');
      expect(regionDocument(cell)).toEqual({
        key: regionDocumentPath(regions[index] ?? '').slice(1),
        document: { apiBaseUrl: `<${apiId}.ApiEndpoint>` },
      });
      const [, { Properties }] = only(cell, 'Custom::PageRegionDocument');
      expect(flat(Properties.Create)).toMatch(/putObject.*headwater-page-/);
      for (const call of [Properties.Create, Properties.Delete]) expect(flat(call)).toContain('us-east-1');
      expect(flat(Properties.Delete)).toContain('deleteObject');
    }
  });

  test('each API answers preflights, and only pages of this deployment may read its answers', () => {
    for (const cell of cells) {
      const [, { Properties }] = only(cell, 'AWS::ApiGatewayV2::Api');
      const { AllowOrigins, AllowMethods, AllowHeaders, AllowCredentials } =
        Properties.CorsConfiguration as Record<string, string[]>;
      const [pageId] = Object.entries(cell.findResources('Custom::RemoteParameter')).find(([, resource]) =>
        flat(resource.Properties).includes('/headwater/edge/base-url'),
      ) as [string, object];
      expect(flat(AllowOrigins)).toBe(`["<${pageId}.Parameter.Value>"]`);
      expect(AllowMethods).toEqual(['GET', 'HEAD', 'POST', 'PATCH', 'DELETE']);
      expect(AllowHeaders).toEqual(expect.arrayContaining(['Authorization', 'Content-Type', 'If-Match']));
      expect(AllowCredentials).toBeUndefined();
      for (const route of Object.values(cell.findResources('AWS::ApiGatewayV2::Route'))) {
        expect(route.Properties.RouteKey).not.toMatch(/OPTIONS|ANY|\$default/);
        if (!route.Properties.RouteKey.endsWith('/card'))
          expect(route.Properties.AuthorizationType).toBe('JWT');
      }
    }
  });
});

describe('without either', () => {
  test('the page is the viewer only, and nothing is there for a console', () => {
    expect(configOf(without)).toEqual({ region: 'eu-central-1' });
    expect(connectSources(without.edge, 'headwater-page')).toEqual(["'self'"]);
    expect(flat(without.edge.toJSON())).not.toContain('page-bucket');
    for (const cell of without.cells) {
      // The function that makes streams' documents reads it, too.
      cell.resourceCountIs('Custom::PageRegionDocument', 1);
      expect(only(cell, 'AWS::ApiGatewayV2::Api')[1].Properties.CorsConfiguration).toBeUndefined();
    }
  });
});
