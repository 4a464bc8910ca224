import { beforeEach, expect, test } from '@jest/globals';
import { createTestApi, type TestApi } from './harness.ts';

let api: TestApi;
beforeEach(() => {
  api = createTestApi();
});

const stop = () => ({
  reachedAtMs: api.clock.wallTimeMs,
  untilMs: api.clock.wallTimeMs + 3_600_000,
  version: 0,
});

test('without a stop, the budget is open', async () => {
  expect(await api.call('GET', '/v1/budget')).toMatchObject({ status: 200, body: { state: 'open' } });
  expect(await api.call('POST', '/v1/budget/clear')).toMatchObject({ status: 200, body: { state: 'open' } });
});

test('a stop says since when and until when, and that it was cleared', async () => {
  await api.store.putBudgetStop(stop());
  const reachedAt = new Date(api.clock.wallTimeMs).toISOString();
  const until = new Date(api.clock.wallTimeMs + 3_600_000).toISOString();
  expect((await api.call('GET', '/v1/budget')).body).toEqual({ state: 'stopped', reachedAt, until });
  api.clock.wallTimeMs += 60_000;
  const cleared = {
    state: 'cleared',
    reachedAt,
    until,
    clearedAt: new Date(api.clock.wallTimeMs).toISOString(),
  };
  expect((await api.call('POST', '/v1/budget/clear')).body).toEqual(cleared);
  expect((await api.call('POST', '/v1/budget/clear')).body).toEqual(cleared);
  expect((await api.call('GET', '/v1/budget')).body).toEqual(cleared);
  expect(api.log.join('\n')).toContain('control.budget.cleared');
});

test('the next month is open', async () => {
  await api.store.putBudgetStop(stop());
  api.clock.wallTimeMs += 3_600_000;
  expect((await api.call('GET', '/v1/budget')).body).toEqual({ state: 'open' });
});
