import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Body, createTestApi, goOnAir, type TestApi } from './harness.ts';

/** One of each kind of mistake; the harness demands problem+json and a documented status of all. */
let api: TestApi;
let id: string;
let broadcastId: string;
beforeEach(async () => {
  api = createTestApi();
  ({ id } = await api.create());
  ({ id: broadcastId } = await goOnAir(api, id as never, { state: 'ended' }));
});

type Request = [method: string, path: string, body?: unknown, headers?: Record<string, string>];
const send = async (...[method, path, body, headers]: Request): Promise<Body> =>
  (await api.call(method, path.replace('ID', id).replace('BROADCAST', broadcastId), body, headers)).body;

const create = (body: unknown, headers?: Record<string, string>): Request => [
  'POST',
  '/v1/streams',
  body,
  headers,
];

describe('a mistake in the body is told where it is and what is right', () => {
  test.each<[string, Request, string, string]>([
    ['a wrong type', create({ name: 7 }), '#/name', 'Must be text, not a number.'],
    ['nothing where something must be', create({}), '#/name', 'Missing. It must be text.'],
    [
      'an unknown name',
      create({ name: 'x', title: 'y' }),
      '#/title',
      'Unknown name. Check its spelling, or leave it out.',
    ],
    [
      'a text that is too long',
      create({ name: 'x'.repeat(121) }),
      '#/name',
      'Must be at most 120 characters long.',
    ],
    ['an empty text', create({ name: ' ' }), '#/name', 'Must not be empty.'],
    [
      'a number that is too large',
      create({ name: 'x', reconnectWindowMs: 1_800_001 }),
      '#/reconnectWindowMs',
      'Must be at most 1,800,000.',
    ],
    [
      'a number that is not whole',
      create({ name: 'x', reconnectWindowMs: 0.5 }),
      '#/reconnectWindowMs',
      'Must be a whole number.',
    ],
    [
      'a word that is none of those',
      create({ name: 'x', latency: 'lowest' }),
      '#/latency',
      'Must be "low" or "standard".',
    ],
    ['a list instead of an object', create([]), '#', 'Must be an object, not a list.'],
    [
      'one of several kinds, and none of them',
      create({ name: 'x', embedding: 'here' }),
      '#/embedding',
      'Must be "anywhere" or "nowhere", or a list.',
    ],
    [
      'an entry of a list',
      create({ name: 'x', embedding: ['https://a.example', 'b'] }),
      '#/embedding/1',
      'An origin is a scheme and a host, such as https://example.com or https://*.example.com.',
    ],
    ['a change of nothing', ['PATCH', '/v1/streams/ID', {}], '#', 'Specify at least one field to change.'],
    [
      'an address of a server',
      ['POST', '/v1/streams/ID/destinations', { name: 'x', key: 'k', url: 'x' }],
      '#/url',
      expect.stringMatching(/rtmp/) as never,
    ],
    [
      'a key with a space',
      ['POST', '/v1/streams/ID/destinations', { name: 'x', key: 'a b', url: 'rtmp://live.example.com/app' }],
      '#/key',
      'Spaces and control characters are not allowed.',
    ],
    ['a reason', ['POST', '/v1/streams/ID/takedown', {}], '#/reason', 'Missing. It must be text.'],
    [
      'a time',
      ['POST', '/v1/streams/ID/keys', { graceSeconds: -1 }],
      '#/graceSeconds',
      'Must be at least 0.',
    ],
    [
      'a name of a rendition',
      ['POST', '/v1/streams/ID/broadcasts/BROADCAST/downloads', { rendition: '7 20' }],
      '#/rendition',
      'Must be the ID of a rendition, such as 720p.',
    ],
    [
      'a clip that ends before it begins',
      ['POST', '/v1/streams/ID/broadcasts/BROADCAST/downloads', { startMs: 5, endMs: 5 }],
      '#/endMs',
      'The clip must end after it begins.',
    ],
    [
      'a viewer',
      ['POST', '/v1/streams/ID/playback-sessions', { viewerId: 'a b' }],
      '#/viewerId',
      'Must be 1 to 64 letters, digits, "_" and "-".',
    ],
    [
      'an IP address',
      ['POST', '/v1/streams/ID/playback-sessions', { address: 'here' }],
      '#/address',
      'Must be an IPv4 address such as 203.0.113.9, or an IPv6 address such as 2001:db8::7.',
    ],
  ])('%s', async (_, request, pointer, detail) => {
    const body = await send(...request);
    expect([body.type, body.errors]).toEqual([
      'urn:problem-type:headwater:invalid-request',
      [{ pointer, detail }],
    ]);
    expect(body.detail).toMatch(/^(The body has one error|This destination can't be used)\. /);
    expect(body.detail).toContain(body.errors[0].detail);
  });

  test.each<[string, Request, number, RegExp]>([
    [
      'no JSON',
      create('{"name": "x",}'),
      400,
      /^The body is not JSON, at line 1, column 14\. Send an object/,
    ],
    ['no body', create(''), 400, /^The body is empty\. Send a JSON object\.$/],
    [
      'another content type',
      create('name=x', { 'content-type': 'text/plain' }),
      415,
      /"Content-Type: application\/json"/,
    ],
    ['too many bytes', create({ name: 'x'.repeat(70_000) }), 413, /at most 65,536 bytes/],
  ])('%s', async (_, request, status, detail) => {
    const body = await send(...request);
    expect([body.status, body.detail]).toEqual([status, expect.stringMatching(detail)]);
  });

  test('a value with two faults is told of one, by its own limit', async () => {
    const path = '/v1/streams/ID/broadcasts/BROADCAST/downloads';
    for (const [body, detail] of [
      [{ endMs: 0 }, 'Must be at least 1.'],
      [{ endMs: 1e18 }, 'Must be at most 172,800,000.'],
    ] as const) {
      expect((await send('POST', path, body)).errors).toEqual([{ pointer: '#/endMs', detail }]);
    }
  });

  test('all mistakes are told at once, in the sentence too', async () => {
    const { detail, errors } = await send(...create({ name: '', latency: 'x', title: 1 }));
    expect(errors).toHaveLength(3);
    expect(detail).toMatch(/^The body has 3 errors\. /);
    for (const { pointer, detail: words } of errors) expect(detail).toContain(`${pointer}: ${words}`);
  });
});

describe('a mistake in the query or in a header is told by its name', () => {
  test.each([
    ['/v1/streams?limit=ten', 'limit', 'Must be a number.'],
    ['/v1/streams?limit=', 'limit', 'Must be at least 1.'],
    ['/v1/streams?limit=1000', 'limit', 'Must be at most 100.'],
    ['/v1/streams?onAir=yes', 'onAir', 'Must be "true".'],
    ['/v1/streams?page=2', 'page', 'Unknown name. Check its spelling, or leave it out.'],
    ['/v1/streams?cursor=x', 'cursor', 'Must be the cursor of the page before, as it came.'],
    ['/v1/streams/ID/events?after=-1', 'after', 'Must be at least 0.'],
    ['/v1/streams/ID/events?cursor=x', 'cursor', 'Must be the cursor of the page before, as it came.'],
    ['/v1/streams/ID/broadcasts?cursor=x', 'cursor', 'Must be the cursor of the page before, as it came.'],
    ['/v1/streams/ID/health?window=all', 'window', 'Must be "recent" or "broadcast".'],
  ])('%s', async (path, parameter, detail) => {
    const body = await send('GET', path);
    expect([body.type, body.errors]).toEqual([
      'urn:problem-type:headwater:invalid-request',
      [{ parameter, detail }],
    ]);
    expect(body.detail).toBe(`The query has one error. ${parameter}: ${detail}`);
  });

  test('If-Match', async () => {
    const body = await send('PATCH', '/v1/streams/ID', { name: 'x' }, { 'if-match': 'x'.repeat(201) });
    expect(body.errors).toEqual([{ parameter: 'if-match', detail: 'Must be at most 200 characters long.' }]);
    expect(body.detail).toMatch(/^The headers have one error\. if-match: /);
  });
});

test.each([
  ['/v1/streams/nope', 'stream-not-found', 'No stream has the ID "nope".'],
  [
    '/v1/streams/ID/broadcasts/nope/downloads',
    'broadcast-not-found',
    'The stream has no broadcast with the ID "nope".',
  ],
])('a name of nothing in the path %s is told', async (path, kind, detail) => {
  expect(await send('GET', path)).toMatchObject({ type: `urn:problem-type:headwater:${kind}`, detail });
});
