import { expect, test } from '@jest/globals';
import { ClientBudgets } from '../../lib/net/client-budget.ts';

test('a client spends what it has at once, then what it gets back in time', () => {
  const budgets = new ClientBudgets({ burst: 3, perSecond: 2 });
  for (let spent = 0; spent < 3; spent++) {
    expect(budgets.left('a', 0)).toBe(3 - spent);
    budgets.spend('a', 0);
  }
  budgets.spend('a', 0);
  expect(budgets.left('a', 0)).toBe(0);
  expect(budgets.left('b', 0)).toBe(3);
  expect(budgets.left('a', 250)).toBe(0.5);
  expect(budgets.left('a', 500)).toBe(1);
  expect(budgets.left('a', 60_000)).toBe(3);
});

test('remembers 10,000 clients', () => {
  const budgets = new ClientBudgets({ burst: 1, perSecond: 0 });
  budgets.spend('first', 0);
  for (let client = 0; client < 10_000; client++) budgets.spend(`${client}`, 0);
  expect(budgets.left('first', 0)).toBe(1);
  expect(budgets.left('0', 0)).toBe(0);
});
