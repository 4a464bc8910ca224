import type { Clock } from '../../lib/net/clock.ts';

/** A machine of the simulation: its clocks, and whether its process runs. */
export class Host implements Clock {
  readonly id: string;
  readonly #world: World;
  /** Its monotonic clock runs so fast. */
  readonly #rate: number;
  readonly #startMs: number;
  /** How far its wall clock is off. */
  wallOffMs = 0;
  #stoodStillMs = 0;
  pausedUntilMs = 0;
  /** When its process last came out of a pause. */
  wokeAtMs = Number.NEGATIVE_INFINITY;
  /** When its monotonic clock last came out of one that stopped it, too, as a machine's suspension does. */
  clockWokeAtMs = Number.NEGATIVE_INFINITY;
  /** Of its process; what was planned in an earlier life never happens. */
  life = 0;
  alive = true;
  startedAtMs = 0;

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

  /** Nothing happens in its process for so long. One at a time. */
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

interface Event {
  atMs: number;
  /** Of two events at one time, the one planned first comes first. */
  readonly order: number;
  /** Whose process it happens in; undefined for what is outside of all of them. */
  readonly host?: Host;
  readonly life?: number;
  readonly run: () => void;
  cancelled?: boolean;
}

/** Taken before the timers of the simulation stand in for the real ones. */
const nextTurn = setImmediate;

/**
 * Virtual time. Events happen one after the other, and what promises they settle is worked off before the next one. While
 * it runs, the global timers are its own and belong to the host in which they are set, so that the product's code runs in
 * it as it is.
 */
export class World {
  nowMs = 0;
  #heap: Event[] = [];
  #planned = 0;
  #current: Host | undefined;

  /** Plans something in `ms` of true time; in the process of `host`, if that is still in this life by then. */
  plan(ms: number, run: () => void, host?: Host, life = host?.life): Event {
    const event: Event = {
      atMs: this.nowMs + ms,
      order: this.#planned++,
      run,
      ...(host && life !== undefined && { host, life }),
    };
    this.#push(event);
    return event;
  }

  /** Until `untilMs`, or `done`. */
  async run(untilMs: number, done: () => boolean): Promise<void> {
    const restore = this.#takeTimers();
    try {
      for (let event = this.#pop(); event && event.atMs <= untilMs; event = this.#pop()) {
        if (event.cancelled) continue;
        const { host } = event;
        if (host && host.life !== event.life) continue;
        if (host && host.pausedUntilMs > event.atMs) {
          event.atMs = host.pausedUntilMs;
          this.#push(event);
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

  // A binary heap by time, then by order.

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

const isBefore = (a: Event, b: Event): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
