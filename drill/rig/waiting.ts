import { setTimeout as sleep } from 'node:timers/promises';

/** Something that a drill waits for did not happen: the run cannot be judged. */
export class NotHappenedError extends Error {
  override readonly name = 'NotHappenedError';
  readonly code = 'NOT_HAPPENED';
}

/** Returns the promise's value; throws `NotHappenedError` if it takes longer than `ms`. */
export async function within<Value>(ms: number, what: string, promise: Promise<Value>): Promise<Value> {
  const done = new AbortController();
  const late = sleep(ms, undefined, { signal: done.signal }).then(() => {
    throw new NotHappenedError(`${what} did not happen within ${ms / 1000} s`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    done.abort();
    late.catch(() => {});
  }
}

/** Resolves once `holds` returns true, which is checked each `everyMs`; throws `NotHappenedError` after `ms`. */
export async function until(
  ms: number,
  what: string,
  holds: () => boolean | Promise<boolean>,
  everyMs = 100,
): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > deadline)
      throw new NotHappenedError(`${what} did not happen within ${ms / 1000} s`);
    await sleep(everyMs);
  }
}

/**
 * A fraction of 1 for this seed; those of successive seeds are evenly spread (golden ratio), so that runs hit every phase.
 */
export const phaseOf = (seed: number): number => (seed * 0.618_033_988_749_895) % 1;
