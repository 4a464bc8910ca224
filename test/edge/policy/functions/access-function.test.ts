import { describe, expect, test } from '@jest/globals';
import { deniedBody, deniedHead } from '../../../../lib/edge/policy/access/denial.ts';
import { playbackRefusals, revokedKey } from '../../../../lib/edge/policy/access/playback.ts';
import { accessFunctionCode } from '../../../../lib/edge/policy/functions/access-function.ts';
import type { ResponseHead } from '../../../../lib/edge/policy/response.ts';
import { preflight } from '../../../../lib/edge/policy/response.ts';
import {
  functionSizeQuotaBytes,
  runStoreFunction,
  type ViewerQuery,
} from '../../../../testkit/aws/viewer-function.ts';
import { denialVectors, recordingVectors } from '../access/denial-vectors.ts';
import {
  born,
  carrying,
  keys,
  marked,
  nowMs,
  plain,
  playbackVectors,
  token,
} from '../access/playback-vectors.ts';
import { impossibleNames, keyVectors } from '../request-vectors.ts';

const code = accessFunctionCode();
const path = '/eu-central-1/7h2kqv0m4x9rt3bz/1jm8p0v4c7h2kqv0/720p/17.m4s';

/** What the edge answers a request, where the store has these values; and which keys were looked up. */
async function ask(
  uri: string,
  values: Readonly<Record<string, string>> = {},
  { method = 'GET', address }: { method?: string; address?: string | undefined } = {},
) {
  const lookedUp: string[] = [];
  const stored = new Map(Object.entries(values));
  const store = {
    async exists(key: string) {
      lookedUp.push(key);
      return stored.has(key);
    },
    async get(key: string) {
      const value = stored.get(key);
      if (value === undefined) throw new Error('KeyNotFound');
      return value;
    },
  };
  const { answer, log } = await runStoreFunction(code, { method, uri }, store, { ip: address, nowMs });
  return { ...answer, lookedUp, log };
}

/** CloudFront sets the length itself and refuses a function to. */
function headersOf({ headers }: ResponseHead): Record<string, { value: string }> {
  const { 'content-length': _, ...sent } = headers;
  return Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, { value }]));
}

describe('the rule of denials at CloudFront', () => {
  test.each(denialVectors)('%j is denied by %s, as the local edge has it', async (uri, denial) => {
    const denied = Object.fromEntries(denialVectors.map(([, key]) => [key, 'taken down']));
    const { statusCode, lookedUp, uri: passed } = await ask(uri, denied);
    if (denial === 'malformed') {
      expect([statusCode, lookedUp]).toEqual([404, []]);
    } else if (denial === 'none') {
      expect([statusCode, passed, lookedUp]).toEqual([undefined, uri, []]);
    } else {
      expect([statusCode, lookedUp]).toEqual([410, [denial]]);
    }
  });

  test.each(recordingVectors)('%j is denied by %s alone, where its stream is not', async (uri, denial) => {
    const denied = recordingVectors.flatMap(([, key]) => (key === undefined ? [] : [[key, 'taken down']]));
    const { statusCode } = await ask(uri, Object.fromEntries(denied));
    expect(statusCode).toBe(denial === undefined ? undefined : 410);
  });

  test('a stream that is not denied is delivered, the request as it came', async () => {
    const { statusCode, uri, lookedUp } = await ask(path, { 'eu-central-1/another000000000': 'taken down' });
    expect([statusCode, uri]).toEqual([undefined, path]);
    const stream = 'eu-central-1/7h2kqv0m4x9rt3bz';
    expect(lookedUp).toEqual([stream, `${stream}/1jm8p0v4c7h2kqv0`]);
  });

  test('the answer is the local edge’s, but for the length, which CloudFront refuses a function to set', async () => {
    const { statusCode, headers, body } = await ask(path, { 'eu-central-1/7h2kqv0m4x9rt3bz': 'taken down' });
    expect(headers).toEqual(headersOf(deniedHead));
    expect([statusCode, body]).toEqual([deniedHead.status, deniedBody]);
  });

  test.each([
    [path, 410],
    ['//x', 404],
  ])('HEAD of %s has no body', async (uri, status) => {
    const denied = { 'eu-central-1/7h2kqv0m4x9rt3bz': 'taken down' };
    const { statusCode, body } = await ask(uri, denied, { method: 'HEAD' });
    expect([statusCode, body]).toEqual([status, undefined]);
  });

  test('a preflight is answered as the local edge answers it, whatever it asks about, and looks nothing up', async () => {
    for (const uri of [path, '//x', carrying(path, token())]) {
      const { statusCode, headers, lookedUp, uri: passed } = await ask(uri, {}, { method: 'OPTIONS' });
      expect([statusCode, lookedUp, passed]).toEqual([preflight.status, [], undefined]);
      expect(headers).toEqual(headersOf(preflight));
    }
  });
});

describe('the rule of cache keys at CloudFront', () => {
  const nothing = { exists: async () => false, get: async () => '' };

  test.each(keyVectors)('%s has the cache key that it has at the local edge', async (target, key) => {
    const [uri = '', query = ''] = target.split('?');
    const { answer } = await runStoreFunction(code, { uri, querystring: queryOf(query) }, nothing);
    const kept = Object.entries(answer.querystring ?? {}).map(([name, { value }]) => `${name}=${value}`);
    expect([answer.statusCode, answer.uri]).toEqual([undefined, uri]);
    // A rule without parameters has a cache policy that ignores the query.
    if (uri.endsWith('/playlist.m3u8')) expect([uri, kept.join('&')].filter(Boolean).join('?')).toBe(key);
  });

  test.each(impossibleNames)('%s is a 404 that nobody else is asked for', async (uri) => {
    expect(await ask(uri)).toMatchObject({ statusCode: 404, lookedUp: [] });
  });

  test.each(impossibleNames)('%s stays one behind a token', async (uri) => {
    const [, region = '', rest = ''] = /^\/([^/]+)(\/.*)$/.exec(uri) ?? [];
    expect(await ask(`/${region}/~${token()}${rest}`)).toMatchObject({ statusCode: 404, lookedUp: [] });
  });
});

describe('the rule of playback tokens at CloudFront', () => {
  test.each(playbackVectors)(
    '$what gets $gets',
    async ({ path: uri, entry, revoked = [], address, gets }) => {
      const streamPath = uri.includes(plain.slice(6)) ? plain : born;
      const values = {
        'keys=local': keys,
        ...(entry !== undefined && { [streamPath]: entry }),
        ...Object.fromEntries(revoked.map((each) => [revokedKey(each.slice(0, -21), each.slice(-20)), '1'])),
      };
      const answer = await ask(uri, values, { address });
      expect(answer.log).toEqual([]);
      if (gets.startsWith('/')) {
        expect([answer.statusCode, answer.uri]).toEqual([undefined, gets]);
      } else if (gets === '404' || gets === 'denied') {
        expect(answer.statusCode).toBe(gets === '404' ? 404 : 410);
      } else {
        const { head, body } = playbackRefusals[gets as 'missing'];
        expect([answer.statusCode, answer.body]).toEqual([head.status, body]);
        expect(answer.headers).toEqual(headersOf(head));
      }
    },
  );

  test('a denied stream or recording is gone, also for those who have a token', async () => {
    const uri = carrying(`/${born}/1jm8p0v4c7h2kqv0/720p/1.m4s`, token());
    const open = { 'keys=local': keys };
    expect((await ask(uri, open)).statusCode).toBeUndefined();
    for (const [key, entry] of [
      [born, 'taken down; signed; since 1'],
      [`${born}/1jm8p0v4c7h2kqv0`, 'taken down'],
    ] as const) {
      expect((await ask(uri, { ...open, [key]: entry })).statusCode).toBe(410);
    }
  });

  test('HEAD is refused like GET, without a body', async () => {
    const { statusCode, body } = await ask(`/${born}/index.m3u8`, {}, { method: 'HEAD' });
    expect([statusCode, body]).toEqual([403, undefined]);
  });
});

describe('a store that cannot be read', () => {
  const fails = async (): Promise<never> => {
    throw new Error('store away');
  };
  const away = (uri: string) => runStoreFunction(code, { uri }, { exists: fails, get: fails });

  test('blinds nobody who watches a public stream, and is told of', async () => {
    const { answer, log } = await away(path);
    expect([answer.statusCode, answer.uri]).toEqual([undefined, path]);
    expect(log).toEqual(['the edge store cannot be read: Error: store away']);
  });

  test.each([
    ['a stream', `/${born}/index.m3u8`],
    ['a broadcast', `/${plain}/${marked}/720p/1.m4s`],
  ])('opens nothing of %s that began as signed, with or without a token', async (_, uri) => {
    for (const asked of [uri, carrying(uri, token({ stream: uri.slice(1, 23) }))]) {
      const { answer, log } = await away(asked);
      expect([answer.statusCode, answer.body]).toEqual([503, playbackRefusals.unreadable.body]);
      expect(answer.headers).toEqual(headersOf(playbackRefusals.unreadable.head));
      // The log must not have the token.
      expect(log).toEqual(['the edge store cannot be read: Error: store away']);
    }
  });

  test('opens nothing of a stream that is known to have an entry', async () => {
    const { answer } = await runStoreFunction(code, { uri: path }, { exists: async () => true, get: fails });
    expect(answer.statusCode).toBe(503);
  });

  test('without the keys opens no signed stream', async () => {
    const { statusCode, log } = await ask(carrying(`/${born}/index.m3u8`, token()));
    expect(statusCode).toBe(503);
    expect(log).toHaveLength(1);
  });
});

test('fits into a function, with room for more', () => {
  expect(Buffer.byteLength(code)).toBeLessThan(functionSizeQuotaBytes - 1_500);
});

test('uses only what the edge’s runtime knows', () => {
  expect(code).not.toMatch(/\bfor \([^;)]*\bof\b|\?\.|\?\?|(?:const|let) [[{]|\.\.\./);
});

/** A query as CloudFront hands it to a function: split, not decoded. */
function queryOf(text: string): ViewerQuery {
  const query: Record<string, ViewerQuery[string]> = {};
  for (const pair of text.split('&').filter(Boolean)) {
    const [name = '', value = ''] = pair.split('=');
    const before = query[name];
    query[name] = before
      ? { value: before.value, multiValue: [...(before.multiValue ?? [{ value: before.value }]), { value }] }
      : { value };
  }
  return query;
}
