import type { HealthReason, HealthVerdict } from '../../../../control-store/health/health-record.ts';
import { pauseMs, type RetryPolicy } from '../../../../retry/policy/backoff.ts';
import type { Judgement } from './judge-health.ts';

/** Another verdict must be true for this long before it counts. */
const worseAfterMs = 10_000;
/** The same for a better one; longer after each relapse, so that what comes and goes fills no journal. */
const betterAfter: RetryPolicy = { firstMs: 15_000, longestMs: 300_000, jitter: 0 };
/** After this long in which all was well, relapses are forgiven. */
const forgivenAfterMs = 900_000;

const rank: Readonly<Record<HealthVerdict, number>> = { none: 0, excellent: 1, fair: 2, bad: 3 };

/** The verdict in the journal changed. */
export interface ToldChange {
  readonly was: HealthVerdict;
  readonly verdict: HealthVerdict;
}

/** Holds a verdict until another one has lasted. Times are monotonic milliseconds. */
export class VerdictHold {
  #verdict: HealthVerdict = 'none';
  #reasons: readonly HealthReason[] = [];
  #told: HealthVerdict;
  #candidate?: { readonly verdict: HealthVerdict; readonly sinceMs: number } | undefined;
  /** How often it became worse, and when all was not well for the last time. */
  #relapses = 0;
  #unwellAtMs = Number.NEGATIVE_INFINITY;

  /** `told`: the last verdict that was told of the broadcast. */
  constructor(told: HealthVerdict = 'excellent') {
    this.#told = told;
  }

  get verdict(): HealthVerdict {
    return this.#verdict;
  }

  get reasons(): readonly HealthReason[] {
    return this.#reasons;
  }

  get told(): HealthVerdict {
    return this.#told;
  }

  /** What another worker told. */
  restore(told: HealthVerdict): void {
    this.#told = told;
  }

  /** Nothing is received. That is nothing to tell: the journal says that the publisher left. */
  none(): void {
    this.#verdict = 'none';
    this.#reasons = [];
    this.#candidate = undefined;
  }

  /** Call with each judgement. Returns a change that is worth telling. */
  observe({ verdict, reasons }: Judgement, nowMs: number): ToldChange | undefined {
    if (nowMs - this.#unwellAtMs >= forgivenAfterMs) this.#relapses = 0;
    if (verdict !== 'excellent') this.#unwellAtMs = nowMs;
    if (this.#candidate?.verdict !== verdict) this.#candidate = { verdict, sinceMs: nowMs };
    const lastedMs = nowMs - this.#candidate.sinceMs;
    if (this.#verdict === 'none') this.#verdict = verdict;
    else if (verdict !== this.#verdict && lastedMs >= this.#holdMs(verdict)) this.#change(verdict);
    if (verdict !== this.#verdict) return undefined;
    this.#reasons = reasons;
    if (verdict === this.#told || lastedMs < worseAfterMs) return undefined;
    const was = this.#told;
    this.#told = verdict;
    return { was, verdict };
  }

  #holdMs(verdict: HealthVerdict): number {
    return this.#isWorse(verdict) ? worseAfterMs : pauseMs(betterAfter, Math.max(1, this.#relapses), 0);
  }

  #change(verdict: HealthVerdict): void {
    if (this.#isWorse(verdict)) this.#relapses++;
    this.#verdict = verdict;
  }

  #isWorse(verdict: HealthVerdict): boolean {
    return rank[verdict] > rank[this.#verdict];
  }
}
