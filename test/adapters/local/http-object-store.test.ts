import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { createHttpObjectStore } from '../../../lib/adapters/local/http-object-store.ts';
import {
  describeBulkObjectStore,
  describeKeyValidation,
  describeObjectStore,
  describeUploadStore,
} from '../../object-store/object-store-contract.ts';
import { startOrigin, token } from '../../origin/origin-server.ts';

async function open() {
  const origin = await startOrigin();
  const store = createHttpObjectStore({ url: origin.url, token });
  return {
    store,
    async close() {
      store.close();
      await origin.close();
    },
  };
}

describeObjectStore('the origin over HTTP', open);
describeKeyValidation('the origin over HTTP', open);
describeBulkObjectStore('the origin over HTTP', open);
describeUploadStore('the origin over HTTP', open);

const options = { contentType: 'video/mp4', cacheControl: 'public, max-age=1' };

/** A server that answers every request with `status`, or never where there is none. */
async function answering(status?: number) {
  const server = createServer((request, response) => {
    request.resume();
    if (status !== undefined) response.writeHead(status).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

describe('the HTTP object store', () => {
  test.each([
    [507, 'OBJECT_STORE_FULL'],
    [412, 'PRECONDITION_FAILED'],
    [401, 'OBJECT_STORE_REFUSED'],
    [413, 'OBJECT_STORE_REFUSED'],
    [429, 'OBJECT_STORE_UNAVAILABLE'],
    [500, 'OBJECT_STORE_UNAVAILABLE'],
    [503, 'OBJECT_STORE_UNAVAILABLE'],
  ])('reads a %i as %s', async (status, code) => {
    const server = await answering(status);
    const store = createHttpObjectStore({ url: server.url, token });
    await expect(store.put('a/b', Buffer.from('x'), options)).rejects.toMatchObject({ code });
    store.close();
    await server.close();
  });

  test('a write with another token is refused', async () => {
    const origin = await startOrigin();
    const store = createHttpObjectStore({ url: origin.url, token: `${token}x` });
    const refused = { code: 'OBJECT_STORE_REFUSED' };
    await expect(store.put('a/b', Buffer.from('x'), options)).rejects.toMatchObject(refused);
    await expect(store.delete('a/b')).rejects.toMatchObject(refused);
    expect(await store.get('a/b')).toBeUndefined();
    store.close();
    await origin.close();
  });

  test('an origin that is down is unavailable, with the cause', async () => {
    const gone = await answering();
    await gone.close();
    const store = createHttpObjectStore({ url: gone.url, token });
    await expect(store.get('a/b')).rejects.toMatchObject({
      code: 'OBJECT_STORE_UNAVAILABLE',
      cause: expect.objectContaining({ code: 'ECONNREFUSED' }),
    });
    store.close();
  });

  test('an origin that never answers is unavailable after the timeout', async () => {
    const silent = await answering();
    const store = createHttpObjectStore({ url: silent.url, token, timeoutMs: 50 });
    await expect(store.put('a/b', Buffer.from('x'), options)).rejects.toMatchObject({
      code: 'OBJECT_STORE_UNAVAILABLE',
    });
    store.close();
    await silent.close();
  });
});
