import type { Clock } from '../net/clock.ts';
import type { CachedObject } from './cached-object.ts';
import { isNowhere } from './policy/errors.ts';
import { objectsToFree } from './policy/limits/giving-way.ts';
import type { KnownObjects } from './policy/limits/known-names.ts';

const isStalled = ({ readings }: CachedObject): boolean =>
  [...readings].some(({ stalledSinceMs }) => stalledSinceMs !== undefined);

/** Looking at thousands of readers takes a millisecond, and their state changes about once a second. */
const nobodyHoldsMs = 250;

/**
 * The objects in memory, least recently used first, within a byte budget. An object counts from its first byte until it is
 * out of the cache *and* nobody is reading it, so data held for slow clients is within the budget too. If that fills the
 * budget, clients that have stopped reading give way; if there are none, nothing new is admitted.
 */
export class ObjectMemory implements KnownObjects {
  readonly limitBytes: number;
  readonly #objects = new Map<string, CachedObject>();
  /** The bytes that each counted object was counted with. */
  readonly #costs = new Map<CachedObject, number>();
  #usedBytes = 0;
  #evictions = 0;
  #cutReaders = 0;
  /** When it last turned out that nobody has to give way. */
  #nobodyAtMs = Number.NEGATIVE_INFINITY;
  readonly #clock: Pick<Clock, 'nowMs'>;

  constructor(limitBytes: number, clock: Pick<Clock, 'nowMs'>) {
    this.limitBytes = limitBytes;
    this.#clock = clock;
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

  /** Readers that were cut off to make room. */
  get cutReaders(): number {
    return this.#cutReaders;
  }

  /** Looks up an object without marking it as used. */
  peek(key: string): CachedObject | undefined {
    return this.#objects.get(key);
  }

  has(key: string): boolean {
    return this.#objects.get(key)?.facts.status === 200;
  }

  wasAbsent(key: string): boolean {
    return isNowhere(this.#objects.get(key)?.facts.status);
  }

  mentions(key: string, text: string): boolean {
    const object = this.#objects.get(key);
    return object?.facts.status === 200 && object.body.view(0, object.body.filledBytes).includes(text);
  }

  hasLine(key: string, line: string): boolean {
    const object = this.#objects.get(key);
    return object?.facts.status === 200 && object.hasLine(line);
  }

  touch(object: CachedObject): void {
    if (this.#objects.get(object.key) !== object) return;
    this.#objects.delete(object.key);
    this.#objects.set(object.key, object);
  }

  /** Evicts objects to make room for `bytes` more, if need be from under clients that don't read; false if that is impossible. */
  makeRoom(bytes: number): boolean {
    if (this.#usedBytes + bytes <= this.limitBytes) return true;
    for (const object of this.#objects.values()) {
      if (!object.isIdle) continue;
      this.drop(object);
      this.#evictions++;
      if (this.#usedBytes + bytes <= this.limitBytes) return true;
    }
    return this.#giveWay(bytes);
  }

  #giveWay(bytes: number): boolean {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#nobodyAtMs < nobodyHoldsMs) return false;
    const held = [...this.#costs.keys()].filter(
      ({ readers, body }) => readers > 0 && body.state !== 'filling',
    );
    const neededBytes = this.#usedBytes + bytes - this.limitBytes;
    const freed = objectsToFree(held, { neededBytes, limitBytes: this.limitBytes, nowMs });
    if (freed.length === 0) {
      this.#nobodyAtMs = nowMs;
      // Nobody else may join those who hold them, or they would never be free.
      for (const object of held) if (isStalled(object)) this.drop(object);
    }
    for (const object of freed) {
      this.drop(object);
      for (const reading of [...object.readings]) {
        this.#cutReaders++;
        reading.cut();
      }
    }
    return this.#usedBytes + bytes <= this.limitBytes;
  }

  /** Replaces the previous version. The caller has made room. */
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
    this.release(object);
  }

  /** Drops every object whose key starts with `prefix`, and cuts off who reads one that is still arriving. */
  dropBelow(prefix: string): void {
    for (const [key, object] of this.#objects) {
      if (!key.startsWith(prefix)) continue;
      this.drop(object);
      if (object.body.state === 'filling') for (const reading of [...object.readings]) reading.cut();
    }
  }

  /** Call when a reader has left or a fill has ended. */
  release(object: CachedObject): void {
    if (!object.dropped || !object.isIdle) return;
    this.#usedBytes -= this.#costs.get(object) ?? 0;
    this.#costs.delete(object);
  }
}
