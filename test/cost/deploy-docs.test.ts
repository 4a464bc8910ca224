import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { withTables } from '../../scripts/cost-docs.ts';

test('the cost tables of docs/deploy.md are what `node scripts/cost-docs.ts` writes now', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../docs/deploy.md'), 'utf8');
  expect(withTables(guide)).toBe(guide);
});

test('a table without a place in the page is an error', () => {
  expect(() => withTables('# Costs\n')).toThrow(/no place for the table/);
});
