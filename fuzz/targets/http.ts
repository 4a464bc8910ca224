import { deniedPathOf, isPlainPath } from '../../lib/edge/policy/access/denial.ts';
import { cacheKeyOf } from '../../lib/edge/policy/cache-key.ts';
import { deliveryRuleFor } from '../../lib/edge/policy/delivery.ts';
import { acceptsGzip } from '../../lib/edge/policy/encoding.ts';
import { ageOnArrivalMs, errorLifetimeMs, lifetimeMs } from '../../lib/edge/policy/freshness.ts';
import { type KnownObjects, knowledgeOf } from '../../lib/edge/policy/limits/known-names.ts';
import { isObjectKey } from '../../lib/object-store/object-key.ts';
import type { StreamingObjectStore } from '../../lib/object-store/ports.ts';
import { OriginHandler } from '../../lib/origin/http.ts';
import { fileFor } from '../../lib/player/policy/routes.ts';
import { isBearer } from '../../lib/protocol/http/bearer.ts';
import { matchesNone, rangeStillHolds } from '../../lib/protocol/http/etag.ts';
import { parseRange } from '../../lib/protocol/http/range.ts';
import { requestAim } from '../../lib/protocol/http/request-aim.ts';
import { parseRequestHead } from '../../lib/protocol/http/request-head.ts';
import { must, mustAgree } from '../contract.ts';
import type { FuzzTarget } from '../model.ts';

const segment = '/local/0123456789abcdef/1jm8p0v4c7h2kqv0/720p/12.m4s';

/** Every header that the edge, the shield or the origin program reads. */
function readHeaders(text: string): void {
  acceptsGzip(text);
  matchesNone(text, '"etag"');
  rangeStillHolds(text, '"etag"');
  isBearer(text, 'token');
  const window = parseRange(text, 1000);
  if (window !== undefined && window !== 'unsatisfiable')
    must(
      window.start >= 0 && window.start < window.end && window.end <= 1000,
      `the window ${JSON.stringify(window)}`,
    );
  const rule = deliveryRuleFor(segment);
  if (!rule) throw new Error('no rule for a segment');
  for (const ms of [
    lifetimeMs(rule, text),
    errorLifetimeMs(rule, text),
    ageOnArrivalMs({ age: text, 'headwater-age-ms': text }, 0),
  ])
    must(Number.isFinite(ms) && ms >= 0, `${ms} ms for '${text}'`);
}

const nothingKnown: KnownObjects = {
  has: () => false,
  wasAbsent: () => true,
  mentions: () => false,
  hasLine: () => false,
};

/** An absolute target overrides Host; what is aimed at must be a target again, and of the same form. */
function aim(method: string, target: string, hosts: readonly string[]): void {
  const aimed = requestAim(method, target, hosts);
  if (!aimed?.target.startsWith('/')) return;
  mustAgree(requestAim('GET', aimed.target, hosts)?.target, aimed.target, 'an aim aimed again');
}

function readTarget(target: string): void {
  const key = cacheKeyOf(target);
  fileFor(target, new Map());
  if (!key) return;
  knowledgeOf(key, nothingKnown);
  const [path = ''] = key.key.split('?', 1);
  must(isObjectKey(path.slice(1)), `'${path}' is no object`);
  must(isPlainPath(path), `'${path}' reaches a cache, but no denial could match it`);
  must(deniedPathOf(path) !== undefined || path.split('/').length < 4, `'${path}' can't be denied`);
  mustAgree(cacheKeyOf(key.key)?.key, key.key, 'a key of a key');
}

/** A store with one object under every key. */
const oneObject: StreamingObjectStore = {
  put: async () => ({ etag: '"a"' }),
  get: async () => undefined,
  list: async () => ({ keys: [], more: false }),
  delete: async () => {},
  move: async () => {},
  open: async () => ({
    etag: '"a"',
    contentType: 'video/mp4',
    cacheControl: 'no-store',
    sizeBytes: 10,
    read: async function* () {
      yield Buffer.alloc(10);
    },
    close: async () => {},
  }),
};

/** Asks the origin program for what the head says; Node has parsed it before, so what it refuses is nothing to try. */
async function askOrigin(
  head: Exclude<ReturnType<typeof parseRequestHead>, number>,
  token: string,
): Promise<void> {
  const failures: unknown[] = [];
  const handler = new OriginHandler({
    store: oneObject,
    token: 'token',
    emit: (_event, fields) => void failures.push(fields),
  });
  let request: Request;
  try {
    const headers = { ...head.headers, ...(token !== '' && { authorization: `Bearer ${token}` }) };
    request = new Request(new URL(head.target, 'http://127.0.0.1'), { method: head.method, headers });
  } catch {
    return;
  }
  const response = await handler.fetch(request);
  await response.arrayBuffer();
  must(response.status < 500, `${response.status}: ${JSON.stringify(failures)}`);
}

export const httpTargets: readonly FuzzTarget[] = [
  {
    name: 'http-request',
    about: 'a request at the edge: its head, target and headers',
    parsers: [
      'lib/protocol/http/bearer.ts',
      'lib/protocol/http/request-head.ts',
      'lib/protocol/http/request-aim.ts',
      'lib/edge/policy/limits/known-names.ts',
      'lib/protocol/http/etag.ts',
      'lib/protocol/http/range.ts',
      'lib/edge/policy/cache-key.ts',
      'lib/edge/policy/access/denial.ts',
      'lib/edge/policy/encoding.ts',
      'lib/edge/policy/freshness.ts',
      'lib/player/policy/routes.ts',
    ],
    words: [
      '\r\n',
      'GET ',
      ' HTTP/1.1',
      'Host: a\r\n',
      'Content-Length: 0\r\n',
      'Transfer-Encoding: chunked\r\n',
      'Range: bytes=0-1\r\n',
      'If-None-Match: "a"\r\n',
      '_HLS_msn=1&_HLS_part=0',
      segment,
      '/../',
      '//',
      '%2e',
      'max-age=1',
      'gzip;q=0',
    ],
    run(input) {
      const text = input.toString('latin1');
      const head = parseRequestHead(text);
      const [line = '', ...hosts] = text.split('\r\n');
      aim('GET', line, hosts.slice(0, 2));
      readHeaders(text);
      readTarget(text);
      if (typeof head === 'number') return;
      readTarget(head.target);
      for (const value of Object.values(head.headers)) readHeaders(value);
    },
  },
  {
    name: 'origin-request',
    about: 'a request at the origin program, with and without its token',
    parsers: ['lib/origin/http.ts', 'lib/object-store/object-key.ts'],
    words: [
      'MOVE ',
      'PUT ',
      'DELETE ',
      'Destination: /a/b\r\n',
      '/?prefix=',
      '&limit=',
      '&after=',
      '/_metrics',
      segment,
    ],
    async run(input) {
      const head = parseRequestHead(input.toString('latin1'));
      if (typeof head === 'number') return;
      await askOrigin(head, '');
      await askOrigin(head, 'token');
    },
  },
];
