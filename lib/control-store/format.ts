/** A duration for people: `850 ms`, `3.4 s`, `2 min 5 s`, `1 h 12 min`, `24 h`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${Number((ms / 1_000).toFixed(1))} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(ms / 60_000);
  return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

const pair = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;

/** `4.2 Mb/s`. */
export const mbps = (bitsPerSecond: number): string => `${(bitsPerSecond / 1e6).toFixed(1)} Mb/s`;

/** `a, b and c`; `none` if the list is empty. */
export function joinWords(items: readonly string[], none: string): string {
  if (items.length < 2) return items[0] ?? none;
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
