/** No new broadcast begins while a month's budget is spent; those on air go on. One for each region. */
export interface BudgetStop {
  /** When the budget was reached. */
  readonly reachedAtMs: number;
  /** The next month begins: its budget is untouched. */
  readonly untilMs: number;
  /** Set when somebody allows broadcasts again for the rest of the month. */
  readonly clearedAtMs?: number;
  /** Incremented by every write. A write names the version it read, or 0 if there was none. */
  readonly version: number;
}

/** Whether new broadcasts are refused now. */
export const isStopping = (stop: BudgetStop | undefined, nowMs: number): stop is BudgetStop =>
  stop !== undefined && stop.clearedAtMs === undefined && nowMs < stop.untilMs;

/**
 * What to write when the budget is reached; undefined if this month's is known. Then it may have been cleared, and a notification that
 * comes late or twice must not stop broadcasts again.
 */
export function budgetReached(known: BudgetStop | undefined, nowMs: number): BudgetStop | undefined {
  if (known !== undefined && nowMs < known.untilMs) return undefined;
  return { reachedAtMs: nowMs, untilMs: nextMonthMs(nowMs), version: known?.version ?? 0 };
}

/** When AWS Budgets begins the next month. */
function nextMonthMs(nowMs: number): number {
  const now = new Date(nowMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1);
}
