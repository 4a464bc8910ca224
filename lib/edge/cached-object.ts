import type { DeliveryRule } from './policy/delivery.ts';
import { type Freshness, freshnessOf } from './policy/freshness.ts';
import type { SharedBody } from './shared-body.ts';

/** What an answer of the next tier says of an object. */
export interface ObjectFacts {
  /** 200, or the error that we answer with. */
  readonly status: number;
  readonly contentType: string;
  readonly cacheControl: string;
  readonly etag?: string;
}

/** When the clock is read in ms, this object was `ageMs` old, and it may live for `lifetimeMs` in all. */
export interface ObjectTimes {
  readonly atMs: number;
  readonly ageMs: number;
  readonly lifetimeMs: number;
}

/** Fixed cost of an entry beside its bytes: the object, its strings, its place in the map. An upper estimate. */
const entryBytes = 1024;

/** One version of one object in memory: also an error is one, for its short life. */
export class CachedObject {
  readonly key: string;
  readonly rule: DeliveryRule;
  readonly facts: ObjectFacts;
  readonly body: SharedBody;
  /** Set once the gzip form was asked for; undefined in it where that would not be smaller. */
  gzip: Promise<SharedBody | undefined> | undefined;
  /** The gzip form where it is made already, so that a hit need not wait for a promise. */
  gzipped: SharedBody | undefined;
  /** Clients that read it now. While there are any, dropping it would free nothing. */
  readers = 0;
  /** No longer in the cache. */
  dropped = false;
  /** Until then (ms) a failing tier is not asked again. */
  holdUntilMs = 0;
  #times: ObjectTimes;

  constructor(key: string, rule: DeliveryRule, facts: ObjectFacts, body: SharedBody, times: ObjectTimes) {
    this.key = key;
    this.rule = rule;
    this.facts = facts;
    this.body = body;
    this.#times = times;
  }

  get lifetimeMs(): number {
    return this.#times.lifetimeMs;
  }

  /** The next tier says that this is still the object. */
  revalidated(times: ObjectTimes): void {
    this.#times = times;
    this.holdUntilMs = 0;
  }

  ageMs(nowMs: number): number {
    return this.#times.ageMs + nowMs - this.#times.atMs;
  }

  freshness(nowMs: number): Freshness {
    const grace = this.facts.status === 200 ? this.rule.staleIfErrorSeconds : 0;
    return freshnessOf(this.ageMs(nowMs), this.#times.lifetimeMs, grace);
  }

  get costBytes(): number {
    return entryBytes + this.key.length + this.body.capacityBytes + (this.gzipped?.capacityBytes ?? 0);
  }

  /** Whether dropping it would free its memory now. */
  get isIdle(): boolean {
    return this.readers === 0 && this.body.state !== 'filling';
  }
}
