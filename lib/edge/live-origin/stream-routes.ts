import { ClientBudgets } from '../../net/client-budget.ts';
import type { Clock } from '../../net/clock.ts';
import { endsWithin } from '../../net/ends-within.ts';
import type { StreamId } from '../../routing/ids.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
import type { LiveOriginStore } from '../ports.ts';
import {
  type Flight,
  isSameRoute,
  leaseTiming,
  RouteChangedError,
  routeOf,
  type StreamRoute,
} from './stream-route.ts';

const { everyMs, idleMs, lostMs, trustMs, firstMs, graceMs, tickMs } = leaseTiming;

/** Streams remembered; those asked for least recently are forgotten. */
const maxStreams = 4_096;
/** Readings at the same time. */
const maxReadings = 64;
/** First readings: of streams that were not asked for recently, or don't exist. */
const firstBudget = { burst: 1_000, perSecond: 300 };

interface Entry {
  readonly id: StreamId;
  route: StreamRoute | undefined;
  /** The stream has a lease record. */
  isKnown: boolean;
  /** When it had none any more. */
  leftMs: number;
  readMs: number;
  askedMs: number;
  reading: Promise<void> | undefined;
  readonly flights: Set<Flight>;
  readonly waiting: Set<() => void>;
}

export interface StreamRoutesOptions {
  readonly store: Pick<LiveOriginStore, 'getLease'>;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly emit: EmitEvent;
}

/**
 * Which worker has which stream, by the leases. Read about once a second for a stream that is watched, and not at all for others. When a
 * lease has changed hands, requests on their way to the previous worker are aborted.
 */
export class StreamRoutes {
  readonly #options: StreamRoutesOptions;
  /** Least recently asked for first. */
  readonly #entries = new Map<StreamId, Entry>();
  /** Those with requests on their way, or somebody who waits for a change. */
  readonly #watched = new Set<Entry>();
  readonly #first = new ClientBudgets(firstBudget);
  #readings = 0;
  #timer: NodeJS.Timeout | undefined;
  #isReadable = true;

  constructor(options: StreamRoutesOptions) {
    this.#options = options;
  }

  /** Undefined if nobody has the stream, or if we can't know. */
  async find(id: StreamId): Promise<StreamRoute | undefined> {
    const entry = this.#entryOf(id);
    const ageMs = this.#now() - entry.readMs;
    if (ageMs < (entry.isKnown && entry.route === undefined ? idleMs : everyMs)) return entry.route;
    const reading = this.#read(entry);
    if (entry.route === undefined || ageMs >= trustMs) await endsWithin(reading, firstMs);
    return entry.route;
  }

  /** Like `find`, but does not believe what was read more than a moment ago. */
  async findAgain(id: StreamId): Promise<StreamRoute | undefined> {
    const entry = this.#entryOf(id);
    if (this.#now() - entry.readMs >= lostMs / 2) await endsWithin(this.#read(entry, true), firstMs);
    return entry.route;
  }

  /** A worker has just let go of the stream: to another one, unless the broadcast is over. */
  isMoving(id: StreamId): boolean {
    const entry = this.#entryOf(id);
    return entry.route === undefined && this.#now() - entry.leftMs < leaseTiming.handoverMs;
  }

  /** Resolves when another worker has the stream than `route` says, or after `mostMs`. */
  changed(id: StreamId, route: StreamRoute | undefined, mostMs: number): Promise<void> {
    const entry = this.#entryOf(id);
    if (!isSameRoute(entry.route, route)) return Promise.resolve();
    return new Promise((done) => {
      const wake = () => {
        clearTimeout(timer);
        entry.waiting.delete(wake);
        this.#unwatch(entry);
        done();
      };
      const timer = setTimeout(wake, mostMs);
      entry.waiting.add(wake);
      this.#watch(entry);
    });
  }

  /** A request goes to the worker of `route`; call the result once it is over. */
  depart(id: StreamId, flight: Flight): () => void {
    const entry = this.#entryOf(id);
    if (!isSameRoute(entry.route, flight.route)) flight.controller.abort(new RouteChangedError());
    entry.flights.add(flight);
    this.#watch(entry);
    return () => {
      entry.flights.delete(flight);
      this.#unwatch(entry);
    };
  }

  close(): void {
    for (const { waiting } of this.#watched) for (const wake of [...waiting]) wake();
    clearInterval(this.#timer);
    this.#watched.clear();
  }

  #entryOf(id: StreamId): Entry {
    const found = this.#entries.get(id);
    if (found !== undefined) {
      this.#entries.delete(id);
      this.#entries.set(id, found);
      return found;
    }
    const entry: Entry = {
      id,
      route: undefined,
      isKnown: false,
      leftMs: Number.NEGATIVE_INFINITY,
      readMs: Number.NEGATIVE_INFINITY,
      askedMs: Number.NEGATIVE_INFINITY,
      reading: undefined,
      flights: new Set(),
      waiting: new Set(),
    };
    this.#entries.set(id, entry);
    if (this.#entries.size > maxStreams) this.#forgetOne();
    return entry;
  }

  #forgetOne(): void {
    for (const [id, entry] of this.#entries) {
      if (this.#watched.has(entry) || entry.reading !== undefined) continue;
      this.#entries.delete(id);
      return;
    }
  }

  #watch(entry: Entry): void {
    this.#watched.add(entry);
    this.#timer ??= setInterval(() => this.#tick(), tickMs).unref();
  }

  #unwatch(entry: Entry): void {
    if (entry.flights.size === 0 && entry.waiting.size === 0) this.#watched.delete(entry);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    const nowMs = this.#now();
    for (const entry of this.#watched) {
      const isLost = entry.waiting.size > 0;
      if (nowMs - entry.askedMs >= (isLost ? lostMs : everyMs)) void this.#read(entry, isLost);
    }
  }

  /** `isExact`: a reading of what was written a moment ago costs twice as much. */
  #read(entry: Entry, isExact = false): Promise<void> {
    if (entry.reading !== undefined) return entry.reading;
    const nowMs = this.#now();
    if (this.#readings >= maxReadings) return Promise.resolve();
    if (entry.route === undefined && !entry.isKnown) {
      if (this.#first.left('', nowMs) < 1) return Promise.resolve();
      this.#first.spend('', nowMs);
    }
    this.#readings++;
    entry.askedMs = nowMs;
    entry.reading = this.#options.store
      .getLease(entry.id, { isEventual: !isExact })
      .then(
        (lease) => {
          this.#readable(true);
          entry.isKnown = lease !== undefined;
          this.#set(entry, routeOf(lease));
        },
        (cause: unknown) => this.#readable(false, cause),
      )
      .finally(() => {
        this.#readings--;
        entry.reading = undefined;
        entry.readMs = this.#now();
      });
    return entry.reading;
  }

  #set(entry: Entry, route: StreamRoute | undefined): void {
    const isSame = isSameRoute(entry.route, route);
    entry.route = route;
    if (isSame) return;
    if (route === undefined) entry.leftMs = this.#now();
    for (const flight of entry.flights) {
      if (isSameRoute(flight.route, route)) continue;
      const abort = () => flight.controller.abort(new RouteChangedError());
      if (flight.isBody) setTimeout(abort, graceMs).unref();
      else abort();
    }
    for (const wake of [...entry.waiting]) wake();
  }

  /** Invariant 8: with the control store down, the routes stay as they were. */
  #readable(isReadable: boolean, cause?: unknown): void {
    if (isReadable === this.#isReadable) return;
    this.#isReadable = isReadable;
    const { emit } = this.#options;
    if (isReadable) emit('edge.leases.readable', {});
    else emit('edge.leases.unreadable', { cause });
  }

  #now(): number {
    return this.#options.clock.nowMs();
  }
}
