import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { TrackHeader } from '../../../../lib/encoder/policy/track-header.ts';
import { Rendition } from '../../../../lib/encoder/publication/policy/rendition.ts';
import type { SegmentFacts } from '../../../../lib/encoder/publication/policy/segment-facts.ts';

const header: TrackHeader = {
  kind: 'audio',
  timescale: 1000,
  init: Buffer.alloc(0),
  codecs: 'mp4a.40.2',
  bitrateBps: 128_000,
  sampleRate: 1000,
  channels: 2,
};
type Numbered = [number: number, facts: SegmentFacts];

/** By the definition: every run of consecutive segments with known sizes that lasts 1 to 3 s, and all segments. */
function measure(segments: readonly Numbered[], peakBps: number) {
  const known = new Map(segments.filter(([, { bytes }]) => bytes > 0));
  const all = { bits: 0, seconds: 0 };
  let peak = peakBps;
  for (const first of [...known.keys()].sort((a, b) => a - b)) {
    const run = { bits: 0, seconds: 0 };
    for (let number = first; ; number++) {
      const facts = known.get(number);
      if (!facts || run.seconds + facts.durationTicks / 1000 > 3) break;
      run.bits += facts.bytes * 8;
      run.seconds += facts.durationTicks / 1000;
      if (run.seconds >= 1) peak = Math.max(peak, run.bits / run.seconds);
    }
    all.bits += known.get(first)!.bytes * 8;
    all.seconds += known.get(first)!.durationTicks / 1000;
  }
  if (all.seconds === 0) return undefined;
  const averageBps = all.bits / all.seconds;
  return { peakBps: Math.max(peak, averageBps), averageBps };
}

const segment = fc.record({
  startTicks: fc.constant(0),
  durationTicks: fc.oneof(fc.constant(2000), fc.integer({ min: 30, max: 3500 })),
  bytes: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1_000_000 })),
});
const segments = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 40 }), segment), {
  selector: ([number]) => number,
  maxLength: 40,
});

test.each([
  ['in order', (all: readonly Numbered[]) => [...all].sort(([a], [b]) => a - b)],
  ['in any order', (all: readonly Numbered[]) => all],
])('The rates kept while segments come %s are those of all segments measured at once', (_, order) => {
  fc.assert(
    fc.property(segments, fc.constantFrom(0, 3_000_000), (all, peakBps) => {
      const rendition = new Rendition('audio', header, peakBps);
      const noted: Numbered[] = [];
      for (const [number, facts] of order(all)) {
        rendition.note(number, facts);
        noted.push([number, facts]);
        expect(rendition.rates).toEqual(measure(noted, peakBps));
      }
    }),
  );
});
