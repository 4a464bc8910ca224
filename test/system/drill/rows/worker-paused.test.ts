import { expect, test } from '@jest/globals';
import { workerPaused } from '../../../../drill/rows/worker-paused.ts';
import { countsOverLimit } from './counts.ts';

test('a worker that is paused and comes back writes nothing over what its successor wrote', async () => {
  expect(await countsOverLimit(workerPaused)).toEqual({});
});
