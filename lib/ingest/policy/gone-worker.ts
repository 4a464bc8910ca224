/**
 * Whether a dial failed because nobody listens at that address: the host itself answered with a reset. Time-outs, missing routes and
 * prohibitions don't count: behind them the process may live. Of a name with several addresses all must refuse.
 */
export const isRefused = (error: unknown): boolean => hasCode(error, 'ECONNREFUSED');

/** Whether a connection broke because the process at its other end has just ended, or the socket there was closed at once. */
export const isReset = (error: unknown): boolean => hasCode(error, 'ECONNRESET') || hasCode(error, 'EPIPE');

function hasCode(error: unknown, code: string): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError)
    return error.errors.length > 0 && error.errors.every((each) => hasCode(each, code));
  if ('code' in error && error.code === code) return true;
  return hasCode(error.cause, code);
}
