import { expect, test } from '@jest/globals';
import { faultySchedules } from '../../../testkit/schedules/faulty-schedules.ts';

// test/system/encoder/schedules.test.ts plays 25 times as many, outside of Jest, which slows them down.
test('whatever an encoder and its network do: no segment is missing, sound is in step, the edge follows the clock, all is shown', () => {
  expect(faultySchedules(1, 100)).toEqual([]);
});
