import type { Clock } from '../../lib/net/clock.ts';
import { EventHeap, type Planned } from '../../testkit/event-heap.ts';

/** A simulated machine: its clocks, and whether its process is running. */
export class Host implements Clock {
  readonly id: string;
  readonly #world: World;
  /** Speed of its monotonic clock. */
  readonly #rate: number;
  readonly #startMs: number;
  /** Error of its wall clock. */
  wallOffMs = 0;
  #stoodStillMs = 0;
  pausedUntilMs = 0;
  /** When its process last came out of a pause. */
  wokeAtMs = Number.NEGATIVE_INFINITY;
  /** When its monotonic clock last came out of a pause that stopped the clock, too, like a machine's suspension. */
  clockWokeAtMs = Number.NEGATIVE_INFINITY;
  /** Counts its process's lives; anything planned in an earlier life never happens. */
  life = 0;
  alive = true;
  startedAtMs = 0;
  /** Until then a proxy's connections to it are refused, although its process may be alive. */
  rejectedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(world: World, id: string, clock: { rate: number; startMs: number }) {
    this.#world = world;
    this.id = id;
    this.#rate = clock.rate;
    this.#startMs = clock.startMs;
  }

  nowMs(): number {
    return this.#startMs + (this.#world.nowMs - this.#stoodStillMs) * this.#rate;
  }

  wallMs(): number {
    return Math.round(1_790_000_000_000 + this.#world.nowMs + this.wallOffMs);
  }

  /** True milliseconds that pass while its clock counts `ms`. */
  trueMs(ms: number): number {
    return ms / this.#rate;
  }

  /** Pauses its process for this long. One pause at a time. */
  pause(ms: number, stopsClock: boolean): void {
    if (this.pausedUntilMs > this.#world.nowMs) return;
    this.pausedUntilMs = this.wokeAtMs = this.#world.nowMs + ms;
    if (!stopsClock) return;
    this.#stoodStillMs += ms;
    this.clockWokeAtMs = this.pausedUntilMs;
  }

  crash(): void {
    this.life++;
    this.alive = false;
  }
}

interface Event extends Planned {
  /** The process it happens in; undefined for events outside all of them. */
  readonly host?: Host;
  readonly life?: number;
  readonly run: () => void;
  cancelled?: boolean;
}

/** Saved before the simulation replaces the real timers. */
const nextTurn = setImmediate;

/**
 * Virtual time. Events happen one after another, and the promises they settle are processed before the next one. While it
 * runs, it replaces the global timers; each belongs to the host in which it is set, so the product's code runs unchanged.
 */
export class World {
  nowMs = 0;
  readonly #heap = new EventHeap<Event>();
  #planned = 0;
  #current: Host | undefined;

  /** Plans something `ms` of true time ahead; in the process of `host`, if that is still in this life by then. */
  plan(ms: number, run: () => void, host?: Host, life = host?.life): Event {
    const event: Event = {
      atMs: this.nowMs + ms,
      order: this.#planned++,
      run,
      ...(host && life !== undefined && { host, life }),
    };
    this.#heap.push(event);
    return event;
  }

  /** Runs until `untilMs`, or until `done`. */
  async run(untilMs: number, done: () => boolean): Promise<void> {
    const restore = this.#takeTimers();
    try {
      for (let event = this.#heap.pop(); event && event.atMs <= untilMs; event = this.#heap.pop()) {
        if (event.cancelled) continue;
        const { host } = event;
        if (host && host.life !== event.life) continue;
        if (host && host.pausedUntilMs > event.atMs) {
          event.atMs = host.pausedUntilMs;
          this.#heap.push(event);
          continue;
        }
        this.nowMs = event.atMs;
        this.#current = host;
        event.run();
        if (host) await new Promise<void>((settled) => nextTurn(settled));
        if (done()) return;
      }
    } finally {
      restore();
    }
  }

  #takeTimers(): () => void {
    const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
    const set = (run: () => void, ms = 0): Event => {
      const host = this.#current;
      return this.plan(host ? host.trueMs(ms) : ms, run, host);
    };
    const repeat = (run: () => void, ms: number): { event: Event } => {
      const timer = { event: set(next, ms) };
      function next(): void {
        timer.event = set(next, ms);
        run();
      }
      return timer;
    };
    const clear = (event?: Event): void => {
      if (event) event.cancelled = true;
    };
    Object.assign(globalThis, {
      setTimeout: set,
      clearTimeout: clear,
      setInterval: repeat,
      clearInterval: (timer?: { event: Event }) => clear(timer?.event),
    });
    return () => Object.assign(globalThis, { setTimeout, clearTimeout, setInterval, clearInterval });
  }
}
