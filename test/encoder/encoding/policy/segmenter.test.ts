import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type EncodedSample,
  type Segment,
  Segmenter,
} from '../../../../lib/encoder/encoding/policy/segmenter.ts';

const data = Buffer.from([1]);

/** Pictures at `rate`, with a key frame at the first one of each grid cell, from `fromMs` on. */
function pictures(fromMs: number, untilMs: number, stepMs: number): EncodedSample[] {
  const samples: EncodedSample[] = [];
  let cell = -1;
  for (let at = fromMs; at < untilMs; at += stepMs) {
    const dtsMs = Math.round(at);
    const now = Math.floor(dtsMs / 2000);
    samples.push({ dtsMs, compositionOffsetMs: 0, keyframe: now !== cell, data });
    cell = now;
  }
  return samples;
}

function sounds(fromMs: number, untilMs: number): EncodedSample[] {
  const samples: EncodedSample[] = [];
  for (let at = fromMs; at < untilMs; at += 1024 / 48) {
    samples.push({ dtsMs: Math.round(at), compositionOffsetMs: 0, keyframe: true, data });
  }
  return samples;
}

function cut(
  kind: 'video' | 'audio',
  samples: readonly EncodedSample[],
  fromNumber = 0,
  before?: number,
): Segment[] {
  const timescale = kind === 'video' ? 90_000 : 48_000;
  const segmenter = new Segmenter({ kind, timescale, fromNumber });
  if (before !== undefined) segmenter.stopBefore(before);
  const segments = samples.map((sample) => segmenter.push(sample));
  return [...segments, segmenter.finish()].filter((segment) => segment !== undefined);
}

describe('The segmenter', () => {
  test('loses no picture and leaves no gap, whatever the frame rate and the start', () => {
    fc.assert(
      fc.property(fc.double({ min: 5, max: 120, noNaN: true }), fc.nat(5000), (stepMs, fromMs) => {
        const samples = pictures(fromMs, fromMs + 9000, stepMs);
        const segments = cut('video', samples);
        expect(segments.reduce((sum, segment) => sum + segment.samples, 0)).toBe(samples.length);
        expect(segments.map(({ number }) => number)).toEqual(
          segments.map((_, index) => Math.floor(fromMs / 2000) + index),
        );
        for (const [index, { startTicks, durationTicks, number }] of segments.entries()) {
          expect(startTicks).toBeGreaterThanOrEqual(number * 180_000);
          const next = segments[index + 1];
          if (next) expect(startTicks + durationTicks).toBe(next.startTicks);
        }
      }),
    );
  });

  test('cuts at the same pictures wherever it begins, even if the publisher reorders them', () => {
    const reorderMs = 67;
    // What ffmpeg makes of pictures that went in each 100 ms from `fromMs` on: key frames by the time of going in.
    const out = (fromMs: number): EncodedSample[] =>
      pictures(fromMs, 12_000, 100).map((sample) => ({ ...sample, dtsMs: sample.dtsMs + reorderMs }));
    const starts = (fromMs: number, fromNumber: number): number[][] => {
      const segmenter = new Segmenter({
        kind: 'video',
        timescale: 90_000,
        fromNumber,
        firstPictureMs: fromMs,
      });
      const segments = out(fromMs).map((sample) => segmenter.push(sample));
      return segments.flatMap((segment) => (segment ? [[segment.number, segment.startTicks / 90]] : []));
    };
    const whole = starts(33, 0);
    expect(whole.map(([number]) => number)).toEqual([0, 1, 2, 3, 4]);
    // The last picture before the grid goes in before it and comes out after it.
    expect(starts(3933, 2)).toEqual(whole.slice(2));
  });

  test('cuts audio at the first frame of each grid cell, counted in samples', () => {
    fc.assert(
      fc.property(fc.nat(5000), (fromMs) => {
        const samples = sounds(fromMs, fromMs + 9000);
        const segments = cut('audio', samples);
        expect(segments.reduce((sum, segment) => sum + segment.samples, 0)).toBe(samples.length);
        for (const [index, { startTicks, number }] of segments.entries()) {
          expect(startTicks % 1024).toBe(0);
          if (index === 0) continue;
          expect(startTicks - number * 96_000).toBeGreaterThanOrEqual(0);
          expect(startTicks - number * 96_000).toBeLessThan(1024);
          const before = segments[index - 1]!;
          expect(before.startTicks + before.durationTicks).toBe(startTicks);
        }
        expect(durationOf(segments)).toBe(samples.length * 1024);
      }),
    );
  });

  test('keeps the place of sound that follows a missing frame, and drops a frame whose place is taken', () => {
    const length = (frames: readonly number[]): number => {
      const samples = frames.map((frame) => sounds((frame * 1024) / 48, (frame * 1024) / 48 + 1)[0]!);
      return durationOf(cut('audio', samples)) / 1024;
    };
    expect(length([0, 1, 3, 4])).toBe(5);
    expect(length([0, 1, 1, 2, 3])).toBe(4);
    // Timestamps that are half a frame off stay on one side.
    expect(length([0.49, 1.51, 2.49, 3.51])).toBe(4);
  });

  test('lets another encoder take over at a number seamlessly, in picture and sound', () => {
    fc.assert(
      fc.property(fc.nat(1990), fc.integer({ min: 1, max: 3 }), (startMs, number) => {
        for (const [kind, make] of [
          ['video', (from: number, to: number) => pictures(from, to, 1000 / 30)],
          ['audio', sounds],
        ] as const) {
          const first = cut(kind, make(startMs, 9000), 0, number);
          // The second one is started somewhere before, and its frames lie elsewhere.
          const second = cut(
            kind,
            make(number * 2000 - 700 + (kind === 'audio' ? startMs % 21 : 0), 9000),
            number,
          );
          expect(first.at(-1)?.number).toBe(number - 1);
          expect(second[0]?.number).toBe(number);
          const end = first.at(-1)!.startTicks + first.at(-1)!.durationTicks;
          const seam = Math.abs(second[0]!.startTicks - end);
          expect(seam).toBeLessThan(kind === 'audio' ? 1 : 90 * 34);
        }
      }),
    );
  });

  test('makes parts of half a second at most, each beginning where the last one ended', () => {
    const [segment] = cut('video', pictures(0, 4000, 1000 / 30));
    expect(segment?.chunks).toHaveLength(4);
    const starts = segment?.chunks.map(([head]) => {
      const at = head!.indexOf('tfdt');
      return Number(head!.readBigUInt64BE(at + 8)) / 90;
    });
    expect(starts).toEqual([0, 500, 1000, 1500]);
  });

  test('omits an empty segment, and does not hide the gap', () => {
    const samples = [...pictures(0, 4000, 40), ...pictures(9000, 12_000, 40)];
    const segments = cut('video', samples);
    expect(segments.map(({ number }) => number)).toEqual([0, 1, 4, 5]);
    expect(segments[1]!.durationTicks / 90).toBe(2000);
  });

  test('drops samples before its first number and those that begin no segment', () => {
    const samples = pictures(500, 5000, 40).map((sample, index) =>
      index === 0 ? { ...sample, keyframe: false } : sample,
    );
    expect(cut('video', samples).map(({ number }) => number)).toEqual([1, 2]);
    expect(cut('video', pictures(500, 9000, 40), 2).map(({ number }) => number)).toEqual([2, 3, 4]);
  });
});

const durationOf = (segments: readonly Segment[]): number =>
  segments.reduce((sum, { durationTicks }) => sum + durationTicks, 0);
