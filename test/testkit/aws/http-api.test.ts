import { request as httpsRequest } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { makeSelfSigned } from '../../../lib/adapters/node/self-signed.ts';
import { HttpApiStandIn } from '../../../testkit/aws/http-api.ts';

const issuer = 'https://login.example.com';
const page = 'https://live.example.com';
const ours = await generateKeyPair('RS256', { extractable: true });
const theirs = await generateKeyPair('RS256');
const elliptic = await generateKeyPair('ES256', { extractable: true });
type KeyLike = typeof ours.privateKey;
const jwks = {
  keys: [
    { ...(await exportJWK(ours.publicKey)), kid: 'rsa' },
    { ...(await exportJWK(elliptic.publicKey)), kid: 'ec' },
  ],
};
const template = Template.fromJSON({
  Resources: {
    Api: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        CorsConfiguration: {
          AllowOrigins: [page],
          AllowMethods: ['GET', 'POST'],
          AllowHeaders: ['Authorization'],
          ExposeHeaders: ['ETag'],
          MaxAge: 600,
        },
      },
    },
    Authorizer: {
      Type: 'AWS::ApiGatewayV2::Authorizer',
      Properties: { JwtConfiguration: { Issuer: issuer, Audience: ['api'] } },
    },
    Get: { Type: 'AWS::ApiGatewayV2::Route', Properties: { RouteKey: 'GET /{proxy+}' } },
    Post: { Type: 'AWS::ApiGatewayV2::Route', Properties: { RouteKey: 'POST /{proxy+}' } },
  },
});

let api: HttpApiStandIn;
const events: { requestContext: { authorizer: { jwt: { claims: object } } } }[] = [];
beforeAll(async () => {
  const { certificate: cert, privateKey: key } = await makeSelfSigned({ hosts: ['localhost'] }, 1, 'ec');
  api = await HttpApiStandIn.start({
    template,
    keys: createLocalJWKSet(jwks),
    handler: async (event) => {
      events.push(event);
      return { statusCode: 200, headers: { 'access-control-allow-origin': '*', etag: '"1"' }, body: 'ok' };
    },
    tls: { cert, key },
  });
});
afterAll(() => api.close());

const send = (method: string, headers: Record<string, string>) =>
  new Promise<{ status: number; headers: Record<string, unknown> }>((resolve, reject) => {
    httpsRequest(
      { port: api.port, host: '127.0.0.1', method, path: '/v1/streams', headers, rejectUnauthorized: false },
      (response) => {
        response
          .resume()
          .on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
      },
    )
      .on('error', reject)
      .end();
  });

const token = (
  claims: Record<string, unknown> = {},
  key: KeyLike = ours.privateKey,
  kid = 'rsa',
  alg = 'RS256',
) =>
  new SignJWT({ iss: issuer, aud: 'api', sub: 'ann', ...claims })
    .setProtectedHeader({ alg, kid })
    .setIssuedAt()
    .setExpirationTime((claims.exp as number | undefined) ?? '5m')
    .sign(key);

describe('a stand-in for an HTTP API', () => {
  test('answers preflights itself, without a token, with permission for the page alone', async () => {
    const ask = (origin: string) => send('OPTIONS', { origin, 'access-control-request-method': 'POST' });
    expect(await ask(page)).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-origin': page, 'access-control-allow-headers': 'Authorization' },
    });
    const foreign = await ask('https://evil.example');
    expect(foreign.headers).not.toHaveProperty('access-control-allow-origin');
    expect(events).toEqual([]);
  });

  test('passes on the claims of a good token, as text, and puts its own CORS headers in place of the function’s', async () => {
    const authorization = `Bearer ${await token({ groups: ['a', 'b'] })}`;
    const answer = await send('GET', { origin: page, authorization });
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'access-control-allow-origin': page, 'access-control-expose-headers': 'ETag', etag: '"1"' },
    });
    expect(events.at(-1)?.requestContext.authorizer.jwt.claims).toMatchObject({
      sub: 'ann',
      groups: '[a b]',
    });
    const foreign = await send('GET', { origin: 'https://evil.example', authorization });
    expect(foreign.headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('takes the client where there is no audience, as in Cognito’s access tokens', async () => {
    const of = async (claims: object) =>
      (await send('GET', { authorization: `Bearer ${await token({ aud: undefined, ...claims })}` })).status;
    expect([await of({ client_id: 'api' }), await of({ client_id: 'other' })]).toEqual([200, 401]);
  });

  test.each<[string, () => Promise<string>]>([
    ['an empty one', async () => ''],
    ['no token at all', async () => 'Bearer x.y.z'],
    ['another key’s', () => token({}, theirs.privateKey)],
    ['another issuer’s', () => token({ iss: 'https://evil.example' })],
    ['one for another audience', () => token({ aud: 'other' })],
    ['an expired one', () => token({ exp: 1 })],
    ['one whose signature isn’t RSA', () => token({}, elliptic.privateKey, 'ec', 'ES256')],
  ])('refuses %s, and the page may not even read that', async (_, made) => {
    const before = events.length;
    const answer = await send('GET', { origin: page, authorization: `Bearer ${await made()}` });
    expect(answer.status).toBe(401);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expect(events).toHaveLength(before);
  });

  test('accepts other audiences after another deploy', async () => {
    const authorization = `Bearer ${await token()}`;
    const before = api.accept(['other']);
    expect((await send('GET', { authorization })).status).toBe(401);
    api.accept(before);
    expect((await send('GET', { authorization })).status).toBe(200);
  });

  test('has no route for other methods', async () => {
    expect((await send('PUT', {})).status).toBe(404);
  });
});
