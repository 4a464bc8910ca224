import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openSqliteControlStore } from '../../../lib/adapters/local/sqlite/sqlite-control-store.ts';
import { allowBroadcasts, stopBroadcasts } from '../../../lib/control/budget/stop-broadcasts.ts';
import type { ControlStore } from '../../../lib/control-store/ports.ts';

const budget = 'live-headwater';
const notification = {
  subject: 'AWS Budgets: live-headwater has exceeded your alert threshold',
  message: 'Budget Name: live-headwater\nAlert Type: ACTUAL\nAlert Threshold: > $1,500.00\n',
};

let store: ControlStore & { close(): void };
let told: string[];
let nowMs: number;
beforeEach(() => {
  store = openSqliteControlStore(':memory:');
  told = [];
  nowMs = Date.parse('2026-11-27T09:00:00Z');
});
afterEach(() => store.close());

const parts = () => ({ store, emit: (name: string) => void told.push(name), wallMs: () => nowMs });

describe('a notification that the budget is spent', () => {
  test('stops new broadcasts until the month ends', async () => {
    await stopBroadcasts(parts(), budget, notification);
    expect(await store.getBudgetStop()).toMatchObject({
      reachedAtMs: nowMs,
      untilMs: Date.parse('2026-12-01T00:00:00Z'),
    });
    expect(told).toEqual(['control.budget.reached']);
  });

  test('changes nothing if it comes again, even after somebody cleared it', async () => {
    await stopBroadcasts(parts(), budget, notification);
    const cleared = await allowBroadcasts(parts(), 'ann');
    await stopBroadcasts(parts(), budget, notification);
    expect(await store.getBudgetStop()).toEqual(cleared);
    expect(told).toEqual(['control.budget.reached', 'control.budget.cleared', 'control.budget.known']);
  });

  test('of another budget is ignored', async () => {
    await stopBroadcasts(parts(), budget, { subject: 'A sample', message: 'Budget Name: other' });
    expect(await store.getBudgetStop()).toBeUndefined();
    expect(told).toEqual(['control.budget.foreign']);
  });

  test('stops broadcasts although another writer was faster', async () => {
    const racing = {
      ...store,
      getBudgetStop: async () => {
        const known = await store.getBudgetStop();
        if (known === undefined) await store.putBudgetStop({ reachedAtMs: 1, untilMs: 2, version: 0 });
        return known;
      },
    };
    await stopBroadcasts({ ...parts(), store: racing }, budget, notification);
    expect(await store.getBudgetStop()).toMatchObject({ reachedAtMs: nowMs, version: 2 });
  });
});

test('clearing what does not stop changes nothing', async () => {
  expect(await allowBroadcasts(parts(), 'ann')).toBeUndefined();
  expect(told).toEqual([]);
});
