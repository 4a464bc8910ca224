import { createHash, createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { iamCredentials } from '../../../lib/adapters/aws/signed-requests.ts';

const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const before = { ...process.env };
beforeEach(() => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: secret });
});
afterEach(() => {
  process.env = { ...before };
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** The signature of a request, as the documentation of Signature Version 4 describes it. */
function signature(
  [method, path, query]: readonly [string, string, string],
  headers: Readonly<Record<string, string>>,
  signed: string,
  body: string,
): string {
  const canonical = signed.split(';').map((name) => `${name}:${headers[name]}\n`);
  const request = [method, path, query, canonical.join(''), signed, sha256(body)].join('\n');
  const time = headers['x-amz-date'] ?? '';
  const scope = `${time.slice(0, 8)}/eu-central-1/execute-api/aws4_request`;
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(request)].join('\n')).toString('hex');
}

test.each([
  ['POST', '/v1/streams', '{"name":"canary – Übung"}'],
  ['GET', '/v1/streams/abc', ''],
  ['DELETE', '/v1/streams/abc?recordings=delete', ''],
])('%s %s is signed for API Gateway', async (method, path, body) => {
  const url = new URL(`https://abc.execute-api.eu-central-1.amazonaws.com${path}`);
  const headers = await iamCredentials('eu-central-1').authorize({
    method,
    url,
    headers: { accept: 'application/json' },
    ...(body && { body }),
  });
  const [, id, signed = '', found] =
    /^AWS4-HMAC-SHA256 Credential=(.*), SignedHeaders=(.*), Signature=(.*)$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  expect(id).toMatch(/^AKIDEXAMPLE\/\d{8}\/eu-central-1\/execute-api\/aws4_request$/);
  expect(signed.split(';')).toEqual(expect.arrayContaining(['host', 'x-amz-date']));
  const request = [method, url.pathname, url.search.slice(1)] as const;
  expect(found).toBe(signature(request, headers, signed, body));
});
