import type { SharedBody } from '../net/shared-body.ts';
import type { ObjectReading } from './object-reading.ts';
import type { DeliveryRule } from './policy/delivery.ts';
import { type Freshness, freshnessOf } from './policy/freshness.ts';

/** The properties of an object from the next tier's response. */
export interface ObjectFacts {
  /** 200, or the error status to answer with. */
  readonly status: number;
  readonly contentType: string;
  readonly cacheControl: string;
  readonly etag?: string | undefined;
  /** What browsers do with it, if that isn't to show it. */
  readonly contentDisposition?: string | undefined;
}

/** At the clock time `atMs` the object was `ageMs` old; it may live for `lifetimeMs` in total. */
export interface ObjectTimes {
  readonly atMs: number;
  readonly ageMs: number;
  readonly lifetimeMs: number;
}

/** Upper estimate of an entry's fixed memory cost besides its bytes: the object, its strings, its map slot. */
const entryBytes = 1024;

/** One version of one object in memory. Errors are objects too, with a short lifetime. */
export class CachedObject {
  readonly key: string;
  readonly rule: DeliveryRule;
  readonly facts: ObjectFacts;
  readonly body: SharedBody;
  /** Set once the gzip form has been requested; resolves to undefined if gzip would not be smaller. */
  gzip: Promise<SharedBody | undefined> | undefined;
  /** The gzip form once it is ready, so that a hit need not wait for a promise. */
  gzipped: SharedBody | undefined;
  /** By clients that currently read it. While there are any, dropping it would free no memory. */
  readonly readings = new Set<ObjectReading>();
  /** No longer in the cache. */
  dropped = false;
  /** Clock time in ms until which a failing tier is not asked again. */
  holdUntilMs = 0;
  #times: ObjectTimes;
  #lines: ReadonlySet<string> | undefined;

  constructor(key: string, rule: DeliveryRule, facts: ObjectFacts, body: SharedBody, times: ObjectTimes) {
    this.key = key;
    this.rule = rule;
    this.facts = facts;
    this.body = body;
    this.#times = times;
  }

  get readers(): number {
    return this.readings.size;
  }

  get lifetimeMs(): number {
    return this.#times.lifetimeMs;
  }

  /** Call when the next tier has confirmed that this version is still current. */
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

  /** Whether a text, once complete, has this line. */
  hasLine(line: string): boolean {
    if (this.body.state !== 'complete') return false;
    this.#lines ??= new Set(this.body.view(0, this.body.filledBytes).toString('latin1').split('\n'));
    return this.#lines.has(line);
  }

  /** What an object with a body of this size costs. */
  static costBytesOf(key: string, bodyBytes: number): number {
    return entryBytes + key.length + bodyBytes;
  }

  get costBytes(): number {
    const bodyBytes = this.body.capacityBytes + (this.gzipped?.capacityBytes ?? 0);
    return CachedObject.costBytesOf(this.key, bodyBytes);
  }

  /** Whether dropping it would free its memory immediately. */
  get isIdle(): boolean {
    return this.readers === 0 && this.body.state !== 'filling';
  }
}
