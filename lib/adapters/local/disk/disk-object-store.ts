import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  realpath,
  rename,
  rm,
  rmdir,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { ObjectStoreRefusedError, PreconditionFailedError } from '../../../object-store/errors.ts';
import { isObjectKey } from '../../../object-store/object-key.ts';
import type {
  OpenObject,
  OriginObjectStore,
  PutOptions,
  StoredObject,
  UploadOptions,
} from '../../../object-store/ports.ts';
import { rewrite } from '../../../retry/rewrite.ts';
import { DataDirNotWritableError } from '../data-dir-error.ts';
import { asStoreError, codeOf, isAbsent } from './disk-errors.ts';
import { listKeys } from './disk-listing.ts';
import { DiskUploads } from './disk-uploads.ts';
import { encodeHeader, etagOf, readHeader } from './object-file.ts';

/**
 * Opens the folder `root` as an object store, creating it if missing. Only one process may have it open at a time: conditional
 * puts are serialized per key within the process. Writes go to a temporary file that is then renamed, so readers get either the
 * old object or the new one, never a mix. Writes are not synced to disk: a power cut may lose the last seconds but never mixes
 * objects. A key must not be a folder of another key (`a` and `a/b`); such writes are refused. Throws `DataDirNotWritableError`.
 */
export async function openDiskObjectStore(root: string): Promise<OriginObjectStore> {
  const temporary = join(root, 'tmp');
  const objects = join(root, 'objects');
  try {
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    await mkdir(objects, { recursive: true });
    const probe = join(temporary, 'probe');
    await writeFile(probe, 'probe');
    await rename(probe, join(objects, '.probe'));
    await rm(join(objects, '.probe'));
  } catch (cause) {
    throw new DataDirNotWritableError(`The data folder ${root}`, codeOf(cause) ?? String(cause), cause);
  }
  return new DiskObjectStore(await realpath(objects), temporary);
}

class DiskObjectStore implements OriginObjectStore {
  readonly #objects: string;
  readonly #temporary: string;
  readonly #uploads: DiskUploads;
  /** The latest pending write of each key. */
  readonly #writes = new Map<string, Promise<unknown>>();

  constructor(objects: string, temporary: string) {
    this.#objects = objects;
    this.#temporary = temporary;
    this.#uploads = new DiskUploads(temporary);
  }

  async put(key: string, body: Uint8Array, options: PutOptions): Promise<{ etag: string }> {
    const path = this.#path(key);
    return this.#alone(key, async () => {
      if (options.ifMatch !== undefined || options.ifNoneMatch !== undefined) {
        const existing = await this.#etag(key);
        if (options.ifNoneMatch !== undefined && existing !== undefined) {
          throw new PreconditionFailedError(`${key} already exists`);
        }
        if (options.ifMatch !== undefined && existing !== options.ifMatch) {
          throw new PreconditionFailedError(`${key} has a different ETag`);
        }
      }
      const etag = etagOf(body);
      const { contentType, cacheControl } = options;
      const header = encodeHeader({ etag, contentType, cacheControl, sizeBytes: body.length });
      await this.#write(path, [header, body]);
      return { etag };
    });
  }

  async get(key: string): Promise<StoredObject | undefined> {
    const object = await this.open(key);
    if (!object) return undefined;
    try {
      const chunks: Uint8Array[] = [];
      for await (const chunk of object.read(0, object.sizeBytes)) chunks.push(chunk);
      const { etag, contentType, cacheControl } = object;
      return { body: Buffer.concat(chunks), etag, contentType, cacheControl };
    } catch (fault) {
      throw asStoreError(fault, key);
    } finally {
      await object.close();
    }
  }

  async open(key: string): Promise<OpenObject | undefined> {
    const path = this.#path(key);
    let file: FileHandle | undefined;
    try {
      await this.#stayInside(dirname(path));
      file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
      const found = await readHeader(file);
      if (found) {
        const { header, bodyOffset } = found;
        const held = file;
        return {
          ...header,
          read: (start, end) => readWindow(held, bodyOffset + start, bodyOffset + end),
          close: () => held.close(),
        };
      }
      await file.close();
      return undefined;
    } catch (fault) {
      await file?.close();
      if (isAbsent(fault)) return undefined;
      throw asStoreError(fault, key);
    }
  }

  async openUpload(key: string, options: UploadOptions): Promise<string> {
    this.#path(key);
    try {
      return await this.#uploads.begin(key, options);
    } catch (fault) {
      throw asStoreError(fault, key);
    }
  }

  async uploadPart(key: string, upload: string, number: number, body: Uint8Array): Promise<void> {
    try {
      await this.#uploads.part(upload, key, number, body);
    } catch (fault) {
      throw asStoreError(fault, key);
    }
  }

  completeUpload(key: string, upload: string): Promise<{ etag: string }> {
    const path = this.#path(key);
    return this.#alone(key, async () => {
      if ((await this.#etag(key)) !== undefined) throw new PreconditionFailedError(`${key} already exists`);
      return await this.#uploads.complete(upload, key, (whole) => this.#publish(whole, path));
    });
  }

  abortUpload(upload: string): Promise<void> {
    return this.#uploads.abort(upload);
  }

  async list(
    prefix: string,
    page: { after?: string; limit: number },
  ): Promise<{ keys: string[]; more: boolean }> {
    try {
      return await listKeys(this.#objects, prefix, page);
    } catch (fault) {
      throw asStoreError(fault, prefix);
    }
  }

  async delete(key: string, condition?: { readonly ifMatch: string }): Promise<void> {
    const path = this.#path(key);
    await this.#alone(key, async () => {
      await this.#stayInside(dirname(path));
      if (condition) {
        const existing = await this.#etag(key);
        if (existing !== undefined && existing !== condition.ifMatch) {
          throw new PreconditionFailedError(`${key} has a different ETag`);
        }
      }
      await rm(path);
      await this.#removeEmptyFolders(dirname(path));
    }).catch((fault) => {
      if (!isAbsent(fault.cause)) throw fault;
    });
  }

  async move(from: string, to: string): Promise<void> {
    const [source, target] = [this.#path(from), this.#path(to)];
    if (from === to) return;
    // Always lock in the same order, so that two moves never deadlock.
    const [first, second] = from < to ? [from, to] : [to, from];
    await this.#alone(first, () =>
      this.#alone(second, async () => {
        await this.#stayInside(dirname(source));
        if (!(await lstat(source)).isFile()) return;
        await this.#publish(source, target);
        await this.#removeEmptyFolders(dirname(source));
      }),
    ).catch((fault) => {
      if (!isAbsent(fault.cause)) throw fault;
    });
  }

  #path(key: string): string {
    if (!isObjectKey(key))
      throw new ObjectStoreRefusedError(`${JSON.stringify(key.slice(0, 80))} is not a valid object key`);
    return join(this.#objects, ...key.split('/'));
  }

  /** A folder may have been replaced by a link that leads outside the store, which must not be followed. */
  async #stayInside(folder: string): Promise<void> {
    const real = await realpath(folder);
    if (real !== this.#objects && !real.startsWith(this.#objects + sep)) {
      throw new ObjectStoreRefusedError('The folder of this key leads outside the store');
    }
  }

  async #etag(key: string): Promise<string | undefined> {
    const object = await this.open(key);
    await object?.close();
    return object?.etag;
  }

  async #write(path: string, parts: Uint8Array[]): Promise<void> {
    const temporary = join(this.#temporary, randomUUID());
    try {
      const file = await open(temporary, 'wx');
      try {
        // writeFile retries after a short write and so hits the error that caused it (disk full).
        for (const part of parts) await file.writeFile(part);
      } finally {
        await file.close();
      }
      await this.#publish(temporary, path);
    } catch (fault) {
      await rm(temporary, { force: true });
      throw fault;
    }
  }

  /** Renames the file to its final name. Retries if a delete removes the empty folder in between. */
  #publish(temporary: string, path: string): Promise<void> {
    const moveThere = async (): Promise<void> => {
      await mkdir(dirname(path), { recursive: true });
      await this.#stayInside(dirname(path));
      await rename(temporary, path);
    };
    return rewrite(moveThere, (fault) => codeOf(fault) === 'ENOENT');
  }

  async #removeEmptyFolders(folder: string): Promise<void> {
    try {
      for (let at = folder; at !== this.#objects; at = dirname(at)) await rmdir(at);
    } catch {
      // Not empty (or a writer was faster): the folder is still needed.
    }
  }

  /** Runs `work` exclusively, after all earlier writes of this key. */
  async #alone<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const earlier = this.#writes.get(key) ?? Promise.resolve();
    const mine = earlier.then(work, work).catch((fault) => {
      throw asStoreError(fault, key);
    });
    this.#writes.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#writes.get(key) === mine) this.#writes.delete(key);
    }
  }
}

const readBytes = 256 * 1024;

async function* readWindow(file: FileHandle, start: number, end: number): AsyncGenerator<Uint8Array> {
  for (let position = start; position < end; ) {
    const chunk = Buffer.allocUnsafe(Math.min(readBytes, end - position));
    const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) throw new Error('The file was truncated while being read');
    position += bytesRead;
    yield bytesRead === chunk.length ? chunk : chunk.subarray(0, bytesRead);
  }
}
