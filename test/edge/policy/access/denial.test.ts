import { describe, expect, test } from '@jest/globals';
import {
  deniedBody,
  deniedHead,
  deniedPathOf,
  deniedRecordingOf,
  isPlainPath,
} from '../../../../lib/edge/policy/access/denial.ts';
import { cacheKeyOf } from '../../../../lib/edge/policy/cache-key.ts';
import { denialVectors, recordingVectors } from './denial-vectors.ts';

describe('the rule of denials', () => {
  test.each(denialVectors)('%j is denied by %s', (path, denial) => {
    if (denial === 'malformed') expect(isPlainPath(path)).toBe(false);
    else {
      expect(isPlainPath(path)).toBe(true);
      expect(deniedPathOf(path) ?? 'none').toBe(denial);
    }
  });

  test.each(recordingVectors)('a recording at %j is denied by %s', (path, denial) => {
    expect(deniedRecordingOf(path)).toBe(denial);
  });

  test('covers every path that the edge delivers of a stream', () => {
    const delivered = denialVectors.filter(([path]) => cacheKeyOf(path) !== undefined);
    expect(delivered.length).toBeGreaterThan(5);
    for (const [path, denial] of delivered) expect([path, denial]).not.toEqual([path, 'malformed']);
  });

  test('answers 410, which nobody may keep and any page may read', () => {
    expect(deniedHead).toMatchObject({
      status: 410,
      headers: {
        'cache-control': 'no-store',
        'content-type': 'application/problem+json',
        'content-length': String(Buffer.byteLength(deniedBody)),
        'access-control-allow-origin': '*',
      },
    });
    expect(JSON.parse(deniedBody)).toEqual({ status: 410, title: 'This is no longer available.' });
  });
});
