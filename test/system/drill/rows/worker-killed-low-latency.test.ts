import { expect, test } from '@jest/globals';
import { workerKilledLowLatency } from '../../../../drill/rows/worker-killed-low-latency.ts';
import { countsOverLimit } from './counts.ts';

test('viewers two seconds behind lose no frame with their worker, and none is made of two pictures', async () => {
  // How often a player stalls depends on how busy the machine is.
  const { 'player stalls': _, ...counts } = await countsOverLimit(workerKilledLowLatency);
  expect(counts).toEqual({});
});
