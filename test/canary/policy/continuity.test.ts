import { expect, test } from '@jest/globals';
import { followTimes, type ServedSegment } from '../../../lib/canary/policy/continuity.ts';
import { mediaChunk } from '../../../lib/packaging/cmaf/chunk.ts';

/** A segment of two chunks that begins at `ticks` and lasts for 60 of them. */
function segment(number: number, ticks: number, marks: Partial<ServedSegment> = {}): ServedSegment {
  const chunk = (atTicks: number) =>
    mediaChunk({
      sequenceNumber: 1,
      trackId: 1,
      baseMediaDecodeTime: BigInt(atTicks),
      samples: Array.from({ length: 30 }, (_, index) => ({
        data: Buffer.from([1]),
        durationTicks: 1,
        keyframe: index === 0,
        compositionOffsetTicks: 0,
      })),
    });
  const media = Buffer.concat([...chunk(ticks), ...chunk(ticks + 30)]);
  return { number, discontinuity: false, gap: false, media, ...marks };
}
const gap = (number: number, discontinuity = false): ServedSegment => ({ number, discontinuity, gap: true });

test('consecutive segments have nothing to report', () => {
  expect(followTimes([segment(4, 240), segment(5, 300), segment(6, 360)])).toEqual({
    breaks: 0,
    widestTicks: 0,
    discontinuities: 0,
    gaps: 0,
    numberJumps: 0,
  });
});

test.each([
  ['late', 301, 1],
  ['early', 297, 3],
])('media that begins %s breaks the decode time', (_, ticks, widestTicks) => {
  expect(followTimes([segment(4, 240), segment(5, ticks)])).toMatchObject({ breaks: 1, widestTicks });
});

test('a break at a marked discontinuity counts only as a discontinuity', () => {
  const segments = [segment(4, 240), segment(6, 360, { discontinuity: true }), segment(7, 420)];
  expect(followTimes(segments)).toMatchObject({
    breaks: 0,
    discontinuities: 1,
    widestTicks: 60,
    numberJumps: 1,
  });
});

test('a gap is counted, and unmarked media after it is a break', () => {
  expect(followTimes([segment(4, 240), gap(5), segment(6, 360)])).toMatchObject({ gaps: 1, breaks: 1 });
});

test('a mark on the gap itself applies to the media after it', () => {
  expect(followTimes([segment(4, 240), gap(5, true), segment(6, 360)])).toMatchObject({ gaps: 1, breaks: 0 });
});

test('a repeated number is a jump', () => {
  expect(followTimes([segment(4, 240), segment(4, 300)]).numberJumps).toBe(1);
});
