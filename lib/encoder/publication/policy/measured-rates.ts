import { segmentSeconds } from '../../../packaging/segment-grid.ts';
import type { SegmentFacts } from './segment-facts.ts';

/** In bits per second. */
export interface MeasuredRates {
  readonly peakBps: number;
  readonly averageBps: number;
}

interface MeasuredSegment {
  readonly bits: number;
  readonly seconds: number;
}

/** A peak is that of consecutive segments which together last 0.5 to 1.5 target durations. */
const shortestPeakSeconds = 0.5 * segmentSeconds;
const longestPeakSeconds = 1.5 * segmentSeconds;

/** A segment's size; undefined if it is unknown. */
export function measuredSegment(
  facts: SegmentFacts | undefined,
  timescale: number,
): MeasuredSegment | undefined {
  if (!facts || facts.bytes === 0) return undefined;
  return { bits: facts.bytes * 8, seconds: facts.durationTicks / timescale };
}

/**
 * Measures the peak and average segment bit rate of consecutive segments (draft-pantos-hls-rfc8216bis 4.1) as they come. A last
 * segment of a few pictures, nearly all of it key frame, counts only together with the one before it.
 */
export class RateMeter {
  #bits = 0;
  #seconds = 0;
  #peakBps: number;
  /** Runs of segments that end with the newest one and that the next one may belong to. */
  #runs: MeasuredSegment[] = [];

  /** `peakBps`: what was measured of segments whose sizes are no longer known. */
  constructor(peakBps = 0) {
    this.#peakBps = peakBps;
  }

  /** Undefined parts two runs of segments. */
  add(segment: MeasuredSegment | undefined): void {
    if (!segment) {
      this.#runs = [];
      return;
    }
    this.#bits += segment.bits;
    this.#seconds += segment.seconds;
    this.#runs = [...this.#runs, { bits: 0, seconds: 0 }]
      .map((run) => ({ bits: run.bits + segment.bits, seconds: run.seconds + segment.seconds }))
      .filter(({ seconds }) => seconds <= longestPeakSeconds);
    for (const { bits, seconds } of this.#runs)
      if (seconds >= shortestPeakSeconds) this.#peakBps = Math.max(this.#peakBps, bits / seconds);
  }

  /** Undefined before the first segment. */
  get rates(): MeasuredRates | undefined {
    if (this.#seconds === 0) return undefined;
    const averageBps = this.#bits / this.#seconds;
    return { peakBps: Math.max(this.#peakBps, averageBps), averageBps };
  }
}

/** The rates of consecutive segments; undefined if there are none. */
export function measureRates(segments: readonly (MeasuredSegment | undefined)[]): MeasuredRates | undefined {
  const meter = new RateMeter();
  for (const segment of segments) meter.add(segment);
  return meter.rates;
}

/**
 * The rates so far, as a comment in a live media playlist: another worker that continues the broadcast knows no segment's size.
 */
export const ratesMark = ({ peakBps, averageBps }: MeasuredRates): string =>
  `# measured peak ${Math.round(peakBps)} average ${Math.round(averageBps)}\n`;

const pattern = /^# measured peak (\d{1,12}) average (\d{1,12})$/m;

/** The rates that a media playlist carries, if any. */
export function readRatesMark(playlist: string): MeasuredRates | undefined {
  const [, peak, average] = pattern.exec(playlist) ?? [];
  return peak === undefined ? undefined : { peakBps: Number(peak), averageBps: Number(average) };
}
