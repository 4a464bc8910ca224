import type { Clock } from '../../net/clock.ts';
import { ObjectStoreFullError, PreconditionFailedError } from '../../object-store/errors.ts';
import type { ObjectStore } from '../../object-store/ports.ts';
import type { RetryPolicy } from '../../retry/policy/backoff.ts';
import { retry } from '../../retry/retry.ts';
import { Outage } from '../policy/outage.ts';
import { ObjectWriter } from './object-writer.ts';
import type { ObjectWrite } from './policy/object-write.ts';

export interface PersistentWriterHandler {
  /** Whether objects may be written now. Called before each attempt; resolves when the answer is known. */
  mayWrite(): Promise<boolean>;
  /** The origin has been failing writes for a while, or is full. Called once for each until `recovered`. */
  trouble(detail: { readonly cause: unknown; readonly full: boolean }): void;
  recovered(downMs: number): void;
  /** The origin shows that another worker writes this broadcast in a newer epoch: `stop`. */
  superseded(byEpoch: number): void;
}

/**
 * Until the write succeeds, it is given up, or the writer is stopped. Only this writer retries; the store sends one request
 * per call (`PutOptions.once`), so the lease is checked before each. Pauses grow slowly: with half of all requests failing, some
 * of a segment's dozen objects fail five times or more.
 */
const whileFailing: RetryPolicy = { firstMs: 100, factor: 1.5, longestMs: 1000, jitter: 0.25 };
/**
 * A write that soon succeeds at its second or third try is no outage; ten seconds without a failure end one, in which each object is
 * written at least once.
 */
const troubleLimits = { graceMs: 1000, steadyMs: 10_000 };

/** Writing was stopped for good before everything was written. */
export class WriterStoppedError extends Error {
  override readonly name = 'WriterStoppedError';
  readonly code = 'WRITER_STOPPED';
}

/** One attempt to write an object failed. */
class NotWrittenError extends Error {
  override readonly name = 'NotWrittenError';
  readonly code = 'NOT_WRITTEN';
}

/** Writes objects of one broadcast, each again and again until it is written, as long as the lease is ours. */
export class PersistentWriter {
  readonly #objects: ObjectWriter;
  readonly #clock: Clock;
  readonly #handler: PersistentWriterHandler;
  readonly #stopping = new AbortController();
  readonly #trouble = new Outage(troubleLimits);
  #toldFull = false;

  constructor(store: ObjectStore, epoch: number, clock: Clock, handler: PersistentWriterHandler) {
    this.#objects = new ObjectWriter(store, epoch, (byEpoch) => handler.superseded(byEpoch));
    this.#clock = clock;
    this.#handler = handler;
  }

  get stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** A write failed recently: more may fail. */
  get suspected(): boolean {
    return this.#trouble.suspected;
  }

  /** Stops writing, from the next attempt on. Also ends pauses between retries. */
  stop(): void {
    this.#stopping.abort(new WriterStoppedError('Stopped before every segment was written'));
  }

  /** Stops if the lease isn't ours any more. Throws `WriterStoppedError` if stopped, then or before. */
  async check(): Promise<void> {
    if (!(await this.#handler.mayWrite())) this.stop();
    // It may have been stopped during the check.
    this.throwIfStopped();
  }

  throwIfStopped(): void {
    this.#stopping.signal.throwIfAborted();
  }

  /** Nothing more will be written. */
  conclude(): void {
    this.#recovered(this.#trouble.conclude());
  }

  /** Throws `WriterStoppedError`. */
  async writeAll(objects: readonly ObjectWrite[]): Promise<void> {
    await Promise.all(objects.map((object) => this.write(object)));
  }

  /**
   * Returns false if the write failed and has been given up meanwhile, and what is stored if that is another encoder's. Throws
   * `WriterStoppedError`.
   */
  async write(object: ObjectWrite, givenUp = () => false): Promise<boolean | Buffer> {
    const body = object.body.length === 1 ? object.body[0]! : Buffer.concat(object.body);
    const again = (cause: unknown): boolean => cause instanceof NotWrittenError && !givenUp();
    try {
      const other = await retry(() => this.#tryToWrite(object, body), whileFailing, {
        again,
        signal: this.#stopping.signal,
      });
      return other ?? true;
    } catch (cause) {
      if (cause instanceof NotWrittenError) return false;
      throw cause;
    }
  }

  async #tryToWrite(object: ObjectWrite, body: Uint8Array): Promise<Buffer | undefined> {
    await this.check();
    let other: Buffer | undefined;
    try {
      other = await this.#objects.write(object, body);
    } catch (cause) {
      this.#failed(cause);
      throw new NotWrittenError(`${object.key} was not written`, { cause });
    }
    this.#recovered(this.#trouble.succeeded(this.#clock.nowMs()));
    return other;
  }

  #failed(cause: unknown): void {
    if (cause instanceof PreconditionFailedError) return;
    const full = cause instanceof ObjectStoreFullError;
    const begins = this.#trouble.failed(this.#clock.nowMs(), full);
    if (!begins && (!full || this.#toldFull)) return;
    this.#toldFull = full;
    this.#handler.trouble({ cause, full });
  }

  #recovered(downMs: number | undefined): void {
    if (downMs === undefined) return;
    this.#toldFull = false;
    this.#handler.recovered(downMs);
  }
}
