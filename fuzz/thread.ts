import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { InputInHand } from './in-hand.ts';
import type { FuzzResult } from './model.ts';

export interface FuzzTask {
  readonly target: string;
  readonly runs: number;
  readonly seed: number;
}

export interface FuzzThreadOptions {
  /** @default worker.ts, which knows our targets */
  readonly program?: URL;
  /** A parser that takes this long for one input will never return. @default 20 s */
  readonly hangMs?: number;
  /** @default 512 */
  readonly maxHeapMb?: number;
}

/** A thread that fuzzes one target after another, so that neither a loop without an end nor a full heap ends the program. */
export class FuzzThread {
  readonly #program: URL;
  readonly #hangMs: number;
  readonly #maxHeapMb: number;
  readonly #inHand = new InputInHand();
  #worker: Worker | undefined;

  constructor({ program, hangMs = 20_000, maxHeapMb = 512 }: FuzzThreadOptions = {}) {
    this.#program = program ?? new URL('./worker.ts', import.meta.url);
    this.#hangMs = hangMs;
    this.#maxHeapMb = maxHeapMb;
  }

  /** One at a time. Rejects if the thread itself fails. */
  async run(task: FuzzTask): Promise<FuzzResult> {
    this.#worker ??= new Worker(this.#program, {
      workerData: this.#inHand.shared,
      resourceLimits: { maxOldGenerationSizeMb: this.#maxHeapMb },
    });
    const worker = this.#worker;
    const before = this.#inHand.count;
    const died = (kind: 'hang' | 'out-of-memory', detail: string): FuzzResult => {
      this.#worker = undefined;
      const { count, input } = this.#inHand;
      return { inputs: count - before, finding: { kind, detail, input } };
    };
    const watch = this.#whenHanging(before);
    worker.postMessage(task);
    try {
      return await Promise.race([
        resultOf(worker),
        watch.hanging.then(() => {
          void worker.terminate();
          return died('hang', `did not return within ${this.#hangMs / 1000} s`);
        }),
      ]);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') throw cause;
      return died('out-of-memory', `filled a heap of ${this.#maxHeapMb} MiB`);
    } finally {
      watch.stop();
    }
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  /** `before`: the count while the thread has no input yet: starting may take as long as the machine likes. */
  #whenHanging(before: number): { readonly hanging: Promise<void>; stop(): void } {
    let seen = before;
    let stop = (): void => {};
    const hanging = new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        const { count } = this.#inHand;
        if (count === seen && count > before) resolve();
        seen = count;
      }, this.#hangMs);
      stop = () => clearInterval(timer);
    });
    return { hanging, stop };
  }
}

async function resultOf(worker: Worker): Promise<FuzzResult> {
  // Rejects if the worker emits an error first.
  const [result] = await once(worker, 'message');
  return result as FuzzResult;
}
