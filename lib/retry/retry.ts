import pRetry from 'p-retry';
import { type RetryPolicy, spread } from './policy/backoff.ts';

export interface RetryOptions {
  /** Whether a retry may help. If not, the error is thrown at once. */
  readonly again: (cause: unknown) => boolean;
  /** Ends the retries, also during a pause, and throws its reason. A running try isn't interrupted; its result is returned. */
  readonly signal?: AbortSignal | undefined;
  /** In [0, 1). @default Math.random */
  readonly random?: () => number;
}

/** Hides the real error from p-retry, which never retries a TypeError and turns errors from another realm into one. */
class TryFailedError extends Error {
  override readonly name = 'TryFailedError';
  readonly code = 'TRY_FAILED';
}

/** Runs `work` until it succeeds, within the policy. Throws the last try's error. */
export async function retry<Result>(
  work: () => Result | Promise<Result>,
  { firstMs, factor = 2, longestMs, jitter, tries = Number.POSITIVE_INFINITY }: RetryPolicy,
  { again, signal, random = Math.random }: RetryOptions,
): Promise<Result> {
  // p-retry takes its jitter only from Math.random and adds none at the cap, so we draw it here, once for all pauses of a call.
  const scale = spread(1, jitter, random());
  const results: Result[] = [];
  const attempt = async (): Promise<void> => {
    try {
      results.push(await work());
    } catch (cause) {
      throw new TryFailedError('The attempt failed', { cause });
    }
  };
  try {
    await pRetry(attempt, {
      retries: tries - 1,
      minTimeout: firstMs * scale,
      factor,
      maxTimeout: longestMs * scale,
      shouldRetry: ({ error }) => again(error.cause),
      signal,
    });
  } catch (fault) {
    // p-retry drops a result that arrives after the signal was raised; it may be a connection that the caller must close.
    if (results.length === 0) throw fault instanceof TryFailedError ? fault.cause : fault;
  }
  return results[0] as Result;
}
