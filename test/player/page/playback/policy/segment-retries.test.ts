import { describe, expect, test } from '@jest/globals';
import { SegmentRetries } from '../../../../../lib/player/page/playback/policy/segment-retries.ts';
import { mulberry32 } from '../../../../../testkit/mulberry32.ts';

const segment = 'https://edge.example/local/s/b/720p/17.m4s';
const middle = (): number => 0.5;

const pauses = (retries: SegmentRetries, count: number, isForetold: boolean): number[] =>
  Array.from({ length: count }, () => retries.failed(segment, isForetold));

describe('a segment that isn’t there', () => {
  test('is asked for after pauses that grow, up to a second where it may still come', () => {
    expect(pauses(new SegmentRetries(middle), 6, true)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    expect(pauses(new SegmentRetries(middle), 4, false)).toEqual([1_000, 2_000, 4_000, 4_000]);
  });

  test('is tried several times in a row only before the first pause', () => {
    const retries = new SegmentRetries(middle);
    expect(retries.isPaced(segment)).toBe(false);
    retries.failed(`${segment}?CMCD=bl%3D1200`, true);
    expect(retries.isPaced(`${segment}?CMCD=bl%3D900`)).toBe(true);
    expect(retries.isPaced(segment.replace('17', '18'))).toBe(false);
  });

  test('has pauses of its own: the next one begins anew', () => {
    const retries = new SegmentRetries(middle);
    pauses(retries, 5, true);
    expect(retries.failed(segment.replace('17', '18'), true)).toBe(100);
    expect(retries.failed(segment, true)).toBe(1_000);
  });

  test('is forgotten when a player has long gone on', () => {
    const retries = new SegmentRetries(middle);
    retries.failed(segment, true);
    for (let number = 18; number < 34; number++) retries.failed(segment.replace('17', String(number)), true);
    expect(retries.isPaced(segment)).toBe(false);
    expect(retries.isPaced(segment.replace('17', '33'))).toBe(true);
  });
});

test('10,000 viewers of a rendition that was given up ask less than once a second each, and not at the same time', () => {
  const random = mulberry32(17);
  const askedAtMs = Array.from({ length: 10_000 }, () => {
    const retries = new SegmentRetries(random);
    const times: number[] = [];
    for (let atMs = 0; atMs < 10_000; atMs += retries.failed(segment, true)) times.push(atMs);
    return times;
  }).flat();
  const after = (fromMs: number, toMs: number) => askedAtMs.filter((ms) => ms >= fromMs && ms < toMs).length;
  expect(after(5_000, 10_000) / 5).toBeLessThan(11_000);
  const busiest = Math.max(
    ...Array.from({ length: 50 }, (_, at) => after(5_000 + at * 100, 5_100 + at * 100)),
  );
  expect(busiest).toBeLessThan(1_500);
});
