import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AudioSegmenter } from '../../../../../lib/encoder/encoding/policy/segmenting/audio-segmenter.ts';
import { type Part, partTargetMs } from '../../../../../lib/encoder/encoding/policy/segmenting/part.ts';
import type {
  Cut,
  EncodedSample,
  Segment,
} from '../../../../../lib/encoder/encoding/policy/segmenting/segmenter.ts';
import {
  NoKeyFrameError,
  VideoSegmenter,
  type VideoSegmenterOptions,
} from '../../../../../lib/encoder/encoding/policy/segmenting/video-segmenter.ts';
import { pictureTimes } from '../../../../../lib/encoder/policy/picture-times.ts';
import { parseChunks } from '../../../../../lib/packaging/cmaf/reader.ts';
import { mostParts, partLengthsMs } from '../../../../../lib/packaging/segment-grid.ts';

const data = Buffer.from([1]);
const defaults = { timescale: 90_000, fromNumber: 0, run: 1, partMs: 500, frameRate: 30 };
const soundDefaults = { timescale: 48_000, fromNumber: 0, run: 1, partMs: 500 };

/** Pictures at `rate`, with a key frame at the first one of each grid cell, from `fromMs` on. */
function pictures(fromMs: number, untilMs: number, stepMs: number): EncodedSample[] {
  const times: number[] = [];
  for (let at = fromMs; at < untilMs; at += stepMs) times.push(Math.round(at));
  return picturesAt(times);
}

function picturesAt(times: readonly number[]): EncodedSample[] {
  let cell = -1;
  return times.map((dtsMs) => {
    const now = Math.floor(dtsMs / 2000);
    const keyframe = now !== cell;
    cell = now;
    return { dtsMs, compositionOffsetMs: 0, keyframe, data };
  });
}

function sounds(fromMs: number, untilMs: number): EncodedSample[] {
  const samples: EncodedSample[] = [];
  for (let at = fromMs; at < untilMs; at += 1024 / 48) {
    samples.push({ dtsMs: Math.round(at), compositionOffsetMs: 0, keyframe: true, data });
  }
  return samples;
}

const segmenterOf = (kind: 'video' | 'audio', options: Partial<VideoSegmenterOptions> = {}) =>
  kind === 'video'
    ? new VideoSegmenter({ ...defaults, ...options })
    : new AudioSegmenter({ ...soundDefaults, ...options });

function cut(
  kind: 'video' | 'audio',
  samples: readonly EncodedSample[],
  fromNumber = 0,
  before?: number,
): Segment[] {
  const segmenter = segmenterOf(kind, { fromNumber });
  if (before !== undefined) segmenter.stopBefore(before);
  return segmentsOf([...samples.flatMap((sample) => segmenter.push(sample)), ...segmenter.finish()]);
}

const segmentsOf = (cuts: readonly Cut[]): Segment[] =>
  cuts.flatMap((one) => ('segment' in one ? [one.segment] : []));
const partsOf = (cuts: readonly Cut[]): Part[] => cuts.flatMap((one) => ('part' in one ? [one.part] : []));

/** What comes out with each sample, and at the end. */
function steps(
  samples: readonly EncodedSample[],
  options: Partial<VideoSegmenterOptions> = {},
): (readonly Cut[])[] {
  const segmenter = segmenterOf('video', options);
  return [...samples.map((sample) => segmenter.push(sample)), segmenter.finish()];
}

/** Rules that hold whatever goes in. Compares for itself: an `expect` for each rule of each part takes most of the time. */
function expectSound(cuts: readonly Cut[]): void {
  const broken: { rule: string; number: number; part?: number }[] = [];
  let parts: Part[] = [];
  for (const one of cuts) {
    const rules = 'part' in one ? rulesOfPart(one.part, parts) : rulesOfSegment(one.segment, parts);
    const about =
      'part' in one ? { number: one.part.number, part: one.part.index } : { number: one.segment.number };
    for (const [rule, holds] of Object.entries(rules)) if (!holds) broken.push({ rule, ...about });
    if ('part' in one) parts.push(one.part);
    else parts = [];
  }
  expect(broken).toEqual([]);
  expect(parts).toEqual([]);
}

function rulesOfPart(part: Part, before: readonly Part[]): Record<string, boolean> {
  const last = before.at(-1);
  const chunks = parseChunks(Buffer.concat(part.chunk));
  const { baseMediaDecodeTime, durationTicks, samples } = chunks[0]!;
  return {
    'parts are counted': part.index === before.length,
    'a segment has no more parts than have names': part.index < mostParts,
    'parts do not overlap': !last || part.startTicks >= last.startTicks + last.durationTicks,
    'a part is one chunk': chunks.length === 1,
    'the chunk begins with the part': Number(baseMediaDecodeTime) === part.startTicks,
    'each sample lasts': samples.every((sample) => sample.durationTicks > 0),
    'the chunk lasts as long as the part': durationTicks === part.durationTicks,
  };
}

function rulesOfSegment(segment: Segment, parts: readonly Part[]): Record<string, boolean> {
  const bytes = Buffer.concat(segment.chunks.flat());
  const [first, last] = [parts[0], parts.at(-1)];
  return {
    'a segment has parts': parts.length > 0,
    'all of its number': parts.every(({ number }) => number === segment.number),
    'it is its parts': bytes.equals(Buffer.concat(parts.flatMap(({ chunk }) => chunk))),
    'it begins with the first': segment.startTicks === first?.startTicks,
    'it ends with the last':
      last !== undefined &&
      segment.startTicks + segment.durationTicks === last.startTicks + last.durationTicks,
    'it knows its bytes': segment.bytes === bytes.length,
  };
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
      const segmenter = segmenterOf('video', { fromNumber, firstPictureMs: fromMs });
      const segments = segmentsOf(out(fromMs).flatMap((sample) => segmenter.push(sample)));
      return segments.map(({ number, startTicks }) => [number, startTicks / 90]);
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

  test('refuses an encoder that makes no key frames any more', () => {
    const samples = pictures(0, 20_000, 40).map((sample, at) => ({ ...sample, keyframe: at === 0 }));
    expect(() => steps(samples)).toThrow(NoKeyFrameError);
  });
});

describe('Parts', () => {
  const partLength = fc.constantFrom(200, 250, 400, 500, 1000);

  test.each([10, 15, 24, 25, 29.97, 30, 50, 59.94, 60])(
    'of %s pictures a second come out with their last picture, on the grid, without a hole',
    (frameRate) => {
      fc.assert(
        fc.property(fc.nat(4000), partLength, (fromMs, partMs) => {
          const samples = pictures(fromMs, fromMs + 9000, 1000 / frameRate);
          const out = steps(samples, { partMs, frameRate });
          expectSound(out.flat());
          const ends = new Map<number, number>();
          for (const [at, cuts] of out.entries())
            for (const { startTicks, durationTicks } of partsOf(cuts))
              ends.set((startTicks + durationTicks) / 90, at);
          let waited = 0;
          const beside: object[] = [];
          for (const [endMs, at] of ends) {
            const last = samples.findLastIndex(({ dtsMs }) => dtsMs < endMs - 1);
            if (at > last) waited++;
            const cell = Math.floor((endMs + 0.001) / partMs) * partMs;
            // The first picture of a part is the first one behind a line, but for what rounding does to timestamps.
            if (at < samples.length && endMs - cell >= 1000 / frameRate + 1) beside.push({ endMs, cell });
          }
          expect(beside).toEqual([]);
          // Those before the pace is known wait for the next picture, and so may some where rounding puts a picture beside a line.
          const early = Math.ceil((10 * 1000) / frameRate / partMs) + 1;
          const isWhole = Number.isInteger(frameRate);
          expect(waited).toBeLessThanOrEqual(early + (isWhole ? 0 : ends.size * 0.2));
        }),
        { numRuns: 8 },
      );
    },
  );

  test('hold whatever the pictures do: jitter, gaps, bursts, other rates', () => {
    const stretch = fc.record({
      count: fc.integer({ min: 1, max: 60 }),
      stepMs: fc.oneof(fc.integer({ min: 1, max: 120 }), fc.constantFrom(16.67, 33.33, 40, 500, 2500)),
      jitterMs: fc.constantFrom(0, 0, 2, 4, 15),
    });
    fc.assert(
      fc.property(
        fc.array(stretch, { minLength: 1, maxLength: 12 }),
        partLength,
        fc.nat(1000),
        (stretches, partMs, seed) => {
          let atMs = seed;
          let random = seed;
          const times = stretches.flatMap(({ count, stepMs, jitterMs }) =>
            Array.from({ length: count }, () => {
              atMs += stepMs;
              random = (random * 1103515245 + 12345) % 2147483648;
              return Math.round(atMs + (jitterMs * random) / 2147483648);
            }),
          );
          const rising = times.filter((ms, at) =>
            times.slice(Math.max(0, at - 20), at).every((before) => before < ms),
          );
          const out = steps(picturesAt(rising), { partMs });
          expectSound(out.flat());
          const segments = segmentsOf(out.flat());
          expect(segments.reduce((sum, { samples }) => sum + samples, 0)).toBe(rising.length);
          // Each segment begins where a picture of its cell goes in, or up to the longest pace later.
          for (const { number, startTicks } of segments) {
            const first = rising.find((ms) => ms >= number * 2000)!;
            expect(startTicks / 90 - first).toBeGreaterThanOrEqual(-2000);
            expect(startTicks / 90 - first).toBeLessThanOrEqual(251);
          }
          // Nothing stays displaced.
          const last = partsOf(out.flat()).at(-1)!;
          expect((last.startTicks + last.durationTicks) / 90).toBeLessThanOrEqual(
            rising.at(-1)! + 2000 + 251,
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  test('are never longer than players are told, as long as pictures are lost here and there', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(1, 1, 1, 2, 1, 1, 3), { minLength: 200, maxLength: 300 }),
        fc.constantFrom(24, 25, 30_000 / 1001, 30, 50, 60),
        partLength,
        fc.nat(40),
        (frames, frameRate, partMs, fromMs) => {
          let frame = 0;
          const times = frames.map((lost) => {
            frame += lost;
            return Math.round(fromMs + (frame * 1000) / frameRate);
          });
          const cuts = steps(picturesAt(times), { partMs, frameRate }).flat();
          expectSound(cuts);
          const longestMs = partTargetMs(partMs, 1000 / frameRate);
          for (const { index, durationTicks } of partsOf(cuts)) {
            if (index < mostParts - 1) expect(durationTicks / 90).toBeLessThanOrEqual(longestMs);
            expect(index).toBeLessThan(mostParts);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test.each(partLengthsMs)('of %d ms are as long as players are told while pictures stand', (partMs) => {
    const stand = [0, ...pictureTimes(0, 20_000, partMs)];
    for (const { index, durationTicks } of partsOf(
      steps(picturesAt(stand), { partMs }).flat().slice(0, -2),
    )) {
      const ms = durationTicks / 90;
      expect(ms).toBeLessThanOrEqual(partTargetMs(partMs, 1000 / 30));
      if (index < 2000 / partMs - 1)
        expect(ms).toBeGreaterThanOrEqual(0.85 * partTargetMs(partMs, 1000 / 30));
    }
  });

  test('wait for the next picture while pictures come irregularly', () => {
    const times = [0, 90, 170, 330, 410, 480, 620];
    const out = steps(picturesAt(times));
    expect(out.map((cuts) => partsOf(cuts).length)).toEqual([0, 0, 0, 0, 0, 0, 1, 1]);
  });

  test('absorb a picture that comes earlier or later than foreseen', () => {
    const shiftedAt = (shiftMs: number) =>
      picturesAt([...Array.from({ length: 13 }, (_, at) => at * 40), 520 + shiftMs, 560, 600]);
    for (const shiftMs of [-12, -3, 0, 3, 25]) {
      const cuts = steps(shiftedAt(shiftMs)).flat();
      const [first, second] = partsOf(cuts);
      expect(first!.durationTicks).toBe(520 * 90);
      expect(second!.startTicks).toBe(520 * 90);
      const [chunk] = parseChunks(Buffer.concat(second!.chunk));
      expect(chunk!.samples.slice(0, 2).map(({ durationTicks }) => durationTicks / 90)).toEqual([40, 40]);
    }
  });

  test('of a rendition with fewer pictures end at the next of all pictures where the segment does', () => {
    // 59.94 pictures a second in, every other one out, counted anew in each segment.
    const all = pictures(0, 12_000, 1001 / 60);
    let since = 0;
    const half = all.filter(({ keyframe }) => {
      since = keyframe ? 0 : since + 1;
      return since % 2 === 0;
    });
    const whole = steps(all, { frameRate: 59.94 });
    const halves = steps(half, { frameRate: 29.97, pictureStep: 2 });
    expectSound(halves.flat());
    const starts = (out: readonly (readonly Cut[])[]) =>
      segmentsOf(out.flat()).map(({ startTicks }) => Math.round(startTicks / 90));
    for (const [at, startMs] of starts(halves).entries()) {
      expect(Math.abs(startMs - starts(whole)[at]!)).toBeLessThanOrEqual(1);
    }
  });

  test('count from when pictures went in: reordering adds no short part', () => {
    const out = pictures(0, 8000, 40).map((sample) => ({ ...sample, dtsMs: sample.dtsMs + 120 }));
    const parts = partsOf(steps(out, { firstPictureMs: 0, frameRate: 25 }).flat());
    expect(
      parts.slice(0, 5).map(({ number, index, startTicks }) => [number, index, startTicks / 90 - 120]),
    ).toEqual([
      [0, 0, 0],
      [0, 1, 520],
      [0, 2, 1000],
      [0, 3, 1520],
      [1, 0, 2000],
    ]);
  });

  test('of an encoder that reorders pictures itself are cut in decoding order', () => {
    const out = pictures(0, 8000, 40).map((sample, at) => ({
      ...sample,
      dtsMs: sample.dtsMs + 20,
      compositionOffsetMs: sample.keyframe ? 80 : at % 3 === 0 ? 120 : 40,
    }));
    const cuts = steps(out, { firstPictureMs: 0, frameRate: 25 }).flat();
    expectSound(cuts);
    expect(segmentsOf(cuts).map(({ chunks }) => chunks.length)).toEqual([4, 4, 4, 4]);
  });

  test('begin independently at a key frame off the grid, which begins no segment', () => {
    const out = pictures(0, 4000, 40).map((sample) =>
      sample.dtsMs === 1000 ? { ...sample, keyframe: true } : sample,
    );
    const cuts = steps(out, { frameRate: 25 }).flat();
    expect(segmentsOf(cuts).map(({ number }) => number)).toEqual([0, 1]);
    expect(partsOf(cuts).map(({ independent }) => independent)).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
      false,
      false,
    ]);
  });

  test('of sound are complete with their last frame, in each run alike', () => {
    fc.assert(
      fc.property(fc.nat(5000), partLength, (fromMs, partMs) => {
        const segmenter = new AudioSegmenter({ ...soundDefaults, partMs });
        const cuts: Cut[] = [];
        const wrong: object[] = [];
        for (const sample of sounds(fromMs, fromMs + 7000)) {
          const made = segmenter.push(sample);
          cuts.push(...made);
          const [part] = partsOf(made);
          if (!part) continue;
          const endTicks = part.startTicks + part.durationTicks;
          const isWhole = endTicks % 1024 === 0 && ((endTicks / 48) % partMs) * 48 < 1024;
          // This frame is the part's last.
          const isItsLast = Math.abs(endTicks / 48 - sample.dtsMs) < 2 * (1024 / 48);
          if (!isWhole || !isItsLast) wrong.push({ endTicks, isWhole, isItsLast });
        }
        expect(wrong).toEqual([]);
        cuts.push(...segmenter.finish());
        expectSound(cuts);
      }),
    );
  });

  test('carry the wall clock in the first one of each segment, once it is known', () => {
    let startedAtMs: number | undefined;
    const segmenter = new VideoSegmenter({ ...defaults, startedAtMs: () => startedAtMs });
    const parts: Part[] = [];
    for (const sample of pictures(0, 6000, 40)) {
      parts.push(...partsOf(segmenter.push(sample)));
      if (parts.length > 0) startedAtMs = Date.UTC(2026, 0, 1);
    }
    const marked = parts.filter(({ chunk }) => chunk[0]!.includes('prft'));
    expect(marked.map(({ number, index }) => [number, index])).toEqual([
      [1, 0],
      [2, 0],
    ]);
  });
});

const durationOf = (segments: readonly Segment[]): number =>
  segments.reduce((sum, { durationTicks }) => sum + durationTicks, 0);
