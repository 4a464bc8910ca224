import { PreconditionFailedError } from '../../object-store/errors.ts';
import type { ObjectStore } from '../../object-store/ports.ts';
import type { ObjectWrite } from './policy/publication.ts';
import { judgeConflict } from './policy/write-conflict.ts';

/** Writes the objects of one broadcast, each on condition that nobody else has written it since. */
export class ObjectWriter {
  readonly #store: ObjectStore;
  readonly #epoch: number;
  readonly #superseded: (byEpoch: number) => void;
  /** ETags of the objects that we last replaced. */
  readonly #etags = new Map<string, string>();
  /** Keys whose object differs from what we expected and could not be read. */
  readonly #unknown = new Set<string>();

  /** `superseded`: a newer epoch writes this broadcast; write nothing after that. */
  constructor(store: ObjectStore, epoch: number, superseded: (byEpoch: number) => void) {
    this.#store = store;
    this.#epoch = epoch;
    this.#superseded = superseded;
  }

  /** Throws the object store's errors; the object may or may not be stored then, so try again. */
  async write(object: ObjectWrite, body: Uint8Array): Promise<void> {
    if (this.#unknown.has(object.key) && (await this.#isThere(object, body))) return;
    try {
      await this.#put(object, body);
    } catch (cause) {
      if (!(cause instanceof PreconditionFailedError)) throw cause;
      this.#unknown.add(object.key);
      if (await this.#isThere(object, body)) return;
      // A conflict isn't the origin's fault: retry at once with what it returned.
      await this.#put(object, body);
    }
  }

  async #put({ key, contentType, cacheControl, how }: ObjectWrite, body: Uint8Array): Promise<void> {
    const headers = { contentType, cacheControl };
    const known = how === 'replace' ? this.#etags.get(key) : undefined;
    const condition = known === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: known };
    const { etag } = await this.#store.put(key, body, { ...headers, ...condition, once: true });
    if (how === 'replace') this.#etags.set(key, etag);
  }

  /** After a conflict: whether the stored object will do. It does if it is our own write whose response was lost. */
  async #isThere({ key, how }: ObjectWrite, body: Uint8Array): Promise<boolean> {
    const found = await this.#store.get(key);
    const outcome = judgeConflict(how, found, this.#epoch);
    if (outcome.kind === 'superseded') {
      this.#superseded(outcome.byEpoch);
      throw new PreconditionFailedError(`${key} is written by epoch ${outcome.byEpoch}`);
    }
    this.#unknown.delete(key);
    if (outcome.kind === 'there') return true;
    if (outcome.etag === undefined) this.#etags.delete(key);
    else this.#etags.set(key, outcome.etag);
    return found?.body.equals(body) === true;
  }
}
