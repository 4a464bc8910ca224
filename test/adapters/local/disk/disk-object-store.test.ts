import { appendFile, readdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { asStoreError } from '../../../../lib/adapters/local/disk/disk-errors.ts';
import { openDiskObjectStore } from '../../../../lib/adapters/local/disk/disk-object-store.ts';
import { temporaryFolder } from '../../../../testkit/temporary-folder.ts';
import { describeKeyValidation, describeObjectStore } from '../../../object-store/object-store-contract.ts';

async function open() {
  const folder = await temporaryFolder();
  return { store: await openDiskObjectStore(folder.path), folder: folder.path, close: folder.remove };
}

describeObjectStore('a folder on disk', open);
describeKeyValidation('a folder on disk', open);

const options = { contentType: 'video/mp4', cacheControl: 'public, max-age=1' };

describe('the disk object store', () => {
  test('keeps objects and their ETags across a restart', async () => {
    const { store, folder, close } = await open();
    const { etag } = await store.put('a/b', Buffer.from('kept'), options);
    const again = await openDiskObjectStore(folder);
    expect(await again.get('a/b')).toEqual({ body: Buffer.from('kept'), etag, ...options });
    await expect(again.put('a/b', Buffer.from('x'), { ...options, ifNoneMatch: '*' })).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    });
    await close();
  });

  test('leaves no temporary file behind, and clears those of a crashed process at its start', async () => {
    const { store, folder, close } = await open();
    await store.put('a/b', Buffer.from('x'), options);
    expect(await readdir(join(folder, 'tmp'))).toEqual([]);
    await writeFile(join(folder, 'tmp', 'half-written'), 'x');
    await openDiskObjectStore(folder);
    expect(await readdir(join(folder, 'tmp'))).toEqual([]);
    await close();
  });

  test('does not follow a link to a file or a folder outside', async () => {
    const { store, folder, close } = await open();
    const outside = await temporaryFolder();
    await writeFile(join(outside.path, 'secret'), 'secret');
    await symlink(outside.path, join(folder, 'objects', 'way-out'));
    await symlink(join(outside.path, 'secret'), join(folder, 'objects', 'secret'));
    await expect(store.get('way-out/secret')).rejects.toMatchObject({ code: 'OBJECT_STORE_REFUSED' });
    await expect(store.get('secret')).rejects.toMatchObject({ code: 'OBJECT_STORE_REFUSED' });
    await expect(store.put('way-out/new', Buffer.from('x'), options)).rejects.toMatchObject({
      code: 'OBJECT_STORE_REFUSED',
    });
    await expect(store.delete('way-out/secret')).rejects.toMatchObject({ code: 'OBJECT_STORE_REFUSED' });
    expect((await store.list('', { limit: 10 })).keys).toEqual([]);
    expect(await readdir(outside.path)).toEqual(['secret']);
    await outside.remove();
    await close();
  });

  test('treats a torn file as no object, so that it can be written again', async () => {
    const { store, folder, close } = await open();
    await store.put('a/b', Buffer.from('whole'), options);
    const path = join(folder, 'objects', 'a', 'b');
    for (const tear of [() => appendFile(path, 'more'), () => truncate(path, 40), () => truncate(path, 3)]) {
      await tear();
      expect(await store.get('a/b')).toBeUndefined();
    }
    await store.put('a/b', Buffer.from('again'), { ...options, ifNoneMatch: '*' });
    expect((await store.get('a/b'))?.body.toString()).toBe('again');
    await close();
  });

  test('an object held open reads on after it was replaced', async () => {
    const { store, close } = await open();
    await store.put('a/b', Buffer.from('old bytes'), options);
    const object = await store.open('a/b');
    await store.put('a/b', Buffer.from('new'), options);
    const chunks: Uint8Array[] = [];
    for await (const chunk of object?.read(4, 9) ?? []) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('bytes');
    await object?.close();
    await close();
  });

  test('refuses a key that goes through another object', async () => {
    const { store, close } = await open();
    await store.put('a', Buffer.from('x'), options);
    await expect(store.put('a/b', Buffer.from('x'), options)).rejects.toMatchObject({
      code: 'OBJECT_STORE_REFUSED',
    });
    await store.put('c/d', Buffer.from('x'), options);
    await expect(store.put('c', Buffer.from('x'), options)).rejects.toMatchObject({
      code: 'OBJECT_STORE_REFUSED',
    });
    await close();
  });

  test.each(['ENOSPC', 'EDQUOT'])('says that the store is full at %s', (code) => {
    const cause = Object.assign(new Error(code), { code });
    expect(asStoreError(cause, 'a/b')).toMatchObject({ code: 'OBJECT_STORE_FULL', cause });
  });

  test('says that the store is unavailable at an input/output error', () => {
    const cause = Object.assign(new Error('EIO'), { code: 'EIO' });
    expect(asStoreError(cause, 'a/b')).toMatchObject({ code: 'OBJECT_STORE_UNAVAILABLE', cause });
  });

  test('does not start where a file is in the way of its folder, and says what to do', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder.path, 'file'), '');
    await expect(openDiskObjectStore(join(folder.path, 'file', 'below'))).rejects.toMatchObject({
      code: 'DATA_DIR_NOT_WRITABLE',
      mend: expect.stringContaining('--data-dir'),
    });
    await folder.remove();
  });
});
