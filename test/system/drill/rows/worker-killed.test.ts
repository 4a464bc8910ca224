import { expect, test } from '@jest/globals';
import { workerKilled } from '../../../../drill/rows/worker-killed.ts';
import { countsOverLimit } from './counts.ts';

test('a worker that dies costs no frame, and doubles none', async () => {
  expect(await countsOverLimit(workerKilled)).toEqual({});
});
