import { expect, test } from '@jest/globals';
import { endsWithin } from '../../lib/net/ends-within.ts';

test('work that ends in time has ended, also if it fails', async () => {
  expect(await endsWithin(Promise.resolve('done'), 60_000)).toBe(true);
  expect(await endsWithin(Promise.reject(new Error('no')), 60_000)).toBe(true);
});

test('work that goes on is not waited for', async () => {
  expect(await endsWithin(new Promise(() => {}), 1)).toBe(false);
});
