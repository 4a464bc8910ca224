import { EventHeap, type Planned } from '../../testkit/event-heap.ts';

interface Planning extends Planned {
  readonly run: () => void;
}

const nextTurn = (): Promise<void> => new Promise((settled) => setImmediate(settled));

/**
 * Simulated time. Events happen one after another; the promises that one settles are processed before the next one, so simulated
 * programs are written as async functions that `sleep`.
 */
export class Timeline {
  nowMs = 0;
  readonly #heap = new EventHeap<Planning>();
  #planned = 0;

  after(ms: number, run: () => void): void {
    this.#heap.push({ atMs: this.nowMs + ms, order: this.#planned++, run });
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.after(ms, wake));
  }

  /** Calls `run` in `firstMs`, then every `everyMs`. */
  every(everyMs: number, firstMs: number, run: () => void): void {
    this.after(firstMs, () => {
      this.every(everyMs, everyMs, run);
      run();
    });
  }

  /** Runs what is planned before `untilMs`, or until `done`. */
  async run(untilMs: number, done = () => false): Promise<void> {
    for (let event = this.#heap.pop(); event; event = this.#heap.pop()) {
      if (event.atMs > untilMs) {
        this.#heap.push(event);
        break;
      }
      this.nowMs = event.atMs;
      event.run();
      await nextTurn();
      if (done()) return;
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }
}
