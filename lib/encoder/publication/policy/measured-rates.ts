import { segmentSeconds } from '../../../packaging/segment-grid.ts';
import type { Rendition } from './publication-model.ts';

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

/** A rendition's segment with this number; undefined if there is none or its size is unknown. */
export function measuredSegment(
  { header, segments }: Rendition,
  number: number,
): MeasuredSegment | undefined {
  const facts = segments.get(number);
  if (!facts || facts.bytes === 0) return undefined;
  return { bits: facts.bytes * 8, seconds: facts.durationTicks / header.timescale };
}

/**
 * The peak and average segment bit rate of consecutive segments (draft-pantos-hls-rfc8216bis 4.1); undefined if there are none.
 * A last segment of a few pictures, nearly all of it key frame, counts only together with the one before it.
 */
export function measureRates(segments: readonly (MeasuredSegment | undefined)[]): MeasuredRates | undefined {
  const all = { bits: 0, seconds: 0 };
  let peakBps = 0;
  segments.forEach((first, at) => {
    all.bits += first?.bits ?? 0;
    all.seconds += first?.seconds ?? 0;
    let [bits, seconds] = [0, 0];
    for (let next = at; ; next++) {
      const segment = segments[next];
      if (!segment || seconds + segment.seconds > longestPeakSeconds) break;
      bits += segment.bits;
      seconds += segment.seconds;
      if (seconds >= shortestPeakSeconds) peakBps = Math.max(peakBps, bits / seconds);
    }
  });
  if (all.seconds === 0) return undefined;
  const averageBps = all.bits / all.seconds;
  return { peakBps: Math.max(peakBps, averageBps), averageBps };
}

/** A rendition's own rates. Sizes restored from their average still have the peak that was measured. */
export function ownRates(rendition: Rendition): MeasuredRates | undefined {
  const numbers = [...rendition.segments.keys()].sort((a, b) => a - b);
  // A missing number parts two runs of segments.
  const segments = numbers.flatMap((number, at) => [
    ...(at > 0 && numbers[at - 1] !== number - 1 ? [undefined] : []),
    measuredSegment(rendition, number),
  ]);
  const rates = measureRates(segments);
  return rates && { ...rates, peakBps: Math.max(rates.peakBps, rendition.peakBps) };
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
