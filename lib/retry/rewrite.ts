import type { RetryPolicy } from './policy/backoff.ts';
import { retry } from './retry.ts';

/** No pauses: each loser has seen another write succeed, so the writers as a whole make progress. */
const whenOvertaken: RetryPolicy = { firstMs: 0, longestMs: 0, jitter: 0, tries: 10 };

/**
 * Compare-and-set: `work` reads, changes and writes conditionally, and runs again on fresh data if another writer was faster
 * (`isOvertaken`). Throws the conflict after ten tries.
 */
export const rewrite = <Result>(
  work: () => Promise<Result>,
  isOvertaken: (cause: unknown) => boolean,
): Promise<Result> => retry(work, whenOvertaken, { again: isOvertaken });
