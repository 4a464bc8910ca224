import { setTimeout as delay } from 'node:timers/promises';
import type { PublishTap } from '../ingest/ports.ts';
import type { PushContext, PushSetFacts } from './push-context.ts';
import { PushSet } from './push-set.ts';

const tickMs = 250;
const loadEveryMs = 10_000;

/** The pushes of all publish sessions of a process. */
export class Pushes {
  readonly #context: PushContext;
  readonly #sets = new Set<PushSet>();
  #timer: NodeJS.Timeout | undefined;
  #loadTimer: NodeJS.Timeout | undefined;
  #reportedSome = false;

  constructor(context: PushContext) {
    this.#context = context;
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), tickMs);
    this.#loadTimer = setInterval(() => this.#emitLoad(), loadEveryMs);
  }

  /** Call for a publisher with a valid key. */
  open(facts: PushSetFacts): PublishTap {
    const set = new PushSet(this.#context, facts);
    this.#sets.add(set);
    return set;
  }

  /** Ends all pushes; resolves when that is done, within a few seconds. */
  async stop(): Promise<void> {
    for (const set of this.#sets) set.ended();
    while (this.#sets.size > 0) {
      this.#tick();
      await delay(50);
    }
    clearInterval(this.#timer);
    clearInterval(this.#loadTimer);
  }

  #tick(): void {
    for (const set of this.#sets) {
      set.tick();
      if (set.over) this.#sets.delete(set);
    }
  }

  #emitLoad(): void {
    const load = { live: 0, failing: 0, queuedBytes: this.#context.budget.usedBytes };
    for (const set of this.#sets) {
      load.live += set.load.live;
      load.failing += set.load.failing;
    }
    const some = load.live + load.failing > 0;
    // The last report says that there are no pushes left.
    if (some || this.#reportedSome) this.#context.emit('push.load', load);
    this.#reportedSome = some;
  }
}
