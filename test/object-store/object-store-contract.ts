import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BulkObjectStore, ObjectStore, PutOptions, UploadStore } from '../../lib/object-store/ports.ts';

export interface OpenedStore {
  readonly store: ObjectStore;
  close(): Promise<void>;
}

const bytes = (text: string) => Buffer.from(text);
const options: PutOptions = { contentType: 'video/mp4', cacheControl: 'public, max-age=31536000, immutable' };

/** What every object store does, whatever is behind it. `open` gives an empty one. */
export function describeObjectStore(name: string, open: () => Promise<OpenedStore>): void {
  describe(`the object store contract: ${name}`, () => {
    let opened: OpenedStore;
    let store: ObjectStore;
    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(() => opened.close());

    test('an object comes back with its bytes, its ETag, its content type and its cache control', async () => {
      const body = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7) & 255));
      const { etag } = await store.put('a/segment.m4s', body, options);
      expect(etag).toMatch(/^"[^"]+"$/);
      const object = await store.get('a/segment.m4s');
      expect(object?.body.equals(body)).toBe(true);
      expect(object).toMatchObject({ etag, ...options });
    });

    test('an empty object is an object', async () => {
      await store.put('a/empty', bytes(''), options);
      expect((await store.get('a/empty'))?.body).toHaveLength(0);
    });

    test('what was never put is undefined', async () => {
      expect(await store.get('a/nothing')).toBeUndefined();
      expect(await store.get('a/segment.m4s/below')).toBeUndefined();
      expect(await store.get('a')).toBeUndefined();
    });

    test('a put replaces the bytes and the ETag, and the same bytes keep the ETag', async () => {
      const first = await store.put('b/playlist', bytes('one'), options);
      const second = await store.put('b/playlist', bytes('two'), { ...options, contentType: 'text/plain' });
      expect(second.etag).not.toBe(first.etag);
      expect(await store.get('b/playlist')).toMatchObject({ body: bytes('two'), contentType: 'text/plain' });
      expect((await store.put('b/playlist', bytes('two'), options)).etag).toBe(second.etag);
    });

    test('If-None-Match: * writes once, and the loser leaves the object as it was', async () => {
      await store.put('c/1.m4s', bytes('first'), { ...options, ifNoneMatch: '*' });
      await expect(
        store.put('c/1.m4s', bytes('second'), { ...options, ifNoneMatch: '*' }),
      ).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
      expect((await store.get('c/1.m4s'))?.body).toEqual(bytes('first'));
    });

    test('If-Match writes over exactly the object it names', async () => {
      const { etag } = await store.put('d/list', bytes('1'), options);
      const next = await store.put('d/list', bytes('2'), { ...options, ifMatch: etag });
      for (const ifMatch of [etag, '"another"']) {
        await expect(store.put('d/list', bytes('3'), { ...options, ifMatch })).rejects.toMatchObject({
          code: 'PRECONDITION_FAILED',
        });
      }
      expect(await store.get('d/list')).toMatchObject({ body: bytes('2'), etag: next.etag });
    });

    test('If-Match fails where there is no object', async () => {
      await expect(
        store.put('d/missing', bytes('1'), { ...options, ifMatch: '"any"' }),
      ).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
      expect(await store.get('d/missing')).toBeUndefined();
    });

    test('of many writers at once with If-None-Match: * exactly one wins, and its bytes are there', async () => {
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, writer) =>
          store.put('e/race', bytes(`writer ${writer}`), { ...options, ifNoneMatch: '*' }).then(() => writer),
        ),
      );
      const winners = results.filter((result) => result.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      const [winner] = winners;
      expect((await store.get('e/race'))?.body.toString()).toBe(`writer ${winner?.value}`);
    });

    test('of many writers at once with the same If-Match exactly one wins', async () => {
      const { etag } = await store.put('e/cas', bytes('0'), options);
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, writer) =>
          store.put('e/cas', bytes(`writer ${writer}`), { ...options, ifMatch: etag }),
        ),
      );
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    });

    test('a reader never sees a torn object while it is replaced', async () => {
      const version = (fill: number) => Buffer.alloc(200_000, fill);
      await store.put('f/hot', version(0), options);
      const writing = (async () => {
        for (let fill = 1; fill <= 15; fill++) await store.put('f/hot', version(fill), options);
      })();
      for (let read = 0; read < 30; read++) {
        const body = (await store.get('f/hot'))?.body ?? Buffer.alloc(0);
        expect(body.equals(version(body[0] ?? 255))).toBe(true);
      }
      await writing;
    });

    test('the list has the keys of a prefix in key order, a page at a time', async () => {
      const keys = ['l-a', 'l/a', 'l/a-b', 'l/a/1', 'l/a/10', 'l/a/2', 'l/b/x/y', 'l/b.m4s', 'l0'].toSorted();
      // 'l/a' beside 'l/a/1' would be an object and a folder at once: no store of ours has to take that.
      const taken = keys.filter((key) => key !== 'l/a');
      for (const key of taken.toReversed()) await store.put(key, bytes(key), options);
      const inside = taken.filter((key) => key.startsWith('l/'));
      expect(await store.list('l/', { limit: 100 })).toEqual({ keys: inside, more: false });
      expect(await store.list('l/a', { limit: 100 })).toEqual({
        keys: inside.filter((key) => key.startsWith('l/a')),
        more: false,
      });
      const paged: string[] = [];
      for (let more = true; more; ) {
        const page = await store.list('l/', { limit: 2, after: paged.at(-1) });
        expect(page.keys.length).toBeLessThanOrEqual(2);
        paged.push(...page.keys);
        more = page.more;
      }
      expect(paged).toEqual(inside);
      expect(await store.list('none/', { limit: 10 })).toEqual({ keys: [], more: false });
    });

    test('a deleted object is gone from get and list, and deleting it again is no error', async () => {
      await store.put('g/h/i', bytes('x'), options);
      await store.delete('g/h/i');
      await store.delete('g/h/i');
      await store.delete('g/never/was');
      expect(await store.get('g/h/i')).toBeUndefined();
      expect(await store.list('g/', { limit: 10 })).toEqual({ keys: [], more: false });
      await store.put('g/h/i', bytes('again'), { ...options, ifNoneMatch: '*' });
      expect((await store.get('g/h/i'))?.body).toEqual(bytes('again'));
    });

    test('a delete with If-Match takes exactly the object it names', async () => {
      const { etag } = await store.put('e/list', bytes('1'), options);
      await store.put('e/list', bytes('2'), options);
      await expect(store.delete('e/list', { ifMatch: etag })).rejects.toMatchObject({
        code: 'PRECONDITION_FAILED',
      });
      const found = await store.get('e/list');
      expect(found?.body).toEqual(bytes('2'));
      await store.delete('e/list', { ifMatch: found?.etag ?? '' });
      expect(await store.get('e/list')).toBeUndefined();
    });

    test('a moved object is under its new key as it was, and under the old one no more', async () => {
      await store.put('m/old/1.m4s', bytes('moved'), options);
      await store.move('m/old/1.m4s', 'kept/m/old/1.m4s');
      expect(await store.get('m/old/1.m4s')).toBeUndefined();
      expect(await store.get('kept/m/old/1.m4s')).toMatchObject({ body: bytes('moved'), ...options });
      expect(await store.list('m/', { limit: 10 })).toEqual({ keys: [], more: false });
      await store.put('m/old/1.m4s', bytes('new'), { ...options, ifNoneMatch: '*' });
    });

    test('a move that is repeated changes nothing, nor does one of what never was', async () => {
      await store.put('o/1', bytes('one'), options);
      await store.move('o/1', 'p/1');
      await store.move('o/1', 'p/1');
      await store.move('o/never', 'p/1');
      await store.move('p/1', 'p/1');
      expect((await store.get('p/1'))?.body).toEqual(bytes('one'));
      expect((await store.list('o/', { limit: 10 })).keys).toEqual([]);
    });

    test('a move takes the place of what is there', async () => {
      await store.put('q/from', bytes('from'), { ...options, contentType: 'text/plain' });
      await store.put('q/to', bytes('to'), options);
      await store.move('q/from', 'q/to');
      expect(await store.get('q/to')).toMatchObject({ body: bytes('from'), contentType: 'text/plain' });
      expect((await store.list('q/', { limit: 10 })).keys).toEqual(['q/to']);
    });

    test('a move leaves alone what is below a key of that name', async () => {
      await store.put('r/folder/1', bytes('x'), options);
      await store.move('r/folder', 'r/elsewhere');
      expect((await store.list('r/', { limit: 10 })).keys).toEqual(['r/folder/1']);
    });

    test('objects are moved there and back at the same time without one getting lost', async () => {
      const numbers = Array.from({ length: 20 }, (_, number) => number);
      await Promise.all(numbers.map((each) => store.put(`t/${each}`, bytes(String(each)), options)));
      await Promise.all(
        numbers.flatMap((each) => [
          store.move(`t/${each}`, `u/${each}`),
          store.move(`u/${each}`, `t/${each}`),
        ]),
      );
      const left = [
        ...(await store.list('t/', { limit: 50 })).keys,
        ...(await store.list('u/', { limit: 50 })).keys,
      ];
      expect(left.map((key) => key.slice(2)).toSorted()).toEqual(numbers.map(String).toSorted());
    });

    test('puts and deletes of neighbours at once disturb nobody', async () => {
      await Promise.all(
        Array.from({ length: 30 }, async (_, index) => {
          await store.put(`n/${index % 3}/${index}`, bytes(String(index)), options);
          if (index % 2 === 0) await store.delete(`n/${index % 3}/${index}`);
        }),
      );
      const { keys } = await store.list('n/', { limit: 100 });
      expect(keys).toHaveLength(15);
    });
  });
}

/** Deleting in bulk, as the control plane does. */
export function describeBulkObjectStore(
  name: string,
  open: () => Promise<{ store: BulkObjectStore; close(): Promise<void> }>,
): void {
  test(`${name}: many objects are deleted at once, those that never were among them, and no others`, async () => {
    const { store, close } = await open();
    try {
      const keys = Array.from({ length: 40 }, (_, index) => `q/${index % 4}/${index}.m4s`);
      for (const key of [...keys, 'q/stays']) await store.put(key, bytes(key), options);
      await store.deleteAll([...keys, 'q/never']);
      await store.deleteAll([]);
      expect(await store.list('q/', { limit: 100 })).toEqual({ keys: ['q/stays'], more: false });
    } finally {
      await close();
    }
  });
}

/** Uploads in parts. Each part but the last has the 5 MiB that S3 wants. */
export function describeUploadStore(
  name: string,
  open: () => Promise<{ store: ObjectStore & UploadStore; close(): Promise<void> }>,
): void {
  describe(`uploads in parts: ${name}`, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    let store: ObjectStore & UploadStore;
    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(() => opened.close());
    const part = (fill: number): Buffer => Buffer.alloc(5 * 1024 * 1024, fill);
    const upload = { ...options, contentDisposition: 'attachment; filename="a.mp4"' };

    test('parts that come in any order, and again, are one object in the order of their numbers', async () => {
      const begun = await store.beginUpload('u/a.mp4', upload);
      await begun.part(2, part(0));
      await begun.part(3, bytes('end'));
      await Promise.all([begun.part(1, part(1)), begun.part(2, part(2))]);
      expect(await store.get('u/a.mp4')).toBeUndefined();
      const { etag } = await begun.complete();
      const found = await store.get('u/a.mp4');
      expect(found).toMatchObject({ etag, ...options });
      expect(found?.body.equals(Buffer.concat([part(1), part(2), bytes('end')]))).toBe(true);
    });

    test('one part is enough', async () => {
      const begun = await store.beginUpload('u/one.mp4', upload);
      await begun.part(1, bytes('all'));
      await begun.complete();
      expect((await store.get('u/one.mp4'))?.body).toEqual(bytes('all'));
    });

    test('an upload that is aborted leaves nothing, and aborting it again is no error', async () => {
      const begun = await store.beginUpload('u/none.mp4', upload);
      await begun.part(1, bytes('x'));
      await begun.abort();
      await begun.abort();
      await expect(begun.complete()).rejects.toThrow();
      expect(await store.get('u/none.mp4')).toBeUndefined();
    });

    test('of two uploads of one object the first that is complete stays', async () => {
      const [one, other] = [
        await store.beginUpload('u/b.mp4', upload),
        await store.beginUpload('u/b.mp4', upload),
      ];
      await one.part(1, bytes('one'));
      await other.part(1, bytes('other'));
      await one.complete();
      await expect(other.complete()).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
      await other.abort();
      expect((await store.get('u/b.mp4'))?.body).toEqual(bytes('one'));
    });

    test('what is no key is refused', async () => {
      await expect(store.beginUpload('../x', upload)).rejects.toMatchObject({ code: 'OBJECT_STORE_REFUSED' });
    });
  });
}

/** Texts that must never work as a key, whatever path they would make. */
const hostileKeys = [
  '',
  '/',
  '/etc/passwd',
  '..',
  '../x',
  'a/../../x',
  'a/./b',
  'a//b',
  'a/',
  'a\\..\\b',
  'a\0b',
  'a b',
  'a%2e%2e/b',
  '.hidden',
  'a?b',
  'a#b',
  'ä',
  `${'a'.repeat(201)}`,
  `${'a/'.repeat(501)}a`,
];

/** Stores that check keys themselves (all of ours that reach a path) refuse these. */
export function describeKeyValidation(name: string, open: () => Promise<OpenedStore>): void {
  describe(`key validation: ${name}`, () => {
    let opened: OpenedStore;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    test.each(hostileKeys)('%j is refused by put, get, delete and move', async (key) => {
      const refused = { code: 'OBJECT_STORE_REFUSED' };
      await expect(opened.store.put(key, bytes('x'), options)).rejects.toMatchObject(refused);
      await expect(opened.store.get(key)).rejects.toMatchObject(refused);
      await expect(opened.store.delete(key)).rejects.toMatchObject(refused);
      await expect(opened.store.move(key, 'a/b')).rejects.toMatchObject(refused);
      await expect(opened.store.move('a/b', key)).rejects.toMatchObject(refused);
    });
  });
}
