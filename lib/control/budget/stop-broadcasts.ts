import { type BudgetStop, budgetReached, isStopping } from '../../control-store/budget-stop.ts';
import { isConditionFailed } from '../../control-store/errors.ts';
import type { BudgetStore } from '../../control-store/ports.ts';
import { rewrite } from '../../retry/rewrite.ts';
import type { EmitEvent } from '../../telemetry/events.ts';

export interface BudgetStopParts {
  readonly store: BudgetStore;
  readonly emit: EmitEvent;
  readonly wallMs: () => number;
}

/** A notification from AWS Budgets, as SNS passes it on. */
export interface BudgetNotification {
  readonly subject: string;
  readonly message: string;
}

/** `budgetName`: the name or its beginning; only what is about this budget counts, as AWS also sends samples. */
export async function stopBroadcasts(
  { store, emit, wallMs }: BudgetStopParts,
  budgetName: string,
  { subject, message }: BudgetNotification,
): Promise<void> {
  if (!message.includes(budgetName)) {
    emit('control.budget.foreign', { subject });
    return;
  }
  await rewrite(async () => {
    const known = await store.getBudgetStop();
    const stop = budgetReached(known, wallMs());
    if (stop === undefined) {
      const { clearedAtMs } = known ?? {};
      emit('control.budget.known', {
        clearedAt: clearedAtMs === undefined ? undefined : new Date(clearedAtMs).toISOString(),
      });
      return;
    }
    await store.putBudgetStop(stop);
    emit('control.budget.reached', { until: new Date(stop.untilMs).toISOString() });
  }, isConditionFailed);
}

/** Allows new broadcasts for the rest of the month; returns what is stored now. `caller`: who wants that. */
export function allowBroadcasts(
  { store, emit, wallMs }: BudgetStopParts,
  caller: string,
): Promise<BudgetStop | undefined> {
  return rewrite(async () => {
    const known = await store.getBudgetStop();
    if (!isStopping(known, wallMs())) return known;
    const cleared = await store.putBudgetStop({ ...known, clearedAtMs: wallMs() });
    emit('control.budget.cleared', { caller });
    return cleared;
  }, isConditionFailed);
}
