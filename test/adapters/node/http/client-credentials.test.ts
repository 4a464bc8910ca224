import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { apiRequests, bearerToken } from '../../../../lib/adapters/node/http/api-requests.ts';
import { clientCredentials } from '../../../../lib/adapters/node/http/client-credentials.ts';

/** An issuer and an API at once. */
let server: Server;
let base: string;
let asked: { readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: string }[];
let grant: { status: number; body: object };

beforeEach(async () => {
  asked = [];
  grant = { status: 200, body: { access_token: 'the-token', token_type: 'Bearer' } };
  server = createServer(async (request, response) => {
    const path = request.url ?? '';
    asked.push({ path, headers: request.headers, body: await text(request) });
    const isDiscovery = path.startsWith('/.well-known/');
    const answer = isDiscovery ? { token_endpoint: `${base}/token` } : grant.body;
    response.writeHead(isDiscovery ? 200 : grant.status).end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const credentials = (value: string, issuer = `${base}/`) =>
  clientCredentials({
    issuer,
    audience: 'headwater',
    scopes: ['headwater/streams:read', 'headwater/takedown'],
    client: { name: 'canary-client', read: async () => value },
  });
const request = { method: 'GET', url: new URL('https://api.example.com/'), headers: { accept: '*/*' } };
const client = JSON.stringify({ clientId: 'canary', clientSecret: 's3cret:/' });

describe('a client of the issuer', () => {
  test('gets one token for all its requests', async () => {
    const { authorize } = credentials(client);
    for (let times = 0; times < 2; times++)
      expect(await authorize(request)).toEqual({ accept: '*/*', authorization: 'Bearer the-token' });
    expect(asked.map(({ path }) => path)).toEqual(['/.well-known/openid-configuration', '/token']);
    expect(Object.fromEntries(new URLSearchParams(asked[1]?.body))).toEqual({
      grant_type: 'client_credentials',
      scope: 'headwater/streams:read headwater/takedown',
      audience: 'headwater',
    });
    const [, basic = ''] = (asked[1]?.headers.authorization ?? '').split(' ');
    expect(Buffer.from(basic, 'base64').toString()).toBe('canary:s3cret%3A%2F');
  });

  test('hears in words what is missing, and never a secret', async () => {
    await expect(credentials('{"clientSecret":"s3cret"}').authorize(request)).rejects.toThrow(
      'The secret canary-client must be JSON with clientId and clientSecret.',
    );
    grant = { status: 401, body: { error: 'invalid_client' } };
    await expect(credentials(client).authorize(request)).rejects.toThrow(
      `The issuer gave no token: ${base}/token got 401.`,
    );
    await expect(credentials(client, 'http://127.0.0.1:2').authorize(request)).rejects.toThrow(
      /The issuer can't be reached .*ECONNREFUSED/,
    );
  });
});

test('the API gets the token and JSON', async () => {
  const api = apiRequests(base, bearerToken('the-token'));
  const response = await api.request('POST', '/v1/streams', { name: 'canary' });
  expect(response).toEqual({ status: 200, body: grant.body });
  expect(asked[0]).toMatchObject({
    path: '/v1/streams',
    body: '{"name":"canary"}',
    headers: { authorization: 'Bearer the-token', 'content-type': 'application/json' },
  });
});
