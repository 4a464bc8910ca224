import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEventV2, APIGatewayProxyResult } from 'aws-lambda';
import { controlFunction } from '../../../lambda/control-api/control-function.ts';
import { openSqliteControlStore } from '../../../lib/adapters/local/sqlite/sqlite-control-store.ts';
import { systemClock } from '../../../lib/net/clock.ts';

const host = 'abc123.execute-api.eu-central-1.amazonaws.com';
const page = 'https://live.example.com';
const store = openSqliteControlStore(':memory:');
const log: string[] = [];
const handler = controlFunction({
  store,
  clock: systemClock,
  emit: (event, fields) => log.push(JSON.stringify({ event, ...(fields as object) })),
  jwt: { ownerClaim: 'sub', scopePrefix: '' },
  config: {
    ingestRtmpsUrl: 'rtmps://ingest.example.com/live',
    playbackBaseUrl: 'https://live.example.com',
    pageBaseUrl: page,
    region: 'eu-central-1',
    keyPepper: 'a pepper of the tests',
    allowedOrigins: [page],
  },
});
afterAll(() => store.close());

/** An event as an HTTP API sends it, payload format 2.0, with a stage that has no name in the path. */
function event(
  method: string,
  pathAndQuery: string,
  {
    body,
    headers = {},
    isBase64Encoded = false,
    authorizer = { iam: { userArn: 'arn:aws:iam::111122223333:user/ops' } },
  }: Partial<APIGatewayProxyEventV2> & { authorizer?: object } = {},
): APIGatewayProxyEventV2 {
  const [rawPath = '', rawQueryString = ''] = pathAndQuery.split('?', 2);
  return {
    version: '2.0',
    routeKey: `${method} /{proxy+}`,
    rawPath,
    rawQueryString,
    headers: { host, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    requestContext: {
      accountId: '111122223333',
      apiId: 'abc123',
      domainName: host,
      domainPrefix: 'abc123',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '198.51.100.7', userAgent: 'curl/8' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: `${method} /{proxy+}`,
      stage: '$default',
      time: '22/Nov/2026:17:00:00 +0000',
      timeEpoch: 1_795_366_800_000,
      authorizer,
    } as APIGatewayProxyEventV2['requestContext'],
    isBase64Encoded,
    ...(body !== undefined && { body }),
  };
}

const send = async (...parameters: Parameters<typeof event>): Promise<APIGatewayProxyResult> =>
  (await handler(event(...parameters) as never)) as APIGatewayProxyResult;
const json = ({ body }: APIGatewayProxyResult) => JSON.parse(body);

describe('the control API as a function', () => {
  let stream: { id: string; name: string; ingest: Record<string, { url: string; key?: string }> };
  beforeAll(async () => {
    const made = await send('POST', '/v1/streams', { body: JSON.stringify({ name: 'Concert ♫' }) });
    expect(made.statusCode).toBe(201);
    expect(made.headers).toMatchObject({ etag: '"1"', 'cache-control': 'no-store' });
    expect(made.isBase64Encoded).toBe(false);
    stream = json(made);
  });

  test('makes a stream, with RTMPS only, and shows it', async () => {
    expect(stream.ingest).toEqual({
      rtmps: { url: 'rtmps://ingest.example.com/live', key: expect.stringMatching(`^${stream.id}_`) },
    });
    expect(json(await send('GET', `/v1/streams/${stream.id}`))).toMatchObject({
      name: 'Concert ♫',
      playback: { dash: `https://live.example.com/eu-central-1/${stream.id}/manifest.mpd` },
    });
  });

  test('reads a body that the gateway sent as base64', async () => {
    const body = Buffer.from(JSON.stringify({ name: 'Späti' })).toString('base64');
    const changed = await send('PATCH', `/v1/streams/${stream.id}`, { body, isBase64Encoded: true });
    expect([changed.statusCode, json(changed).name]).toEqual([200, 'Späti']);
  });

  test('reads the query', async () => {
    const answer = await send('GET', `/v1/streams/${stream.id}/events?after=1&limit=1`);
    expect(json(answer).events.map(({ type }: { type: string }) => type)).toEqual(['stream.changed']);
    expect((await send('GET', '/v1/streams?limit=none')).statusCode).toBe(400);
  });

  test('answers problems as they are, with their media type', async () => {
    const answer = await send('GET', '/v1/streams/zzzzzzzzzzzzzzzz');
    expect(answer.statusCode).toBe(404);
    expect(answer.headers?.['content-type']).toBe('application/problem+json');
    expect(answer.isBase64Encoded).toBe(false);
    expect(json(answer).type).toBe('urn:problem-type:headwater:stream-not-found');
  });

  test('offers no live feed, so that the page polls at once', async () => {
    const answer = await send('GET', `/v1/streams/${stream.id}/events/live`);
    expect([answer.statusCode, json(answer).type]).toEqual([
      501,
      'urn:problem-type:headwater:live-feed-not-offered',
    ]);
  });

  test('serves under whatever host the gateway has, to its own pages only', async () => {
    const from = (origin: string) => send('GET', '/v1/fleet', { headers: { origin } });
    expect((await from(page)).statusCode).toBe(200);
    expect((await from('https://evil.example')).statusCode).toBe(403);
  });

  test('revokes a key without a body in the answer', async () => {
    const made = json(await send('POST', '/v1/streams', { body: '{"name":"x"}' }));
    const path = `/v1/streams/${made.id}/keys`;
    await send('POST', path, { body: '{"graceSeconds":60}' });
    const removed = await send('DELETE', `${path}/${made.keys[0].id}`);
    expect(removed).toMatchObject({ statusCode: 204, body: '' });
  });

  test('reads who the gateway has authenticated, and lets tokens do what their scopes say, to their own streams', async () => {
    const as = (authorizer: object, method: string, path: string, body?: string) =>
      send(method, path, { authorizer, ...(body !== undefined && { body }) });
    const ann = { jwt: { claims: { sub: 'ann', scope: 'streams:read streams:write' }, scopes: null } };
    const ben = { jwt: { claims: { sub: 'ben', scope: 'streams:read' }, scopes: null } };
    const made = json(await as(ann, 'POST', '/v1/streams', '{"name":"x"}'));
    expect(made.owner).toBe('ann');
    const path = `/v1/streams/${made.id}`;
    expect((await as(ann, 'GET', path)).statusCode).toBe(200);
    expect((await as(ben, 'GET', path)).statusCode).toBe(404);
    expect((await as(ben, 'POST', '/v1/streams', '{"name":"x"}')).statusCode).toBe(403);
    expect((await as({}, 'GET', path)).statusCode).toBe(401);
    expect((await send('GET', path)).statusCode).toBe(200);
  });

  test('never logs a key', () => {
    const secret = stream.ingest.rtmps!.key!.split('_')[1]!;
    expect(log.join('\n')).toContain('control.stream.created');
    expect(log.join('\n')).not.toContain(secret);
  });
});
