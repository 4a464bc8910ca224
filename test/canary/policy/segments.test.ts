import { describe, expect, test } from '@jest/globals';
import { dashFaults, earlyEnds, hlsFaults, type ListedSegment } from '../../../lib/canary/policy/segments.ts';

const segment = (number: number, change: Partial<ListedSegment> = {}): ListedSegment => ({
  uri: `http://edge/180p/${number}.m4s`,
  durationMs: 2000,
  atMs: number * 2000,
  served: true,
  ...change,
});
const track = (...segments: ListedSegment[]) => ({ kind: 'video' as const, id: '180p', segments });
const times = { longestMs: 2000 };

describe('an HLS playlist', () => {
  test('that is whole; its last segment may be short', () => {
    expect(
      hlsFaults(track(segment(0), segment(1, { durationMs: 2040 }), segment(2, { durationMs: 700 }))),
    ).toEqual([]);
  });

  test.each([
    ['a segment that is not served', [segment(0, { served: false }), segment(1)], '1 of 2 segments missing'],
    ['a gap', [segment(0, { gap: true }), segment(1)], '1 EXT-X-GAP'],
    ['a long segment', [segment(0, { durationMs: 3679 }), segment(1)], 'EXTINF 3.679 (right: 2'],
    ['a number left out', [segment(0), segment(2)], 'segment 2 follows 0'],
    ['no segment', [], 'no segment'],
  ])('%s', (_, segments, words) => {
    const faults = hlsFaults(track(...segments));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(words);
  });
});

describe('an MPD', () => {
  test('a kind of track that ends early', () => {
    const early = track(segment(0), segment(1));
    const sound = { ...track(segment(0), segment(1), segment(2)), kind: 'audio' as const };
    expect(earlyEnds([early, sound], { durationMs: 6000 })).toEqual(['DASH video: ends at 4 s of 6 s']);
    expect(earlyEnds([early, sound, track(segment(2))], { durationMs: 6000 })).toEqual([]);
  });

  test('that is whole, live and recorded', () => {
    const whole = track(segment(0), segment(1), segment(2));
    expect(dashFaults(whole, times)).toEqual([]);
    expect(earlyEnds([whole], { durationMs: 6000 })).toEqual([]);
    expect(earlyEnds([whole], {})).toEqual([]);
  });

  test.each([
    [
      'a hole',
      [segment(0), segment(1, { atMs: 2900, durationMs: 1100 }), segment(2)],
      '0.90 s between segments at 2.00 s',
    ],
    ['a long segment', [segment(0), segment(1), segment(2, { durationMs: 2400 })], 'a segment of 2.4 s'],
    [
      'a segment that is not served',
      [segment(0), segment(1, { served: false }), segment(2)],
      '1 of 3 segments missing',
    ],
  ])('%s', (_, segments, words) => {
    const faults = dashFaults(track(...segments), times);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(words);
  });
});
