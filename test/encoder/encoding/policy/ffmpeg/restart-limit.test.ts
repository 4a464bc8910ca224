import { describe, expect, test } from '@jest/globals';
import { RestartLimit } from '../../../../../lib/encoder/encoding/policy/ffmpeg/restart-limit.ts';

describe('Restarts of ffmpeg', () => {
  test('have growing pauses and stop after four crashes in a minute', () => {
    const limit = new RestartLimit();
    expect([0, 1000, 2000, 3000, 4000].map((now) => limit.crashed(now, 0.5))).toEqual([
      0,
      250,
      1000,
      4000,
      undefined,
    ]);
    expect(limit.crashed(120_000)).toBe(0);
  });
});
