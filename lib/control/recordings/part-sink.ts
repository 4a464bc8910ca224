import type { Upload } from '../../object-store/ports.ts';

/** What S3 takes at least for a part that isn't the last: 5 MiB. More keeps the number of parts below its 10,000. */
const partBytes = 8 * 1024 * 1024;
const atOnce = 3;

/**
 * Sends a file to the object store in parts, as its media comes, with a head that depends on all of it: the beginning of the media is
 * kept until the head is known, because both are the first part.
 */
export class PartSink {
  readonly #upload: Upload;
  readonly #sending = new Set<Promise<void>>();
  #failure: { readonly cause: unknown } | undefined;
  #first: Buffer | undefined;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #parts = 1;
  #mediaBytes = 0;

  constructor(upload: Upload) {
    this.#upload = upload;
  }

  get mediaBytes(): number {
    return this.#mediaBytes;
  }

  /** Resolves once there is room for more. Throws the store's errors, also those of earlier parts. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#mediaBytes += bytes.length;
    if (this.#waitingBytes < partBytes) return;
    const part = this.#take();
    if (!this.#first) this.#first = part;
    else await this.#send(++this.#parts, part);
  }

  /** Sends the rest, and the head in front of everything. Returns the size of the file. */
  async finish(head: Buffer): Promise<number> {
    const rest = this.#take();
    if (!this.#first) await this.#send(1, Buffer.concat([head, rest]));
    else {
      await this.#send(1, Buffer.concat([head, this.#first]));
      if (rest.length > 0) await this.#send(++this.#parts, rest);
    }
    await this.settled();
    if (this.#failure) throw this.#failure.cause;
    await this.#upload.complete();
    return head.length + this.#mediaBytes;
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    while (this.#sending.size > 0) await Promise.all(this.#sending);
  }

  #take(): Buffer {
    const part = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    return part;
  }

  async #send(number: number, part: Buffer): Promise<void> {
    while (this.#sending.size >= atOnce) await Promise.race(this.#sending);
    if (this.#failure) throw this.#failure.cause;
    const sent: Promise<void> = this.#upload
      .part(number, part)
      .catch((cause: unknown) => {
        this.#failure ??= { cause };
      })
      .finally(() => this.#sending.delete(sent));
    this.#sending.add(sent);
  }
}
