import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateBucketCommand, DeleteBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createS3ObjectStore } from '../../../lib/adapters/aws/s3-object-store.ts';
import { type AwsEmulator, startEmulator } from '../../../testkit/aws/emulator.ts';
import {
  describeBulkObjectStore,
  describeKeyValidation,
  describeObjectStore,
  describeUploadStore,
} from '../../object-store/object-store-contract.ts';

let emulator: AwsEmulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());

async function open() {
  const bucket = `origin-${randomUUID()}`;
  const admin = new S3Client(emulator.client);
  await admin.send(
    new CreateBucketCommand({
      Bucket: bucket,
      CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
    }),
  );
  const store = createS3ObjectStore({ bucket, client: emulator.client });
  return {
    store,
    bucket,
    admin,
    async close() {
      store.close();
      admin.destroy();
    },
  };
}

describeObjectStore('an S3 bucket', open);
describeKeyValidation('an S3 bucket', open);
describeBulkObjectStore('an S3 bucket', open);
describeUploadStore('an S3 bucket', open);

const options = { contentType: 'video/mp4', cacheControl: 'public, max-age=1' };

describe('the S3 object store', () => {
  test('an object over 2 MB goes as any other', async () => {
    const { store, close } = await open();
    const body = Buffer.alloc(5_000_000, 'segment');
    const startedMs = performance.now();
    await store.put('a/large.m4s', body, { ...options, ifNoneMatch: '*' });
    expect((await store.get('a/large.m4s'))?.body.equals(body)).toBe(true);
    // Waiting for "100 Continue" alone would take 6 s.
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    await close();
  });

  test('an object held open is read by windows, also after it was replaced', async () => {
    const { store, close } = await open();
    await store.put('a/b', Buffer.from('old bytes'), options);
    const object = await store.open('a/b');
    await store.put('a/b', Buffer.from('new'), options);
    expect(object).toMatchObject({ sizeBytes: 9, ...options });
    const chunks: Uint8Array[] = [];
    for await (const chunk of object?.read(4, 9) ?? []) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('bytes');
    expect(await store.open('a/none')).toBeUndefined();
    await close();
  });

  test('a bucket that is gone refuses everything, rather than looking empty', async () => {
    const { store, bucket, admin, close } = await open();
    await admin.send(new DeleteBucketCommand({ Bucket: bucket }));
    const refused = { code: 'OBJECT_STORE_REFUSED', message: expect.stringContaining('NoSuchBucket') };
    await expect(store.put('a/b', Buffer.from('x'), options)).rejects.toMatchObject(refused);
    await expect(store.get('a/b')).rejects.toMatchObject(refused);
    await expect(store.delete('a/b')).rejects.toMatchObject(refused);
    await expect(store.list('', { limit: 1 })).rejects.toMatchObject(refused);
    await close();
  });
});

describe('what S3 answers in trouble', () => {
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });

  /** A store on a stand-in that answers as the test says. */
  async function storeOn(answer: RequestListener, limits = {}) {
    const server = createServer(answer).listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    const { port } = server.address() as AddressInfo;
    const client = { ...emulator.client, endpoint: `http://127.0.0.1:${port}` };
    const store = createS3ObjectStore({ bucket: 'origin', limits, client });
    ends.push(() => {
      store.close();
      server.close();
      server.closeAllConnections();
    });
    return store;
  }

  const error = (status: number, code: string): RequestListener => {
    return (request, response) => {
      request.resume();
      response
        .writeHead(status, { 'content-type': 'application/xml' })
        .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`);
    };
  };

  test.each([
    [412, 'PreconditionFailed', 'PRECONDITION_FAILED'],
    [409, 'ConditionalRequestConflict', 'OBJECT_STORE_UNAVAILABLE'],
    [409, 'OperationAborted', 'OBJECT_STORE_UNAVAILABLE'],
    [503, 'SlowDown', 'OBJECT_STORE_UNAVAILABLE'],
    [500, 'InternalError', 'OBJECT_STORE_UNAVAILABLE'],
    [400, 'RequestTimeout', 'OBJECT_STORE_UNAVAILABLE'],
    [400, 'ExpiredToken', 'OBJECT_STORE_UNAVAILABLE'],
    [403, 'RequestTimeTooSkewed', 'OBJECT_STORE_UNAVAILABLE'],
    [403, 'AccessDenied', 'OBJECT_STORE_REFUSED'],
    [404, 'NoSuchBucket', 'OBJECT_STORE_REFUSED'],
    [400, 'EntityTooLarge', 'OBJECT_STORE_REFUSED'],
  ])('%i %s is %s', async (status, name, code) => {
    const store = await storeOn(error(status, name), { tries: 1 });
    const put = store.put('a/b', Buffer.from('x'), { ...options, ifNoneMatch: '*' });
    await expect(put).rejects.toMatchObject({ code, message: expect.stringContaining(name) });
  });

  test('404 to a put with If-Match says that the object is not the one that was read', async () => {
    const store = await storeOn(error(404, 'NoSuchKey'));
    await expect(store.put('a/b', Buffer.from('x'), { ...options, ifMatch: '"e"' })).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    });
  });

  test('one answer "slow down" is got over without a word', async () => {
    let asked = 0;
    const store = await storeOn((request, response) => {
      if (++asked === 1) error(503, 'SlowDown')(request, response);
      else request.resume().on('end', () => response.writeHead(200, { etag: '"e"' }).end());
    });
    expect(await store.put('a/b', Buffer.from('x'), options)).toEqual({ etag: '"e"' });
  });

  test('where the caller tries again by itself, one request is sent, and its trouble is told', async () => {
    let asked = 0;
    const store = await storeOn((request, response) => {
      asked++;
      error(503, 'SlowDown')(request, response);
    });
    const put = store.put('a/b', Buffer.from('x'), { ...options, once: true });
    await expect(put).rejects.toMatchObject({ code: 'OBJECT_STORE_UNAVAILABLE' });
    expect(asked).toBe(1);
  });

  test('a call that hangs is given up in time, tries included', async () => {
    const store = await storeOn((request) => request.resume(), { timeoutMs: 60, tries: 2 });
    const startedMs = performance.now();
    await expect(store.put('a/b', Buffer.from('x'), options)).rejects.toMatchObject({
      code: 'OBJECT_STORE_UNAVAILABLE',
    });
    expect(performance.now() - startedMs).toBeLessThan(1_500);
  });

  test('an answer that stops in the middle is given up in time', async () => {
    const store = await storeOn(
      (_, response) => response.writeHead(200, { 'content-length': '100', etag: '"e"' }).write('half'),
      { timeoutMs: 60, tries: 1 },
    );
    await expect(store.get('a/b')).rejects.toMatchObject({ code: 'OBJECT_STORE_UNAVAILABLE' });
  });

  describe('a put whose answer was lost, and which is tried again', () => {
    /** Takes the first put and breaks the connection; says 412 to the second; what is there then is `found`. */
    const losing = (found: string): RequestListener => {
      let puts = 0;
      return (request, response) => {
        request.resume().on('end', () => {
          if (request.method === 'GET') response.writeHead(200, { etag: '"stored"' }).end(found);
          else if (++puts === 1) request.socket.destroy();
          else error(412, 'PreconditionFailed')(request, response);
        });
      };
    };

    test.each([{ ifNoneMatch: '*' as const }, { ifMatch: '"before"' }])(
      'is no refusal where our bytes are there: %o',
      async (condition) => {
        const store = await storeOn(losing('ours'));
        const put = store.put('a/b', Buffer.from('ours'), { ...options, ...condition });
        expect(await put).toEqual({ etag: '"stored"' });
      },
    );

    test('is a refusal where other bytes are there', async () => {
      const store = await storeOn(losing('theirs'));
      const put = store.put('a/b', Buffer.from('ours'), { ...options, ifNoneMatch: '*' });
      await expect(put).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
    });
  });

  describe('a move', () => {
    interface Asked {
      readonly method: string;
      readonly path: string;
      readonly headers: Record<string, string>;
    }
    /** A bucket with `a/b`, and what was asked of it. `answer` goes first; what it leaves alone is done. */
    async function moving(answer: (asked: Asked, before: readonly Asked[]) => number | undefined) {
      const asked: Asked[] = [];
      const etags = new Map([['/origin/a/b', '"one"']]);
      const store = await storeOn(
        (request, response) => {
          request.resume().on('end', () => {
            const { method = '', url = '' } = request;
            const [path = ''] = url.split('?');
            const names = ['if-match', 'if-none-match', 'x-amz-copy-source', 'x-amz-copy-source-if-match'];
            const headers = Object.fromEntries(
              names.flatMap((name) => (request.headers[name] ? [[name, String(request.headers[name])]] : [])),
            );
            const one = { method, path, headers };
            const status = answer(one, asked);
            asked.push(one);
            if (status !== undefined)
              return error(status, status === 412 ? 'PreconditionFailed' : 'NoSuchKey')(request, response);
            const etag = etags.get(path);
            if (method === 'HEAD') return response.writeHead(etag ? 200 : 404, etag ? { etag } : {}).end();
            if (method === 'DELETE') {
              etags.delete(path);
              return response.writeHead(204).end();
            }
            etags.set(path, '"one"');
            response
              .writeHead(200, { 'content-type': 'application/xml' })
              .end('<CopyObjectResult><ETag>"one"</ETag></CopyObjectResult>');
          });
        },
        { tries: 1 },
      );
      return { store, asked, etags };
    }
    const [from, to] = ['/origin/a/b', '/origin/quarantine/a/b'];
    const move = (store: { move(from: string, to: string): Promise<void> }) =>
      store.move('a/b', 'quarantine/a/b');

    test('copies only what it saw to where nothing is, then deletes only that', async () => {
      const { store, asked } = await moving(() => undefined);
      await move(store);
      expect(asked).toEqual([
        { method: 'HEAD', path: from, headers: {} },
        { method: 'HEAD', path: to, headers: {} },
        {
          method: 'PUT',
          path: to,
          headers: {
            'if-none-match': '*',
            'x-amz-copy-source': 'origin/a/b',
            'x-amz-copy-source-if-match': '"one"',
          },
        },
        { method: 'DELETE', path: from, headers: { 'if-match': '"one"' } },
      ]);
    });

    test('names what it replaces', async () => {
      const { store, asked, etags } = await moving(() => undefined);
      etags.set(to, '"older"');
      await move(store);
      expect(asked[2]?.headers).toMatchObject({ 'if-match': '"older"' });
    });

    test('copies nothing again where an earlier one broke off before its delete', async () => {
      const { store, asked, etags } = await moving(() => undefined);
      etags.set(to, '"one"');
      await move(store);
      expect(asked.map(({ method }) => method)).toEqual(['HEAD', 'HEAD', 'DELETE']);
    });

    test.each([
      ['PUT', 412],
      ['PUT', 404],
      ['DELETE', 412],
    ])('looks again where its %s is told %i, for something changed', async (method, status) => {
      const { store, asked, etags } = await moving((one, before) =>
        one.method === method && !before.some((earlier) => earlier.method === method) ? status : undefined,
      );
      await move(store);
      expect(asked.filter((one) => one.method === method)).toHaveLength(2);
      expect([...etags.keys()]).toEqual([to]);
    });

    test('gives up, and deletes nothing, where it is told so again and again', async () => {
      const { store, asked, etags } = await moving(({ method }) => (method === 'PUT' ? 412 : undefined));
      await expect(move(store)).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
      expect(asked.filter(({ method }) => method === 'PUT')).toHaveLength(10);
      expect([...etags.keys()]).toEqual([from]);
    });
  });

  test('a put that was refused at its first try is a refusal, whatever is there', async () => {
    let gets = 0;
    const store = await storeOn((request, response) => {
      if (request.method === 'GET') gets++;
      error(412, 'PreconditionFailed')(request, response);
    });
    const put = store.put('a/b', Buffer.from('x'), { ...options, ifNoneMatch: '*' });
    await expect(put).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
    expect(gets).toBe(0);
  });
});
