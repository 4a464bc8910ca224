import type { WorkerRun } from '../../protocol/relay/hello.ts';
import type { MemberId } from '../../routing/ids.ts';

/** So many workers may be lost in a row with the same bytes. */
const mostWorkers = 2;
/** So many times in a row the link to a worker that lives may break without anything being confirmed. */
const mostLinks = 10;
/** A worker that had the bytes for this long was not broken by them. Longer than it takes to notice that one hangs. */
const provenMs = 15_000;

/**
 * Whether workers break at what a publisher sends: what broke one is offered to another one, and if that breaks, too, to no third.
 * A worker whose publisher it had confirmed beyond that, or that had it for a while, was lost for another reason.
 */
export class LossWatch {
  /** Media up to this session time was sent to a worker that was lost. */
  #suspectThroughMs = Number.NEGATIVE_INFINITY;
  #workers: WorkerRun[] = [];
  #links = 0;
  #run: WorkerRun | undefined;
  #sinceMs = 0;

  /** The workers lost in a row. */
  get lostWorkers(): readonly MemberId[] {
    return this.#workers.map(({ worker }) => worker);
  }

  /** A worker has accepted the publisher and gets what no one has confirmed. */
  attached(run: WorkerRun, nowMs: number): void {
    this.#run = run;
    this.#sinceMs = nowMs;
    const last = this.#workers.at(-1);
    if (last?.worker !== run.worker || last.epoch !== run.epoch) return;
    // It lives: only its link broke.
    this.#workers.pop();
    this.#links++;
  }

  /** Media up to session time `throughMs` is published. */
  confirmed(throughMs: number): void {
    this.#links = 0;
    if (throughMs > this.#suspectThroughMs) this.#forget();
  }

  /** The worker was lost, having been sent media up to session time `sentMs`. Returns true if no other should get it. */
  lost(sentMs: number, nowMs: number): boolean {
    if (this.#run === undefined) return false;
    if (nowMs - this.#sinceMs >= provenMs) this.#forget();
    this.#workers.push(this.#run);
    this.#run = undefined;
    this.#suspectThroughMs = Math.max(this.#suspectThroughMs, sentMs);
    return this.#workers.length >= mostWorkers || this.#links >= mostLinks;
  }

  #forget(): void {
    this.#workers = [];
    this.#links = 0;
    this.#suspectThroughMs = Number.NEGATIVE_INFINITY;
  }
}
