import { expect, test } from '@jest/globals';
import { publishersRace } from '../../../../drill/rows/publishers-race.ts';
import { countsOverLimit } from './counts.ts';

test('of two publishers that race for a stream one wins each time, and the other hears why', async () => {
  expect(await countsOverLimit(publishersRace({ rounds: 20, encoderRounds: 0 }))).toEqual({});
});
