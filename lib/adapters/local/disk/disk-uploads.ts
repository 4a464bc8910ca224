import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ObjectStoreRefusedError } from '../../../object-store/errors.ts';
import type { UploadOptions } from '../../../object-store/ports.ts';
import { encodeHeader, etagOf } from './object-file.ts';

/** The most parts of an object, as in S3. */
const mostParts = 10_000;
/** Uploads that are under way at once. */
const mostUploads = 100;

interface Parts {
  readonly key: string;
  readonly folder: string;
  readonly options: UploadOptions;
  readonly etags: Map<number, string>;
}

/** Parts of objects that are being uploaded: files in a folder each, below `temporary`, which a restart empties. */
export class DiskUploads {
  readonly #temporary: string;
  readonly #uploads = new Map<string, Parts>();

  constructor(temporary: string) {
    this.#temporary = temporary;
  }

  async begin(key: string, options: UploadOptions): Promise<string> {
    // Whoever died left one behind: the oldest is most likely that.
    const [oldest] = this.#uploads.keys();
    if (oldest !== undefined && this.#uploads.size >= mostUploads) await this.abort(oldest);
    const id = randomUUID();
    const folder = join(this.#temporary, `upload-${id}`);
    await mkdir(folder);
    this.#uploads.set(id, { key, folder, options, etags: new Map() });
    return id;
  }

  async part(id: string, key: string, number: number, body: Uint8Array): Promise<void> {
    const { folder, etags } = this.#parts(id, key);
    if (!Number.isInteger(number) || number < 1 || number > mostParts) {
      throw new ObjectStoreRefusedError(`Parts are numbered from 1 to ${mostParts}`);
    }
    // Renamed, so that a part that is sent again never mixes with itself.
    const arriving = join(folder, randomUUID());
    await writeFile(arriving, body);
    await rename(arriving, partFile(folder, number));
    etags.set(number, etagOf(body));
  }

  /** Joins the parts to one file and gives its path to `publish`, which moves it away. */
  async complete(
    id: string,
    key: string,
    publish: (path: string) => Promise<void>,
  ): Promise<{ etag: string }> {
    const { folder, options, etags } = this.#parts(id, key);
    const numbers = [...etags.keys()].sort((a, b) => a - b);
    if (numbers.length === 0) throw new ObjectStoreRefusedError('The upload has no parts');
    const etag = etagOf(Buffer.from(numbers.map((number) => etags.get(number)).join()));
    const whole = join(folder, 'whole');
    const sizes = await Promise.all(
      numbers.map(async (number) => (await stat(partFile(folder, number))).size),
    );
    const sizeBytes = sizes.reduce((sum, size) => sum + size, 0);
    const file = await open(whole, 'w');
    try {
      await file.writeFile(encodeHeader({ etag, ...options, sizeBytes }));
      for (const number of numbers) {
        await file.writeFile(createReadStream(partFile(folder, number)));
        // Two copies of a long recording may be more than the disk has.
        await rm(partFile(folder, number));
      }
    } finally {
      await file.close();
    }
    await publish(whole);
    await this.abort(id);
    return { etag };
  }

  async abort(id: string): Promise<void> {
    const parts = this.#uploads.get(id);
    this.#uploads.delete(id);
    if (parts) await rm(parts.folder, { recursive: true, force: true });
  }

  #parts(id: string, key: string): Parts {
    const parts = this.#uploads.get(id);
    if (parts?.key === key) return parts;
    throw new ObjectStoreRefusedError('There is no such upload');
  }
}

const partFile = (folder: string, number: number): string => join(folder, String(number));
