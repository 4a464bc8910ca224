import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnApi,
  CorsHttpMethod,
  type CorsPreflightOptions,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ChannelClass } from '../../../config/defaults.ts';
import type { Deployment } from '../../../config/deployment.ts';
import type { LadderConfig } from '../../../config/ladder.ts';
import type { ControlTables } from '../../../control-store/infra/tables.ts';
import type { EncoderTier } from '../../../control-store/records.ts';
import { PlatformFunction } from '../../../infra/function.ts';
import type { KeyPepper } from '../../infra/key-pepper.ts';
import type { PlaybackKeys } from '../../playback/infra/playback-keys-function.ts';
import type { Recordings } from '../../recordings/infra/recordings-function.ts';
import type { Takedowns } from '../../takedowns/infra/takedowns-function.ts';
import { controlFunctionCodec } from '../control-api-config.ts';

/** The issuer of tokens, and what its tokens say. */
export type TokenIssuer = Pick<
  NonNullable<Deployment['api']['jwt']>,
  | 'issuer'
  | 'audiences'
  | 'ownerClaim'
  | 'scopePrefix'
  | 'groupsClaim'
  | 'createsPerMinute'
  | 'streamsPerOwner'
>;

export interface ControlApiProps {
  /** The deployment's name. */
  readonly name: string;
  /** The region's name in playback URLs, for example `eu-central-1`. */
  readonly region: string;
  /** Where broadcasters publish. */
  readonly ingestRtmpsUrl: string;
  /** @default plain RTMP isn't accepted */
  readonly ingestRtmpUrl?: string | undefined;
  /** Base URL of the edge, with https. */
  readonly playbackBaseUrl: string;
  readonly pageBaseUrl: string;
  /** Authorization, rate limits and allowed page origins. */
  readonly access: Pick<Deployment['api'], 'requestsPerSecond' | 'burst' | 'pageOrigins'> & {
    /** The issuer whose tokens the gateway accepts. @default IAM signatures */
    readonly jwt?: TokenIssuer | undefined;
  };
  readonly tables: ControlTables;
  /** How long a stream's journal keeps its events, in days. */
  readonly eventDays: number;
  /** How long the bucket keeps quarantined recordings, in days. */
  readonly quarantineDays: number;
  readonly keyPepper: KeyPepper;
  readonly playbackKeys: PlaybackKeys;
  readonly takedowns: Takedowns;
  readonly recordings: Recordings;
  /** Encoders that a stream may choose. @default the fleet alone */
  readonly offeredEncoders?: readonly EncoderTier[];
  /** Whether the region has live origins. */
  readonly liveOrigins: boolean;
  /** Ports that destinations may use; an empty list if simulcast is off. */
  readonly pushPorts: readonly number[];
  /** Class of managed channels, for the cost estimate. */
  readonly channelClass?: ChannelClass;
  /** The ladder, for the cost estimate. @default the default ladder */
  readonly ladder?: LadderConfig;
  readonly metricsNamespace: string;
  readonly logDays: RetentionDays;
}

/** Fields of an access log line. Callers are identified by identity and source address, never by a token. */
const accessLogFields = {
  time: '$context.requestTime',
  requestId: '$context.requestId',
  method: '$context.httpMethod',
  path: '$context.path',
  status: '$context.status',
  responseBytes: '$context.responseLength',
  latencyMs: '$context.responseLatency',
  functionMs: '$context.integrationLatency',
  sourceIp: '$context.identity.sourceIp',
  userAgent: '$context.identity.userAgent',
  iamUser: '$context.identity.userArn',
  jwtSubject: '$context.authorizer.claims.sub',
  refusal: '$context.error.message',
  functionFault: '$context.integrationErrorMessage',
};

const corsFor = (origins: readonly string[]): CorsPreflightOptions => ({
  allowOrigins: [...origins],
  allowMethods: [
    CorsHttpMethod.GET,
    CorsHttpMethod.HEAD,
    CorsHttpMethod.POST,
    CorsHttpMethod.PATCH,
    CorsHttpMethod.DELETE,
  ],
  allowHeaders: [
    'Authorization',
    'Content-Type',
    'Idempotency-Key',
    'If-Match',
    'X-Amz-Date',
    'X-Amz-Security-Token',
  ],
  exposeHeaders: ['ETag', 'Idempotent-Replayed', 'Location', 'Retry-After'],
  maxAge: Duration.minutes(10),
});

/**
 * A region's control API: the same app as on a single machine, as a Lambda function behind an HTTP API. The gateway
 * requires an IAM signature or, if there is an issuer, its token. It answers preflights itself, for the page and the configured origins.
 */
export class ControlApi extends Construct {
  /** Without a trailing slash. */
  readonly apiUrl: string;
  /** As in CloudWatch. */
  readonly apiId: string;
  /** In the template. */
  readonly apiLogicalId: string;
  readonly function: PlatformFunction;

  constructor(scope: Construct, id: string, props: ControlApiProps) {
    super(scope, id);
    const { tables, keyPepper, playbackKeys, takedowns, recordings, access } = props;
    // With an issuer, the page has the console.
    const origins = [...(access.jwt ? [props.pageBaseUrl] : []), ...access.pageOrigins];
    this.function = new PlatformFunction(this, 'Function', {
      handler: 'control-api',
      description: 'Answers the control API.',
      environment: controlFunctionCodec.encode({
        controlStore: `dynamodb:${props.name}`,
        eventRetentionDays: props.eventDays,
        keyPepper: keyPepper.location,
        playbackKeys: playbackKeys.location,
        ingestRtmpsUrl: props.ingestRtmpsUrl,
        ...(props.ingestRtmpUrl !== undefined && { ingestRtmpUrl: props.ingestRtmpUrl }),
        playbackBaseUrl: props.playbackBaseUrl,
        pageBaseUrl: props.pageBaseUrl,
        region: props.region,
        origin: takedowns.origin,
        edge: takedowns.edge,
        quarantineDays: props.quarantineDays,
        takedownsFunction: takedowns.function.function.functionName,
        recordingsFunction: recordings.function.function.functionName,
        ...(props.offeredEncoders && { offeredEncoders: [...props.offeredEncoders] }),
        liveOrigins: props.liveOrigins,
        pushPorts: [...props.pushPorts],
        ...(props.channelClass && { channelClass: props.channelClass }),
        ...(props.ladder && { ladder: JSON.stringify(props.ladder) }),
        ...(access.jwt && {
          jwtOwnerClaim: access.jwt.ownerClaim,
          ...(access.jwt.scopePrefix !== '' && { jwtScopePrefix: access.jwt.scopePrefix }),
          ...(access.jwt.groupsClaim !== undefined && { jwtGroupsClaim: access.jwt.groupsClaim }),
          createsPerMinute: access.jwt.createsPerMinute,
          streamsPerOwner: access.jwt.streamsPerOwner,
        }),
        allowedOrigins: origins,
      }),
      metricsNamespace: props.metricsNamespace,
      logDays: props.logDays,
      // A third of a CPU: a cold start consists of compiling the bundle.
      memoryMiB: 512,
      // Less than the gateway's 30 s, so that callers get the function's own response.
      timeout: Duration.seconds(20),
    });
    tables.grantAccess('api', this.function);
    keyPepper.grantRead(this.function);
    playbackKeys.grantRead(this.function);
    takedowns.grantTakedown(this.function);
    recordings.grantInvoke(this.function);

    const api = new HttpApi(this, 'Api', {
      apiName: `${props.name}-control`,
      description: `Control API of ${props.name} in ${props.region}.`,
      createDefaultStage: false,
      ...(origins.length > 0 && { corsPreflight: corsFor(origins) }),
    });
    const integration = new HttpLambdaIntegration('Function', this.function.function, {
      scopePermissionToRoute: false,
    });
    const [open] = api.addRoutes({
      path: '/v1/streams/{id}/card',
      methods: [HttpMethod.GET],
      integration,
      authorizer: new HttpNoneAuthorizer(),
    });
    api.addRoutes({
      path: '/{proxy+}',
      // Not ANY: that would include and refuse preflights, which the gateway answers itself.
      methods: [HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST, HttpMethod.PATCH, HttpMethod.DELETE],
      integration,
      authorizer: access.jwt
        ? new HttpJwtAuthorizer('Jwt', access.jwt.issuer, { jwtAudience: access.jwt.audiences })
        : new HttpIamAuthorizer(),
    });
    if (open)
      Validations.of(open).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason:
          'What it answers may be known by anyone: the function that makes the page’s documents asks it for link previews.',
      });
    const accessLog = new LogGroup(this, 'AccessLog', {
      // This prefix takes up no extra space in the account's single log resource policy.
      logGroupName: `/aws/vendedlogs/${props.name}/control-api`,
      retention: props.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: access.requestsPerSecond, burstLimit: access.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLog),
        format: AccessLogFormat.custom(JSON.stringify(accessLogFields)),
      },
    });
    // The API opens with its routes and its permission to call the function.
    stage.node.addDependency(api);
    this.apiUrl = api.apiEndpoint;
    this.apiId = api.apiId;
    this.apiLogicalId = Stack.of(this).getLogicalId(api.node.defaultChild as CfnApi);
  }
}
