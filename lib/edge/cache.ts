import { defaultCacheBytes } from '../config/defaults.ts';
import type { Clock } from '../net/clock.ts';
import { SharedBody } from '../net/shared-body.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import { CachedObject } from './cached-object.ts';
import { type FillAnswer, fillObject, TooLargeError } from './fill.ts';
import { ObjectMemory } from './object-memory.ts';
import { type Passed, PassThrough } from './pass-through.ts';
import type { CacheKey } from './policy/cache-key.ts';
import { maxObjectBytes as originMaxBytes } from './policy/delivery.ts';
import { isNowhere, UpstreamError } from './policy/errors.ts';
import { type Admission, FillLimit } from './policy/limits/fill-limit.ts';
import { PlaylistPositions } from './policy/limits/playlist-positions.ts';
import { mayBeHeld } from './policy/upstream/held.ts';
import type { Upstream } from './ports.ts';

/**
 * How an object was obtained for a client. `revalidated`: the next tier confirmed that our copy is still current. `uncached`: there was
 * no room to store it.
 */
export type CacheState = 'hit' | 'miss' | 'coalesced' | 'revalidated' | 'stale' | 'error' | 'uncached';

/**
 * What a client gets. `shed`: no capacity for another fill, retry in a second. `refused`: the client has asked for too many objects that
 * don't exist.
 */
export type Served =
  | { readonly state: Exclude<CacheState, 'uncached'>; readonly object: CachedObject }
  | Passed
  | 'shed'
  | 'refused';

export interface EdgeCacheOptions {
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly emit: EmitEvent;
  /** For all objects together. @default 256 MiB */
  readonly cacheBytes?: number;
  /** Larger objects are answered with 502; at most half of `cacheBytes`. @default the origin's own limit */
  readonly maxObjectBytes?: number;
  /** Maximum concurrent fills, one per key. @default 512 */
  readonly maxFills?: number;
  /**
   * The same for those that the next tier may hold for seconds: with parts, each rendition on air that anybody watches has one or two.
   * @default 4,096
   */
  readonly maxHeldFills?: number;
  /** Maximum concurrent responses that are passed on without being stored, each to one client. @default 128 */
  readonly maxUncached?: number;
  /** Limit clients that make up names. Not for a tier whose clients are other tiers. @default false */
  readonly limitsClients?: boolean;
  /**
   * The next tier is the workers: when they say 503, the object store has what they haven't, so an older copy is never served instead.
   * @default false
   */
  readonly isLiveOrigin?: boolean;
}

interface Fill {
  readonly key: CacheKey;
  /** May be held by the next tier. */
  readonly held: boolean;
  waiting: ((served: Served) => void)[];
  readonly admission: Admission | undefined;
}

/** Counts since startup. */
export interface CacheCounts {
  hits: number;
  misses: number;
  coalesced: number;
  revalidated: number;
  stale: number;
  errors: number;
  uncached: number;
  shed: number;
  refused: number;
  fills: number;
  failedFills: number;
  upstreamBytes: number;
}

/**
 * A cache that asks the next tier only once, however many clients want the same object at the same time. Fills don't belong
 * to a client: they continue after the client that caused them has left. Segments are streamed to all waiting clients as
 * they arrive; playlists and manifests are sent only when complete (they are small and compressed, and an older copy is
 * better than a truncated one).
 *
 * No sockets here: bytes come from the `Upstream` port and are read through `SharedBody`.
 */
export class EdgeCache {
  readonly memory: ObjectMemory;
  /** What is known of where live playlists are. */
  readonly positions = new PlaylistPositions();
  readonly counts: CacheCounts = {
    hits: 0,
    misses: 0,
    coalesced: 0,
    revalidated: 0,
    stale: 0,
    errors: 0,
    uncached: 0,
    shed: 0,
    refused: 0,
    fills: 0,
    failedFills: 0,
    upstreamBytes: 0,
  };
  readonly #options: EdgeCacheOptions;
  readonly #maxObjectBytes: number;
  readonly #maxFills: number;
  readonly #maxHeldFills: number;
  readonly #passThrough: PassThrough;
  readonly #fills = new Map<string, Fill>();
  readonly #limit: FillLimit | undefined;
  #heldFills = 0;

  constructor(options: EdgeCacheOptions) {
    const {
      cacheBytes = defaultCacheBytes,
      maxObjectBytes = originMaxBytes,
      maxFills = 512,
      maxHeldFills = 4_096,
      maxUncached = 128,
    } = options;
    this.#options = options;
    this.memory = new ObjectMemory(cacheBytes, options.clock);
    this.#maxObjectBytes = Math.min(maxObjectBytes, Math.floor(cacheBytes / 2));
    this.#maxFills = maxFills;
    this.#maxHeldFills = maxHeldFills;
    this.#passThrough = new PassThrough({ ...options, counts: this.counts, maxUncached });
    if (options.limitsClients) this.#limit = new FillLimit(this.memory, this.positions);
  }

  get limitsClients(): boolean {
    return this.#limit !== undefined;
  }

  get fillsUnderWay(): number {
    return this.#fills.size;
  }

  /** Of these, the ones that the next tier may hold. */
  get heldFills(): number {
    return this.#heldFills;
  }

  /** Whether the object is here and needs nobody to be asked. An error is none. */
  isFresh(key: string): boolean {
    return this.#present(key)?.object.facts.status === 200;
  }

  /** Drops all objects below `prefix`, cuts off who reads one that still grows, and answers everybody who waits for one. */
  cutBelow(prefix: string): void {
    this.memory.dropBelow(prefix);
    for (const fill of this.#fills.values()) {
      if (!fill.key.key.startsWith(prefix)) continue;
      const { waiting } = fill;
      fill.waiting = [];
      for (const use of waiting) use('shed');
    }
  }

  /**
   * Passes the object to `use`: synchronously if it is cached, otherwise once the next tier's answer is known. `client` is whoever
   * shares a budget: an address, or a network.
   */
  get(key: CacheKey, use: (served: Served) => void, client = ''): void {
    const present = this.#present(key.key);
    if (present) {
      this.memory.touch(present.object);
      this.counts[countOfState[present.state]]++;
      use(present);
      return;
    }
    const fill = this.#fills.get(key.key);
    if (fill) {
      fill.waiting.push((served) => use(asCoalesced(served)));
    } else if (this.#hasRoom(mayBeHeld(key))) {
      this.#begin(key, use, client);
    } else {
      this.counts.shed++;
      use('shed');
    }
  }

  /** Whether one more fill may begin: those that are held for seconds have a budget of their own. */
  #hasRoom(held: boolean): boolean {
    return held ? this.#heldFills < this.#maxHeldFills : this.#fills.size - this.#heldFills < this.#maxFills;
  }

  #leave(fill: Fill): void {
    this.#fills.delete(fill.key.key);
    if (fill.held) this.#heldFills--;
  }

  /** The object, if it may be served without asking the next tier. */
  #present(key: string): Exclude<Served, string | { state: 'uncached' }> | undefined {
    const object = this.memory.peek(key);
    if (!object) return undefined;
    const now = this.#options.clock.nowMs();
    const freshness = object.freshness(now);
    if (freshness === 'stale' && now < object.holdUntilMs) return { state: 'stale', object };
    if (freshness !== 'fresh') return undefined;
    if (object.facts.status !== 200) return { state: 'error', object };
    return { state: object.body.state === 'filling' ? 'coalesced' : 'hit', object };
  }

  #begin(key: CacheKey, use: (served: Served) => void, client: string): void {
    const { upstream, clock, isLiveOrigin = false } = this.#options;
    const admission = this.#limit?.admit(key, client, clock.nowMs());
    if (this.#limit && !admission) {
      this.counts.refused++;
      use('refused');
      return;
    }
    const fill: Fill = { key, held: mayBeHeld(key), waiting: [use], admission };
    this.#fills.set(key.key, fill);
    if (fill.held) this.#heldFills++;
    this.counts.fills++;
    const stored = this.memory.peek(key.key);
    const { memory } = this;
    fillObject({ key, stored, upstream, clock, maxObjectBytes: this.#maxObjectBytes, memory, isLiveOrigin })
      .then((answer) => this.#filled(fill, answer))
      .catch((fault) => this.#failed(fill, stored, fault));
  }

  async #filled(fill: Fill, answer: FillAnswer): Promise<void> {
    if (answer.state === 'uncached') {
      this.#leave(fill);
      fill.admission?.settled(true, this.#options.clock.nowMs());
      this.#passThrough.pass(fill.key, answer.passed, fill.waiting);
      return;
    }
    const { state, object, arrival } = answer;
    if (arrival && fill.key.rule.compress) await arrival;
    this.#settle(fill, { state: object.facts.status === 200 ? state : 'error', object });
    if (!arrival) return;
    await arrival.catch((cause) => {
      // The failed body disconnects the clients reading it; the next request starts a new fill.
      this.counts.failedFills++;
      this.#options.emit('edge.fill.failed', { key: fill.key.key, served: 'nothing', cause });
    });
    this.counts.upstreamBytes += object.body.filledBytes;
  }

  /** The fill failed: serve an older copy if one may still be used, otherwise an error for a short time. */
  #failed(fill: Fill, stored: CachedObject | undefined, cause: unknown): void {
    const { rule, key } = fill.key;
    const now = this.#options.clock.nowMs();
    this.counts.failedFills++;
    if (stored?.facts.status === 200 && stored.freshness(now) !== 'expired') {
      this.#options.emit('edge.fill.failed', { key, served: 'stale', cause });
      stored.holdUntilMs = now + rule.errorTtlSeconds * 1000;
      this.#settle(fill, { state: 'stale', object: stored });
      return;
    }
    this.#options.emit('edge.fill.failed', { key, served: 'error', cause });
    const object = errorObject(fill.key, cause, now);
    if (this.memory.makeRoom(object.costBytes)) this.memory.add(object);
    this.#settle(fill, { state: 'error', object });
  }

  #settle(fill: Fill, served: Served): void {
    this.#leave(fill);
    const { key, waiting, admission } = fill;
    const others = asCoalesced(served);
    const status =
      typeof served === 'object' && served.state !== 'uncached' ? served.object.facts.status : undefined;
    const nowMs = this.#options.clock.nowMs();
    admission?.settled(!isNowhere(status), nowMs);
    if (status === 200) this.positions.answered(key.key, nowMs);
    this.counts[countOf(served)]++;
    this.counts[countOf(others)] += Math.max(0, waiting.length - 1);
    for (const use of waiting) use(served);
  }
}

/** The result for the other clients that waited for a fill. */
function asCoalesced(served: Served): Served {
  if (typeof served === 'string' || served.state === 'uncached') return served;
  if (served.state === 'stale' || served.state === 'error') return served;
  return { state: 'coalesced', object: served.object };
}

const countOf = (served: Served) => (typeof served === 'string' ? served : countOfState[served.state]);

const countOfState = {
  hit: 'hits',
  miss: 'misses',
  coalesced: 'coalesced',
  revalidated: 'revalidated',
  stale: 'stale',
  error: 'errors',
  uncached: 'uncached',
} as const;

/** An unreachable tier has already been retried for a second: once it is back, players must not wait another second. */
const unreachableLifeMs = 250;

const errorLifeMs = ({ errorTtlSeconds }: CacheKey['rule'], cause: unknown): number =>
  cause instanceof UpstreamError && cause.code === 'UPSTREAM_UNREACHABLE'
    ? unreachableLifeMs
    : errorTtlSeconds * 1000;

/** The response if the next tier gave none: 504 on a timeout, otherwise 502. */
function errorObject(key: CacheKey, cause: unknown, nowMs: number): CachedObject {
  const status = cause instanceof UpstreamError && cause.code === 'UPSTREAM_TIMEOUT' ? 504 : 502;
  const text =
    cause instanceof TooLargeError ? 'The object is too large.' : 'The next tier is not responding.';
  const facts = { status, contentType: 'text/plain; charset=utf-8', cacheControl: 'no-store' };
  const ageMs = cause instanceof UpstreamError ? cause.ageMs : 0;
  const times = { atMs: nowMs, ageMs, lifetimeMs: errorLifeMs(key.rule, cause) };
  return new CachedObject(key.key, key.rule, facts, SharedBody.of(Buffer.from(text)), times);
}
