import { describe, expect, test } from '@jest/globals';
import { deniedBody, deniedHead } from '../../../lib/edge/policy/denial.ts';
import { denialFunctionCode } from '../../../lib/edge/policy/denial-function.ts';
import {
  functionSizeQuotaBytes,
  runStoreFunction,
  type ViewerQuery,
} from '../../../testkit/aws/viewer-function.ts';
import { denialVectors, recordingVectors } from './denial-vectors.ts';
import { impossibleNames, keyVectors } from './request-vectors.ts';

const code = denialFunctionCode();
const path = '/eu-central-1/7h2kqv0m4x9rt3bz/1jm8p0v4c7h2kqv0/720p/17.m4s';

/** What the edge answers a request, where the store has these keys; and which were looked up. */
async function ask(uri: string, { method = 'GET', denied = [] as readonly string[] } = {}) {
  const lookedUp: string[] = [];
  const { answer, log } = await runStoreFunction(code, { method, uri }, async (key) => {
    lookedUp.push(key);
    return denied.includes(key);
  });
  return { ...answer, lookedUp, log };
}

describe('the rule of denials at CloudFront', () => {
  test.each(denialVectors)('%j is denied by %s, as the local edge has it', async (uri, denial) => {
    const denied = denialVectors.map(([, key]) => key);
    const { statusCode, lookedUp, uri: passed } = await ask(uri, { denied });
    if (denial === 'malformed') {
      expect([statusCode, lookedUp]).toEqual([404, []]);
    } else if (denial === 'none') {
      expect([statusCode, passed, lookedUp]).toEqual([undefined, uri, []]);
    } else {
      expect([statusCode, lookedUp]).toEqual([410, [denial]]);
    }
  });

  test.each(recordingVectors)('%j is denied by %s alone, where its stream is not', async (uri, denial) => {
    const denied = recordingVectors.flatMap(([, key]) => key ?? []);
    const { statusCode } = await ask(uri, { denied });
    expect(statusCode).toBe(denial === undefined ? undefined : 410);
  });

  test('a stream that is not denied is delivered, the request as it came', async () => {
    const { statusCode, uri, lookedUp } = await ask(path, { denied: ['eu-central-1/another000000000'] });
    expect([statusCode, uri]).toEqual([undefined, path]);
    const stream = 'eu-central-1/7h2kqv0m4x9rt3bz';
    expect(lookedUp).toEqual([stream, `${stream}/1jm8p0v4c7h2kqv0`]);
  });

  test('the answer is the local edge’s, but for the length, which CloudFront refuses a function to set', async () => {
    const { statusCode, headers = {}, body } = await ask(path, { denied: ['eu-central-1/7h2kqv0m4x9rt3bz'] });
    const { 'content-length': _, ...expected } = deniedHead.headers;
    expect(Object.fromEntries(Object.entries(headers).map(([name, { value }]) => [name, value]))).toEqual(
      expected,
    );
    expect([statusCode, body]).toEqual([deniedHead.status, deniedBody]);
  });

  test.each([
    [path, 410],
    ['//x', 404],
  ])('HEAD of %s has no body', async (uri, status) => {
    const { statusCode, body } = await ask(uri, {
      method: 'HEAD',
      denied: ['eu-central-1/7h2kqv0m4x9rt3bz'],
    });
    expect([statusCode, body]).toEqual([status, undefined]);
  });

  test('a preflight passes, so that the page can read what comes after it', async () => {
    const { statusCode, lookedUp } = await ask(path, {
      method: 'OPTIONS',
      denied: ['eu-central-1/7h2kqv0m4x9rt3bz'],
    });
    expect([statusCode, lookedUp]).toEqual([undefined, []]);
  });

  test('a store that cannot be read blinds nobody, and is told of', async () => {
    const { answer, log } = await runStoreFunction(code, { uri: path }, async () => {
      throw new Error('store away');
    });
    expect([answer.statusCode, answer.uri]).toEqual([undefined, path]);
    expect(log).toEqual(['denials cannot be read: Error: store away']);
  });

  test.each(keyVectors)('%s has the cache key that it has at the local edge', async (target, key) => {
    const [uri = '', query = ''] = target.split('?');
    const { answer } = await runStoreFunction(code, { uri, querystring: queryOf(query) }, async () => false);
    const kept = Object.entries(answer.querystring ?? {}).map(([name, { value }]) => `${name}=${value}`);
    expect([answer.statusCode, answer.uri]).toEqual([undefined, uri]);
    // A rule without parameters has a cache policy that ignores the query.
    if (uri.endsWith('/playlist.m3u8')) expect([uri, kept.join('&')].filter(Boolean).join('?')).toBe(key);
  });

  test.each(impossibleNames)('%s is a 404 that nobody else is asked for', async (uri) => {
    expect(await ask(uri)).toMatchObject({ statusCode: 404, lookedUp: [] });
  });

  test('fits into a function', () => {
    expect(Buffer.byteLength(code)).toBeLessThan(functionSizeQuotaBytes);
  });
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
