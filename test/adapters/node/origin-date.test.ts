import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { createS3ObjectStore } from '../../../lib/adapters/aws/s3-object-store.ts';
import { createHttpObjectStore } from '../../../lib/adapters/local/http-object-store.ts';
import type { OnOriginDate } from '../../../lib/adapters/node/origin-date.ts';
import type { OriginDate } from '../../../lib/encoder/policy/shared-time.ts';
import type { ObjectStore } from '../../../lib/object-store/ports.ts';

/** An hour ago: the SDK signs again by the date of a refusal that is so far off. */
const date = new Date(Date.now() - 3_600_000).toUTCString();
const options = { contentType: 'video/mp4', cacheControl: 'no-store' };

type Open = (url: string, onDate: OnOriginDate) => ObjectStore & { close(): void };
const http: Open = (url, onDate) => createHttpObjectStore({ url, token: 'a-token-of-16-characters', onDate });
const s3: Open = (endpoint, onDate) => {
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const client = { endpoint, credentials, region: 'us-east-1', forcePathStyle: true };
  return createS3ObjectStore({ bucket: 'bucket', client, onDate });
};

test.each([
  ['an origin program', http, 201],
  ['an origin program that refuses', http, 401],
  ['a bucket', s3, 200],
  ['a bucket that refuses', s3, 403],
])('the date of each answer of %s is told', async (_, open, status) => {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { date, etag: '"e"' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const told: OriginDate[] = [];
  const store = open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, (each) => told.push(each));
  await store.put('local/a', Buffer.from('a'), options).catch(() => {});
  expect(told[0]).toEqual({ dateMs: Date.parse(date), tookMs: expect.any(Number) });
  expect(told[0]!.tookMs).toBeGreaterThan(0);
  store.close();
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
});
