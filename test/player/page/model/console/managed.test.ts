import { describe, expect, test } from '@jest/globals';
import { encoderChoices, formatUsd } from '../../../../../lib/player/page/model/console/managed.ts';

describe('the managed encoder in words', () => {
  test('who chooses the managed tier is told that it has HLS only', () => {
    expect(encoderChoices.find(({ tier }) => tier === 'medialive')?.about).toContain('HLS only');
  });

  test.each([
    [0, '$0.000'],
    [0.0043, '$0.004'],
    [0.0994, '$0.099'],
    [0.0996, '$0.10'],
    [4.126, '$4.13'],
  ])('%d dollars read as %s', (usd, text) => {
    expect(formatUsd(usd)).toBe(text);
  });
});
