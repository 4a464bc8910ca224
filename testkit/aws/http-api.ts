import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Template } from 'aws-cdk-lib/assertions';
import { createRemoteJWKSet, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { resolveValues } from './resolve-values.ts';

/** An HTTP API as its template declares it. */
interface HttpApiSettings {
  readonly methods: readonly string[];
  readonly issuer: string;
  audiences: readonly string[];
  readonly cors:
    | {
        readonly AllowOrigins: readonly string[];
        readonly AllowMethods: readonly string[];
        readonly AllowHeaders: readonly string[];
        readonly ExposeHeaders: readonly string[];
        readonly MaxAge: number;
      }
    | undefined;
}

export interface HttpApiParts {
  /** A region's template with one HTTP API, whose routes have a JWT authorizer. */
  readonly template: Template;
  /** Values of the template's references; see `resolveValues`. */
  readonly refer?: (name: string) => string;
  /** The issuer's keys, where the stand-in can reach them. */
  readonly keys: URL | JWTVerifyGetKey;
  /** The function behind every route. */
  readonly handler: (event: never) => Promise<unknown>;
  /** Certificate and key. */
  readonly tls: Pick<ServerOptions, 'cert' | 'key'>;
}

interface FunctionResult {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

const only = (template: Template, type: string): Record<string, unknown> => {
  const [found, ...others] = Object.values(template.findResources(type));
  if (!found || others.length > 0)
    throw new Error(`The template has ${others.length + (found ? 1 : 0)} ${type}.`);
  return found.Properties as Record<string, unknown>;
};

function settingsOf(template: Template, refer?: (name: string) => string): HttpApiSettings {
  const resolved = <Properties>(type: string) => resolveValues(only(template, type), refer) as Properties;
  const { JwtConfiguration } = resolved<{ JwtConfiguration: { Issuer: string; Audience: string[] } }>(
    'AWS::ApiGatewayV2::Authorizer',
  );
  const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route'));
  return {
    methods: routes.map(({ Properties }) => String(Properties.RouteKey).split(' ')[0] ?? ''),
    issuer: JwtConfiguration.Issuer,
    audiences: JwtConfiguration.Audience,
    cors: resolved<{ CorsConfiguration?: HttpApiSettings['cors'] }>('AWS::ApiGatewayV2::Api')
      .CorsConfiguration,
  };
}

/**
 * Stands in for API Gateway in front of a function: routes, CORS and the JWT authorizer of an HTTP API, as its documentation says.
 * It answers preflights itself, without authorization, and puts its own CORS headers on the function's answers in place of others; none
 * are promised for its own refusals, so those have none.
 */
export class HttpApiStandIn {
  readonly port: number;
  /** `METHOD path status` of each request, preflights included. */
  readonly requests: string[];
  readonly close: () => Promise<void>;
  readonly #settings: { audiences: readonly string[] };

  private constructor(
    port: number,
    requests: string[],
    settings: { audiences: readonly string[] },
    close: () => Promise<void>,
  ) {
    this.port = port;
    this.requests = requests;
    this.#settings = settings;
    this.close = close;
  }

  /** Changes what the authorizer accepts, as another deploy would. Returns what it accepted before. */
  accept(audiences: readonly string[]): readonly string[] {
    const before = this.#settings.audiences;
    this.#settings.audiences = audiences;
    return before;
  }

  static async start({ template, refer, keys, handler, tls }: HttpApiParts): Promise<HttpApiStandIn> {
    const settings = settingsOf(template, refer);
    const getKey = keys instanceof URL ? createRemoteJWKSet(keys) : keys;
    const requests: string[] = [];
    const server = createServer(tls, (request, response) => {
      response.on('finish', () => requests.push(`${request.method} ${request.url} ${response.statusCode}`));
      void answer(request, response, settings, getKey, handler).catch((fault: unknown) => {
        refuse(response, 500, 'Internal Server Error');
        requests.push(String(fault));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new HttpApiStandIn((server.address() as AddressInfo).port, requests, settings, async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    });
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { cors, methods, ...issuer }: HttpApiSettings,
  getKey: JWTVerifyGetKey,
  handler: HttpApiParts['handler'],
): Promise<void> {
  const { method = '', headers } = request;
  const { origin } = headers;
  const isAllowed = cors !== undefined && origin !== undefined && cors.AllowOrigins.includes(origin);
  const allowOrigin = () => {
    if (!isAllowed) return;
    response.setHeader('Access-Control-Allow-Origin', origin);
    response.setHeader('Access-Control-Expose-Headers', cors.ExposeHeaders.join(','));
  };
  if (cors && method === 'OPTIONS' && origin !== undefined && headers['access-control-request-method']) {
    allowOrigin();
    if (isAllowed) {
      response.setHeader('Access-Control-Allow-Methods', cors.AllowMethods.join(','));
      response.setHeader('Access-Control-Allow-Headers', cors.AllowHeaders.join(','));
      response.setHeader('Access-Control-Max-Age', cors.MaxAge);
    }
    response.writeHead(204).end();
    return;
  }
  if (!methods.includes(method)) return refuse(response, 404, 'Not Found');
  const claims = await claimsOf(headers.authorization, issuer, getKey);
  if (!claims) return refuse(response, 401, 'Unauthorized');
  const result = (await handler((await eventOf(request, claims)) as never)) as FunctionResult;
  allowOrigin();
  for (const [name, value] of Object.entries(result.headers ?? {})) {
    if (!name.startsWith('access-control-')) response.setHeader(name, value);
  }
  response.writeHead(result.statusCode);
  response.end(result.isBase64Encoded ? Buffer.from(result.body ?? '', 'base64') : result.body);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ message }));
}

/** The token's claims, if issuer, audience, signature (RSA alone) and times are right. */
async function claimsOf(
  authorization: string | undefined,
  { issuer, audiences }: Pick<HttpApiSettings, 'issuer' | 'audiences'>,
  getKey: JWTVerifyGetKey,
): Promise<JWTPayload | undefined> {
  const token = authorization?.replace(/^Bearer /i, '');
  if (!token) return undefined;
  try {
    const { payload } = await jwtVerify(token, getKey, {
      issuer,
      algorithms: ['RS256', 'RS384', 'RS512'],
      requiredClaims: ['exp', 'iat'],
    });
    // Without an audience, as from Cognito, the client counts.
    const named = payload.aud ?? payload.client_id;
    return [named].flat().some((each) => audiences.includes(String(each))) ? payload : undefined;
  } catch {
    return undefined;
  }
}

/** Payload format 2.0. The gateway passes each claim on as text, lists as `[a b]`. */
async function eventOf(request: IncomingMessage, claims: JWTPayload): Promise<object> {
  const { pathname, search } = new URL(request.url ?? '/', 'https://gateway');
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const text = (claim: unknown) => (Array.isArray(claim) ? `[${claim.join(' ')}]` : String(claim));
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(',')]),
  );
  const method = request.method ?? '';
  return {
    version: '2.0',
    routeKey: `${method} /{proxy+}`,
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers,
    requestContext: {
      domainName: request.headers.host,
      http: { method, path: pathname, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
      stage: '$default',
      authorizer: {
        jwt: {
          claims: Object.fromEntries(Object.entries(claims).map(([name, claim]) => [name, text(claim)])),
          scopes: null,
        },
      },
    },
    isBase64Encoded: body.length > 0,
    ...(body.length > 0 && { body: body.toString('base64') }),
  };
}
