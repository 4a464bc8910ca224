/** A keep-alive connection may have been closed under the request, so the first retry is immediate. */
const atOnceMs = [0];
/** A tier whose process died is back within a second: waiting for it is better than an error that a player has to handle. */
const untilUpMs = [0, 100, 200, 300, 400];

/**
 * Pauses before each retry while there is no response at all, in ms. If there is an older copy that may be served, that is
 * better than waiting.
 */
export const pausesBeforeRetryMs = (hasUsableCopy: boolean): readonly number[] =>
  hasUsableCopy ? atOnceMs : untilUpMs;
