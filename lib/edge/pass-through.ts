import type { Clock } from '../net/clock.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import { type PassedObject, passObject } from './fill.ts';
import type { ObjectReading } from './object-reading.ts';
import type { CacheKey } from './policy/cache-key.ts';
import type { Upstream } from './ports.ts';

/** Counts a client as reading a response that isn't stored; call the result once, when it has ended. */
export type BeginPass = (reading: ObjectReading) => () => void;

export interface PassThroughOptions {
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly emit: EmitEvent;
  readonly counts: { uncached: number; shed: number };
  /** Maximum concurrent responses that are passed on. */
  readonly maxUncached: number;
}

/** A response for one client that isn't stored. */
export interface Passed {
  readonly state: 'uncached';
  readonly passed: PassedObject;
  readonly begin: BeginPass;
}

type Use = (served: Passed | 'shed') => void;

/** Serves objects for which the memory has no room: each client gets a response of the next tier to itself, piece by piece. */
export class PassThrough {
  readonly #options: PassThroughOptions;
  /** Who reads such a response, and how many are about to. */
  readonly #readings = new Set<ObjectReading>();
  #asking = 0;

  constructor(options: PassThroughOptions) {
    this.#options = options;
  }

  /** The first of those who wait gets the response at hand, each other one asks anew; those beyond the limit are shed. */
  pass(key: CacheKey, passed: PassedObject, [first, ...others]: readonly Use[]): void {
    if (first && this.#hasRoom()) this.#give(passed, first);
    else {
      passed.answer.discard();
      if (first) this.#shed(first);
    }
    for (const use of others) {
      if (this.#hasRoom()) this.#ask(key, use);
      else this.#shed(use);
    }
  }

  #ask(key: CacheKey, use: Use): void {
    const { upstream, clock, emit } = this.#options;
    this.#asking++;
    passObject(key, upstream, clock)
      .finally(() => this.#asking--)
      .then(
        (passed) => this.#give(passed, use),
        (cause) => {
          emit('edge.fill.failed', { key: key.key, served: 'error', cause });
          this.#shed(use);
        },
      );
  }

  /** Whether one more response may be passed on; whoever has stopped reading one gives way. */
  #hasRoom(): boolean {
    if (this.#readings.size + this.#asking < this.#options.maxUncached) return true;
    for (const reading of this.#readings) {
      if (reading.stalledSinceMs === undefined) continue;
      reading.cut();
      return true;
    }
    return false;
  }

  #give(passed: PassedObject, use: Use): void {
    this.#options.counts.uncached++;
    const begin: BeginPass = (reading) => {
      this.#readings.add(reading);
      return () => this.#readings.delete(reading);
    };
    use({ state: 'uncached', passed, begin });
  }

  #shed(use: Use): void {
    this.#options.counts.shed++;
    use('shed');
  }
}
