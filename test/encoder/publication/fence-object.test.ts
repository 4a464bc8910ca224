import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openDiskObjectStore } from '../../../lib/adapters/local/disk/disk-object-store.ts';
import { fenceObject } from '../../../lib/encoder/publication/fence-object.ts';
import { epochMark } from '../../../lib/object-store/epoch-mark.ts';
import { PreconditionFailedError } from '../../../lib/object-store/errors.ts';
import type { ObjectStore } from '../../../lib/object-store/ports.ts';
import { temporaryFolder } from '../../../testkit/temporary-folder.ts';

const key = 'local/stream/broadcast/360p/playlist.m3u8';
const facts = { contentType: 'application/vnd.apple.mpegurl', cacheControl: 'max-age=1' };
const playlist = (words: string, epoch: number) => words + epochMark(key, epoch);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let objects: ObjectStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  objects = await openDiskObjectStore(folder.path);
});
afterEach(() => folder.remove());

describe('a worker that claims a playlist', () => {
  test('gets it unchanged, and the previous writer is refused from then on', async () => {
    const { etag } = await objects.put(key, Buffer.from(playlist('7.m4s\n', 4)), facts);
    expect(await fenceObject(objects, key, 5)).toBe(playlist('7.m4s\n', 5));
    expect(await objects.get(key)).toMatchObject({ ...facts, body: Buffer.from(playlist('7.m4s\n', 5)) });
    const late = objects.put(key, Buffer.from(playlist('8.m4s\n', 4)), { ...facts, ifMatch: etag });
    await expect(late).rejects.toBeInstanceOf(PreconditionFailedError);
  });

  test('gets the writer’s latest version if that arrived in between', async () => {
    await objects.put(key, Buffer.from(playlist('7.m4s\n', 4)), facts);
    let reads = 0;
    const racing: ObjectStore = {
      ...objects,
      put: (...write) => objects.put(...write),
      list: (...page) => objects.list(...page),
      delete: (each) => objects.delete(each),
      move: (...names) => objects.move(...names),
      async get(each) {
        const found = await objects.get(each);
        if (reads++ === 0)
          await objects.put(key, Buffer.from(playlist('8.m4s\n', 4)), { ...facts, ifMatch: found!.etag });
        return found;
      },
    };
    expect(await fenceObject(racing, key, 5)).toBe(playlist('8.m4s\n', 5));
  });

  test('leaves a newer epoch’s object alone', async () => {
    await objects.put(key, Buffer.from(playlist('7.m4s\n', 6)), facts);
    await expect(fenceObject(objects, key, 5)).rejects.toMatchObject({ reason: 'held-elsewhere' });
    expect((await objects.get(key))?.body.toString()).toBe(playlist('7.m4s\n', 6));
  });

  test('writes nothing if there is nothing', async () => {
    expect(await fenceObject(objects, key, 5)).toBe('');
    expect(await objects.get(key)).toBeUndefined();
  });
});
