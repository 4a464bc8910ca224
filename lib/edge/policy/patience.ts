/** A kept connection may have been closed under the request: the first try again is at once. */
const atOnceMs = [0];
/** A tier whose process died is up again within a second: waiting for it beats an error that a player has to get over. */
const untilUpMs = [0, 100, 200, 300, 400];

/**
 * Pauses before each further try while nothing of an answer comes, in ms. An older copy that may be served is better than
 * waiting.
 */
export const pausesBeforeRetryMs = (hasUsableCopy: boolean): readonly number[] =>
  hasUsableCopy ? atOnceMs : untilUpMs;
