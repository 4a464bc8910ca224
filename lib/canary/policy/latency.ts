import { type Check, seconds } from './check.ts';

/** A segment of a rendition: when its last picture was sent, and when the edge had delivered all of it. */
export interface SegmentTimes {
  readonly sentAtMs: number;
  readonly arrivedAtMs: number;
}

/** Encoding, writing, two cache tiers of 1 s each, and the wait for the next look at the playlist. */
const medianWithinMs = 5_000;

/** How long the end of a segment takes from the publisher to a viewer at the edge. */
export function judgeLatency(segments: readonly SegmentTimes[]): Check {
  const delays = segments.map(({ sentAtMs, arrivedAtMs }) => arrivedAtMs - sentAtMs).sort((a, b) => a - b);
  if (delays.length === 0) return { name: 'latency', faults: ['no segment to measure'], figures: {} };
  const at = (share: number): number => delays[Math.ceil(share * delays.length) - 1] ?? 0;
  const [median, p95, most] = [at(0.5), at(0.95), at(1)].map(Math.round) as [number, number, number];
  return {
    name: 'latency',
    faults:
      median > medianWithinMs
        ? [
            `${seconds(median)} from publisher to edge in the median (right: ${seconds(medianWithinMs)} at most)`,
          ]
        : [],
    figures: { medianMs: median, p95Ms: p95, maxMs: most },
  };
}
