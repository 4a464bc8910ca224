import { expect, test } from '@jest/globals';
import { edgeTierKilled } from '../../../../drill/rows/edge-tier-killed.ts';
import { countsOverLimit } from './counts.ts';

test('a tier between workers and viewers that dies costs no frame and no discontinuity', async () => {
  expect(await countsOverLimit(edgeTierKilled)).toEqual({});
});
