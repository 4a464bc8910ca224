import type { Clock } from '../net/clock.ts';
import { pauseMs, type RetryPolicy } from '../retry/policy/backoff.ts';
import { UpstreamError } from './policy/errors.ts';

export interface BreakerOptions {
  /** Asks for anything that is answered at once. Rejects if there is no answer in time. */
  readonly probe: () => Promise<void>;
  readonly clock: Pick<Clock, 'nowMs'>;
  /** The tier answers nobody, or answers again. */
  readonly changed: (isOpen: boolean, cause?: unknown) => void;
}

/** Pauses between probes. A process that died is back within a second. */
const probes: RetryPolicy = { firstMs: 250, longestMs: 2_000, jitter: 0.2 };

/**
 * A held request that has waited for this long makes us ask whether anybody is there at all, unless others have had answers: with the
 * probe's limit, about a second until somebody else is asked.
 */
const doubtAfterMs = 400;

/**
 * Whether a tier answers at all, so that one which doesn't costs its limit once and not for each request. `doubted`: a request that should
 * have been answered at once was not; requests that may take long are still sent. `open`: nothing is sent, and what is in flight is
 * aborted, until a probe is answered.
 */
export class Breaker {
  readonly #options: BreakerOptions;
  readonly #inFlight = new Set<AbortController>();
  #state: 'closed' | 'doubted' | 'open' = 'closed';
  #failures = 0;
  #isProbing = false;
  #nextProbeMs = 0;
  #answeredMs = Number.NEGATIVE_INFINITY;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  /** Whether a request may be sent. While not, a probe goes out when it is time. */
  admits(held: boolean): boolean {
    if (this.#state === 'closed') return true;
    if (this.#options.clock.nowMs() >= this.#nextProbeMs) void this.#probe();
    return held && this.#state === 'doubted';
  }

  /** Runs a request until its head has arrived. `flight` is aborted if the tier turns out to answer nobody. */
  async run<Answer>(flight: AbortController, held: boolean, ask: () => Promise<Answer>): Promise<Answer> {
    this.#inFlight.add(flight);
    const timer = held ? setTimeout(() => this.#doubtIfSilent(), doubtAfterMs) : undefined;
    try {
      const answer = await ask();
      this.#answered();
      return answer;
    } catch (fault) {
      if (!flight.signal.aborted && fault instanceof UpstreamError) this.#failed(fault);
      throw fault;
    } finally {
      clearTimeout(timer);
      this.#inFlight.delete(flight);
    }
  }

  #failed(fault: UpstreamError): void {
    if (fault.code === 'UPSTREAM_UNREACHABLE') this.#open(fault);
    else this.#doubt();
  }

  #doubtIfSilent(): void {
    if (this.#options.clock.nowMs() - this.#answeredMs >= doubtAfterMs) this.#doubt();
  }

  #doubt(): void {
    if (this.#state === 'closed') this.#state = 'doubted';
    void this.#probe();
  }

  #answered(): void {
    this.#answeredMs = this.#options.clock.nowMs();
    if (this.#state === 'open') this.#options.changed(false);
    this.#state = 'closed';
    this.#failures = 0;
  }

  #open(cause: unknown): void {
    this.#failures++;
    this.#nextProbeMs = this.#options.clock.nowMs() + pauseMs(probes, this.#failures, Math.random());
    if (this.#state === 'open') return;
    this.#state = 'open';
    this.#options.changed(true, cause);
    for (const flight of this.#inFlight) flight.abort(cause);
  }

  async #probe(): Promise<void> {
    if (this.#isProbing) return;
    this.#isProbing = true;
    try {
      await this.#options.probe();
      this.#answered();
    } catch (cause) {
      this.#open(cause);
    } finally {
      this.#isProbing = false;
    }
  }
}
