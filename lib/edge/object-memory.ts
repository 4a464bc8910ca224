import type { CachedObject } from './cached-object.ts';

/**
 * The objects in memory, least recently used first, within a budget of bytes. An object counts from its first byte
 * until it is out of the cache *and* nobody reads it: what slow clients hold is inside the budget too. Where all of it
 * is held so, nothing new is taken.
 */
export class ObjectMemory {
  readonly limitBytes: number;
  readonly #objects = new Map<string, CachedObject>();
  /** What each counted object was counted with. */
  readonly #costs = new Map<CachedObject, number>();
  #usedBytes = 0;
  #evictions = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get objects(): number {
    return this.#objects.size;
  }

  get evictions(): number {
    return this.#evictions;
  }

  /** Finds without marking it as used. */
  peek(key: string): CachedObject | undefined {
    return this.#objects.get(key);
  }

  touch(object: CachedObject): void {
    if (this.#objects.get(object.key) !== object) return;
    this.#objects.delete(object.key);
    this.#objects.set(object.key, object);
  }

  /** Makes room for this many bytes more, if it can. */
  makeRoom(bytes: number): boolean {
    if (this.#usedBytes + bytes <= this.limitBytes) return true;
    for (const object of this.#objects.values()) {
      if (!object.isIdle) continue;
      this.drop(object);
      this.#evictions++;
      if (this.#usedBytes + bytes <= this.limitBytes) return true;
    }
    return false;
  }

  /** Puts a version in place of the one before. Room has been made. */
  add(object: CachedObject): void {
    const before = this.#objects.get(object.key);
    if (before && before !== object) this.drop(before);
    object.dropped = false;
    this.#objects.set(object.key, object);
    this.recount(object);
  }

  /** Counts an object again after it has grown or shrunk. */
  recount(object: CachedObject): void {
    const before = this.#costs.get(object);
    if (before === undefined && object.dropped) return;
    this.#costs.set(object, object.costBytes);
    this.#usedBytes += object.costBytes - (before ?? 0);
  }

  drop(object: CachedObject): void {
    if (this.#objects.get(object.key) === object) this.#objects.delete(object.key);
    object.dropped = true;
    this.releaseLease(object);
  }

  /** Drops every object whose key begins so. */
  dropBelow(prefix: string): void {
    for (const [key, object] of this.#objects) if (key.startsWith(prefix)) this.drop(object);
  }

  /** To be called when a reader has left or a fill has ended. */
  releaseLease(object: CachedObject): void {
    if (!object.dropped || !object.isIdle) return;
    this.#usedBytes -= this.#costs.get(object) ?? 0;
    this.#costs.delete(object);
  }
}
