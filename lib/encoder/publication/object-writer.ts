import { PreconditionFailedError } from '../../object-store/errors.ts';
import type { ObjectStore } from '../../object-store/ports.ts';
import type { ObjectWrite } from './policy/object-write.ts';
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

  /**
   * Returns what is stored instead, if another encoder wrote it first and it stays. Throws the object store's errors; the object may or
   * may not be stored then, so try again.
   */
  async write(object: ObjectWrite, body: Uint8Array): Promise<Buffer | undefined> {
    if (this.#unknown.has(object.key)) {
      const there = await this.#lookUp(object, body);
      if (there) return there === 'ours' ? undefined : there;
    }
    try {
      await this.#put(object, body);
    } catch (cause) {
      if (!(cause instanceof PreconditionFailedError)) throw cause;
      this.#unknown.add(object.key);
      const there = await this.#lookUp(object, body);
      if (there) return there === 'ours' ? undefined : there;
      // A conflict isn't the origin's fault: retry at once with what it returned.
      await this.#put(object, body);
    }
    return undefined;
  }

  async #put({ key, contentType, cacheControl, how }: ObjectWrite, body: Uint8Array): Promise<void> {
    const headers = { contentType, cacheControl };
    const known = how === 'replace' ? this.#etags.get(key) : undefined;
    const condition = known === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: known };
    const { etag } = await this.#store.put(key, body, { ...headers, ...condition, once: true });
    if (how === 'replace') this.#etags.set(key, etag);
  }

  /**
   * After a conflict: the stored object, if it stays as it is. `ours`: as it should be, because it is our own write whose response was
   * lost. Undefined: write again.
   */
  async #lookUp({ key, how }: ObjectWrite, body: Uint8Array): Promise<Buffer | 'ours' | undefined> {
    const found = await this.#store.get(key);
    const outcome = judgeConflict(how, found, this.#epoch);
    if (outcome.kind === 'superseded') {
      this.#superseded(outcome.byEpoch);
      throw new PreconditionFailedError(`${key} is written by epoch ${outcome.byEpoch}`);
    }
    this.#unknown.delete(key);
    if (found?.body.equals(body)) {
      if (outcome.kind === 'again' && outcome.etag !== undefined) this.#etags.set(key, outcome.etag);
      return 'ours';
    }
    if (outcome.kind === 'there') return found?.body;
    if (outcome.etag === undefined) this.#etags.delete(key);
    else this.#etags.set(key, outcome.etag);
    return undefined;
  }
}
