import { describe, expect, test } from '@jest/globals';
import { channelStory, encoderChoices, formatUsd } from '../../../../lib/player/page/model/managed.ts';

describe('the managed encoder in words', () => {
  test('the API’s own sentence on the channel stands for itself', () => {
    const detail = 'The MediaLive channel starts, about 40 s more.';
    expect(channelStory({ state: 'starting', since: '2026-11-22T18:00:00.000Z', detail }, 0)).toBe(detail);
  });

  test('without one the state is told, whatever it is called', () => {
    expect(channelStory({ state: 'creating-input' }, 0)).toBe('Its channel is creating input.');
    expect(channelStory({ state: 'running', since: '2026-11-22T18:00:00.000Z' }, 0)).toMatch(
      /^Its channel is running since .+\.$/,
    );
  });

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
