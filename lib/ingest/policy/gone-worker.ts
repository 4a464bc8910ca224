/**
 * Whether a dial failed because nobody listens at that address: the host itself answered with a reset. Time-outs, missing routes and
 * prohibitions don't count: behind them the process may live. Of a name with several addresses all must refuse.
 */
export function isRefused(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isRefused);
  if ('code' in error && error.code === 'ECONNREFUSED') return true;
  return error.cause !== undefined && isRefused(error.cause);
}
