import { expect, test } from '@jest/globals';
import { proxyKilled } from '../../../../drill/rows/proxy-killed.ts';
import { countsOverLimit } from './counts.ts';

test('a proxy that dies: the broadcast goes on at its worker, and costs only the frames that died with the proxy', async () => {
  expect(await countsOverLimit(proxyKilled)).toEqual({});
});
