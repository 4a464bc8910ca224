import type { HealthSample } from '../../api/types.ts';
import { formatBitrate, formatFrameRate } from '../format.ts';

/** A measured figure: one tile with a graph. */
export interface Figure {
  readonly label: string;
  /** Undefined if the sample doesn't have it. */
  read(sample: HealthSample): number | undefined;
  format(value: number): string;
  /** The same on the graph's axis, where there is little room. @default format */
  tick?(value: number): string;
  /** The graph's scale reaches at least from here to there, so that noise doesn't look like trouble. */
  readonly least: readonly [bottom: number, top: number];
  /** Left out of a broadcast of sound alone. */
  readonly ofPictures: boolean;
}

const places = (value: number, most: number): string => String(Number(value.toFixed(most)));

export const figures: readonly Figure[] = [
  {
    label: 'Bitrate',
    read: ({ videoBps, audioBps }) => videoBps + audioBps,
    format: formatBitrate,
    tick: (bps) => (bps === 0 ? '0' : formatBitrate(bps).replace('.0 ', ' ')),
    least: [0, 200_000],
    ofPictures: false,
  },
  {
    label: 'Frame rate',
    read: ({ frameRate }) => frameRate,
    format: formatFrameRate,
    tick: (fps) => places(fps, 0),
    least: [0, 30],
    ofPictures: true,
  },
  {
    label: 'Key frame interval',
    read: ({ keyFrameIntervalMs }) => keyFrameIntervalMs,
    format: (ms) => `${places(ms / 1000, 1)} s`,
    least: [0, 4_000],
    ofPictures: true,
  },
  {
    label: 'Lost or late pictures',
    read: ({ lostPictures }) => lostPictures,
    format: (count) => places(count, 0),
    least: [0, 10],
    ofPictures: true,
  },
  {
    label: 'A/V offset',
    read: ({ avOffsetMs }) => avOffsetMs,
    format: (ms) =>
      Math.round(ms) === 0 ? '0 ms' : `${places(Math.abs(ms), 0)} ms, sound ${ms > 0 ? 'later' : 'earlier'}`,
    tick: (ms) => `${places(ms, 0)} ms`,
    least: [-100, 100],
    ofPictures: true,
  },
  {
    label: 'Encoding speed',
    read: ({ encoderSpeed }) => encoderSpeed,
    format: (speed) => `${speed.toFixed(2)}×`,
    tick: (speed) => `${places(speed, 1)}×`,
    least: [0, 1.5],
    ofPictures: false,
  },
];

/** Shown for what isn't known, or isn't current. */
export const noFigure = '–';

export function figureText(figure: Figure, sample: HealthSample | undefined): string {
  const value = sample && figure.read(sample);
  return value === undefined ? noFigure : figure.format(value);
}

/** Points of a graph: times in seconds since 1970, and values; null breaks the line. */
export type Points = readonly [times: readonly number[], values: readonly (number | null)[]];

/** Samples further apart than this many steps have a time without an encoder between them. */
const gapSteps = 2.5;

export function pointsOf(samples: readonly HealthSample[], stepMs: number, figure: Figure): Points {
  const times: number[] = [];
  const values: (number | null)[] = [];
  for (const sample of samples) {
    const atMs = Date.parse(sample.at);
    const before = times.at(-1);
    if (before !== undefined && atMs - before * 1000 > gapSteps * stepMs) {
      times.push(before + stepMs / 1000);
      values.push(null);
    }
    times.push(atMs / 1000);
    values.push(figure.read(sample) ?? null);
  }
  return [times, values];
}

/** The values that a graph's scale covers. */
export function scaleOf({ least: [bottom, top] }: Figure, values: Points[1]): [bottom: number, top: number] {
  const known = values.filter((value) => value !== null);
  return [Math.min(bottom, ...known), Math.max(top, 1.15 * Math.max(0, ...known))];
}

/** A graph in a sentence, for those who don't see it. */
export function graphWords({ label, format }: Figure, values: Points[1]): string {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return `${label}: not measured yet`;
  const [least, most] = [format(Math.min(...known)), format(Math.max(...known))];
  return least === most ? `${label}: always ${most}` : `${label}: from ${least} to ${most}`;
}
