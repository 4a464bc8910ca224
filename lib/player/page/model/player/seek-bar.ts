import { formatClock } from '../format.ts';

/** Seconds of presentation time. */
export interface TimeRange {
  readonly start: number;
  readonly end: number;
}

/** A live window shorter than this is too short to seek in. */
const leastLiveSeconds = 10;

export const isSeekable = ({ start, end }: TimeRange, live: boolean): boolean =>
  end > start && (!live || end - start >= leastLiveSeconds);

/** Where a position is on the bar, from 0 to 1. */
export function fractionAt({ start, end }: TimeRange, position: number): number {
  return end > start ? clamp((position - start) / (end - start)) : 0;
}

export const positionAt = ({ start, end }: TimeRange, fraction: number): number =>
  start + clamp(fraction) * (end - start);

/** What is loaded, as parts of the bar. */
export const loadedParts = (range: TimeRange, loaded: readonly TimeRange[]): readonly TimeRange[] =>
  loaded
    .map(({ start, end }) => ({ start: fractionAt(range, start), end: fractionAt(range, end) }))
    .filter(({ start, end }) => end > start);

/** The time at a position: since the beginning of a recording, or behind the live edge. */
export function timeLabel({ start, end }: TimeRange, position: number, live: boolean): string {
  if (!live) return formatClock(position - start);
  const behind = Math.round(end - position);
  return behind < 1 ? 'Live' : `−${formatClock(behind)}`;
}

/** How far a label or picture of this width may be from the left, so that it stays within the bar. All in px. */
export const placeWithin = (centre: number, width: number, whole: number): number =>
  Math.max(0, Math.min(whole - width, centre - width / 2));

const clamp = (fraction: number): number => Math.min(1, Math.max(0, fraction));
