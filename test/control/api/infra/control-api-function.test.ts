import { describe, expect, test } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { controlFunctionCodec } from '../../../../lib/control/api/control-api-config.ts';
import { ControlApi } from '../../../../lib/control/api/infra/control-api-function.ts';
import { KeyPepper } from '../../../../lib/control/infra/key-pepper.ts';
import { PlaybackKeys } from '../../../../lib/control/playback/infra/playback-keys-function.ts';
import { routeAccess } from '../../../../lib/control/policy/access.ts';
import { Recordings } from '../../../../lib/control/recordings/infra/recordings-function.ts';
import { Takedowns } from '../../../../lib/control/takedowns/infra/takedowns-function.ts';
import { ControlTables } from '../../../../lib/control-store/infra/tables.ts';
import { OriginBucket } from '../../../../lib/origin/infra/origin-bucket.ts';
import { actionsOf, statementsOf } from '../../../../testkit/aws/permissions.ts';
import { templateOf, testDeployment } from '../../../../testkit/aws/template.ts';

const denialsArn = 'arn:aws:cloudfront::111122223333:key-value-store/0f0e';
const page = 'https://live.example.com';
const jwt = { issuer: 'https://login.example.com', audiences: ['headwater'] };

const build = (api: object = {}, ingestRtmpUrl?: string) =>
  templateOf((stack) => {
    const tables = new ControlTables(stack, 'Tables', { name: 'live', keepOnDelete: true });
    const { encryptionKey } = tables;
    const keyPepper = new KeyPepper(stack, 'KeyPepper', { name: 'live', keepOnDelete: true, encryptionKey });
    const logs = { metricsNamespace: 'Headwater/live', logDays: RetentionDays.ONE_MONTH };
    const origin = new OriginBucket(stack, 'Origin', {
      deployment: 'live',
      retention: testDeployment().retention,
    });
    const place = { name: 'live', region: 'eu-central-1', tables, origin, eventDays: 400 };
    const recordings = new Recordings(stack, 'Recordings', { ...place, ...logs });
    const takedowns = new Takedowns(stack, 'Takedowns', {
      ...place,
      distributionId: 'EDFDVBD6EXAMPLE',
      denialsArn,
      ...logs,
    });
    const playbackKeys = new PlaybackKeys(stack, 'PlaybackKeys', {
      name: 'live',
      region: 'eu-central-1',
      encryptionKey,
      denialsArn,
      ...logs,
    });
    new ControlApi(stack, 'Control', {
      pushPorts: [443, 1935],
      liveOrigins: true,
      name: 'live',
      region: 'eu-central-1',
      ingestRtmpsUrl: 'rtmps://ingest.example.com/live',
      ingestRtmpUrl,
      playbackBaseUrl: page,
      pageBaseUrl: page,
      access: testDeployment({ api }).api,
      tables,
      eventDays: 400,
      quarantineDays: 365,
      keyPepper,
      playbackKeys,
      takedowns,
      recordings,
      ...logs,
    });
  });
const template = build();
const routes = (of = template) =>
  Object.values(of.findResources('AWS::ApiGatewayV2::Route'))
    .map(({ Properties }) => Properties)
    .filter(({ RouteKey }) => RouteKey !== openRoute);

/** What anyone may ask. */
const openRoute = 'GET /v1/streams/{id}/card';

describe('the way in', () => {
  test('asks for an IAM signature on every route', () => {
    expect(routes().map(({ RouteKey, AuthorizationType }) => [RouteKey, AuthorizationType])).toEqual(
      ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'].map((method) => [`${method} /{proxy+}`, 'AWS_IAM']),
    );
  });

  test('asks for the issuer’s token on every route, where there is an issuer', () => {
    const open = build({ jwt });
    open.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: jwt.issuer, Audience: jwt.audiences },
    });
    expect(routes(open).map(({ AuthorizationType }) => AuthorizationType)).toEqual(Array(5).fill('JWT'));
  });

  test('lets anyone ask what anyone may know of a stream, and nothing else', () => {
    const all = Object.values(template.findResources('AWS::ApiGatewayV2::Route'));
    const open = all.filter(({ Properties }) => Properties.AuthorizationType === 'NONE');
    expect(open.map(({ Properties }) => Properties.RouteKey)).toEqual([openRoute]);
    expect(routeAccess[openRoute]).toBe('open');
  });

  test('tells the function how to read tokens, and what their owners may have; without an issuer it reads none', () => {
    const variables = (of: typeof template) =>
      Object.values(of.findResources('AWS::Lambda::Function')).flatMap(({ Properties }) => {
        const all: Record<string, unknown> = Properties.Environment?.Variables ?? {};
        return Object.keys(all).includes('HEADWATER_TAKEDOWNS_FUNCTION') ? [all] : [];
      });
    const own = { ...jwt, ownerClaim: 'tenant', scopePrefix: 'headwater/', streamsPerOwner: 3 };
    expect(variables(build({ jwt: own }))).toEqual([
      expect.objectContaining({
        HEADWATER_JWT_OWNER_CLAIM: 'tenant',
        HEADWATER_JWT_SCOPE_PREFIX: 'headwater/',
        HEADWATER_CREATES_PER_MINUTE: '20',
        HEADWATER_STREAMS_PER_OWNER: '3',
      }),
    ]);
    expect(variables(template).map((all) => Object.keys(all).filter((name) => name.includes('JWT')))).toEqual(
      [[]],
    );
  });

  test('leaves preflights to the gateway, which answers them for the configured pages only', () => {
    for (const { RouteKey } of routes()) expect(RouteKey).not.toMatch(/ANY|OPTIONS|\$default/);
    const [api] = Object.values(template.findResources('AWS::ApiGatewayV2::Api'));
    expect(api?.Properties.CorsConfiguration).toBeUndefined();
    build({ pageOrigins: [page] }).hasResourceProperties('AWS::ApiGatewayV2::Api', {
      CorsConfiguration: {
        AllowOrigins: [page],
        AllowHeaders: Match.arrayWith(['Authorization', 'Idempotency-Key', 'If-Match']),
        AllowCredentials: Match.absent(),
      },
    });
  });

  test('is throttled as the deployment says', () => {
    build({ requestsPerSecond: 7, burst: 9 }).hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      DefaultRouteSettings: { ThrottlingRateLimit: 7, ThrottlingBurstLimit: 9 },
    });
  });

  test('logs every request as JSON, never with what lets one in', () => {
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    const line = JSON.parse(stage?.Properties.AccessLogSettings.Format);
    expect(line).toMatchObject({ requestId: '$context.requestId', status: '$context.status' });
    expect(JSON.stringify(line)).not.toMatch(/authorization/i);
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: '/aws/vendedlogs/live/control-api',
      RetentionInDays: 30,
    });
  });

  test('may be used by this API only', () => {
    const permissions = Object.values(template.findResources('AWS::Lambda::Permission')).filter(
      ({ Properties }) => JSON.stringify(Properties.FunctionName).includes('"Control'),
    );
    expect(permissions.map(({ Properties }) => Properties.Principal)).toEqual(['apigateway.amazonaws.com']);
  });
});

describe('the function behind it', () => {
  const environment = (of = template) =>
    Object.values(of.findResources('AWS::Lambda::Function')).find(({ Properties }) =>
      Properties.Description.includes('control API'),
    )?.Properties.Environment.Variables;
  const statements = statementsOf(template, 'Control');

  test('is told where the pepper is, not what it is', () => {
    const [pepper] = Object.keys(template.findResources('AWS::SecretsManager::Secret'));
    expect(environment().HEADWATER_KEY_PEPPER).toEqual({
      'Fn::Join': ['', ['secretsmanager:', { Ref: pepper }]],
    });
    expect(JSON.stringify(template.toJSON())).not.toContain('{{resolve:secretsmanager');
  });

  test('is told where the playback keys are, once there are some', () => {
    const [current] = Object.keys(template.findResources('Custom::PlaybackKeys'));
    expect(environment().HEADWATER_PLAYBACK_KEYS).toEqual({
      'Fn::Join': ['', ['secretsmanager:', { Ref: current }]],
    });
  });

  test('can read what it is told', () => {
    const env = { ...environment(build({}, 'rtmp://ingest.example.com/live')) };
    env.HEADWATER_PLAYBACK_KEYS = 'secretsmanager:live-playback-keys';
    env.HEADWATER_KEY_PEPPER =
      'secretsmanager:arn:aws:secretsmanager:eu-central-1:111122223333:secret:live/x-AbCdEf';
    // Names that CloudFormation fills in.
    env.HEADWATER_ORIGIN = 's3://live-origin';
    env.HEADWATER_TAKEDOWNS_FUNCTION = 'live-takedowns';
    env.HEADWATER_RECORDINGS_FUNCTION = 'live-recordings';
    expect(controlFunctionCodec.decode(env)).toMatchObject({
      controlStore: 'dynamodb:live',
      eventRetentionDays: 400,
      ingestRtmpUrl: 'rtmp://ingest.example.com/live',
      edge: `cloudfront:EDFDVBD6EXAMPLE,${denialsArn}`,
      allowedOrigins: [],
    });
    expect(environment().HEADWATER_INGEST_RTMP_URL).toBeUndefined();
  });

  test('may use its tables, read the pepper, write its log and take streams down', () => {
    const others = actionsOf(statements).filter((action) => !action.startsWith('dynamodb:'));
    expect(others).toEqual([
      'cloudfront-keyvaluestore:DeleteKey',
      'cloudfront-keyvaluestore:DescribeKeyValueStore',
      'cloudfront-keyvaluestore:GetKey',
      'cloudfront-keyvaluestore:PutKey',
      'cloudfront:CreateInvalidation',
      'cloudfront:GetInvalidation',
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'lambda:InvokeFunction',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      's3:DeleteObject',
      's3:GetObject',
      's3:ListBucket',
      's3:PutObject',
      'secretsmanager:GetSecretValue',
    ]);
    const wild = statements.filter(({ Resource }) => JSON.stringify(Resource).includes('*'));
    expect(wild.map(({ Action }) => Action)).toEqual([['s3:DeleteObject', 's3:GetObject', 's3:PutObject']]);
  });
});

test('the pepper is made by Secrets Manager, under the region’s key, and stays as long as the streams', () => {
  const [key] = Object.keys(template.findResources('AWS::KMS::Key'));
  template.hasResource('AWS::SecretsManager::Secret', {
    Properties: {
      Name: 'live/key-pepper',
      GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
      KmsKeyId: { 'Fn::GetAtt': [key, 'Arn'] },
    },
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
  });
});
