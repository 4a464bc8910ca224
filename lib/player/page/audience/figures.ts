import type { Broadcast } from '../api/types.ts';
import { formatElapsed } from '../model/format.ts';

type BroadcastAudience = NonNullable<Broadcast['audience']>;

/** `45000` → `1 min`, `5400000` → `1.5 h`, `360000000` → `100 h`. */
export function watchTimeWords(ms: number): string {
  const minutes = ms / 60_000;
  if (minutes < 90) return `${Math.round(minutes).toLocaleString()} min`;
  const hours = minutes / 60;
  return `${(hours < 10 ? Math.round(hours * 10) / 10 : Math.round(hours)).toLocaleString()} h`;
}

/** `0.0042` → `0.4 %`. */
export function ratioWords(ratio: number): string {
  if (ratio > 0 && ratio < 0.0005) return 'below 0.1 %';
  return `${(ratio * 100).toFixed(1)} %`;
}

/** How a broadcast was watched, in a line: `131 viewers at most · 24 h watched · 0.6 s to start · 0.4 % rebuffering`. */
export function audienceWords({ peak, watchTimeMs, startupMs, rebufferRatio }: BroadcastAudience): string {
  return [
    `${peak.toLocaleString()} ${peak === 1 ? 'viewer' : 'viewers'} at most`,
    `${watchTimeWords(watchTimeMs)} watched`,
    ...(startupMs === undefined ? [] : [`${formatElapsed(startupMs.p50)} to start`]),
    ...(rebufferRatio === undefined ? [] : [`${ratioWords(rebufferRatio)} rebuffering`]),
  ].join(' · ');
}

/** The samples as the outline of an area in a box of this size, for SVG. */
export function chartArea(
  samples: readonly { readonly viewers: number }[],
  { width, height }: { readonly width: number; readonly height: number },
): string {
  const most = Math.max(1, ...samples.map(({ viewers }) => viewers));
  const last = Math.max(1, samples.length - 1);
  const points = samples.map(
    ({ viewers }, at) => `${round((at / last) * width)} ${round(height - (viewers / most) * height)}`,
  );
  return `M0 ${height} L${points.join(' L')} L${width} ${height} Z`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** `1` → `1 viewer`, `1200` → `1,200 viewers`. */
export const viewersNow = (viewers: number): string =>
  `${viewers.toLocaleString()} ${viewers === 1 ? 'viewer' : 'viewers'}`;
