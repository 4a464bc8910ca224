import { createRoute } from '@hono/zod-openapi';
import { type BudgetStop, isStopping } from '../../control-store/budget-stop.ts';
import type { ApiContext, ControlApi } from '../api/context.ts';
import { iso } from '../api/present/present-documents.ts';
import { answer, idempotencyHeader, idempotencyProblems, problems } from '../api/route-parts.ts';
import { examples } from '../api/schemas/examples.ts';
import { Budget } from '../api/schemas/platform-schemas.ts';
import { allowBroadcasts } from './stop-broadcasts.ts';

const tags = ['Budget'];

const getBudget = createRoute({
  method: 'get',
  path: '/v1/budget',
  operationId: 'getBudget',
  summary: 'Check whether new broadcasts are refused because the budget is spent',
  tags,
  responses: { 200: answer(Budget, examples.budget, 'The state of this region.'), ...problems() },
});

const clearBudgetStop = createRoute({
  method: 'post',
  path: '/v1/budget/clear',
  operationId: 'clearBudgetStop',
  summary: 'Allow new broadcasts in this region for the rest of the month',
  description:
    'Undoes the stop that followed when the month’s budget was spent. Broadcasts on air were never affected. Repeating the request changes nothing. The request body is empty.',
  tags,
  request: { headers: idempotencyHeader },
  responses: {
    200: answer(Budget, examples.clearedBudget, 'The state from now on.'),
    ...problems('changed-meanwhile', ...idempotencyProblems),
  },
});

export function addBudgetRoutes(app: ControlApi, { store, emit, clock }: ApiContext): void {
  const wallMs = () => clock.wallMs();

  app.openapi(getBudget, async (c) => c.json(present(await store.getBudgetStop(), wallMs()), 200));

  app.openapi(clearBudgetStop, async (c) => {
    const stop = await allowBroadcasts({ store, emit, wallMs }, c.get('caller').id);
    return c.json(present(stop, wallMs()), 200);
  });
}

/** A stop of an earlier month is over. */
function present(stop: BudgetStop | undefined, nowMs: number) {
  if (stop === undefined || nowMs >= stop.untilMs) return { state: 'open' as const };
  const { reachedAtMs, untilMs, clearedAtMs } = stop;
  return {
    state: isStopping(stop, nowMs) ? ('stopped' as const) : ('cleared' as const),
    reachedAt: iso(reachedAtMs),
    until: iso(untilMs),
    ...(clearedAtMs !== undefined && { clearedAt: iso(clearedAtMs) }),
  };
}
