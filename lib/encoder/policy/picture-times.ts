import { repeatMs, shortestPictureMs } from './stream-tag.ts';

/**
 * When a picture is repeated that stands from `lastMs` to `untilMs`. A repeat lies just behind each line of the grid of parts, so that
 * a part, or a segment, that begins while pictures stand is as long as any. By 1 ms, because rounded timestamps could present one that
 * is on the line before it.
 */
export function pictureTimes(lastMs: number, untilMs: number, partMs: number): number[] {
  const times: number[] = [];
  for (let atMs = lastMs; ; ) {
    const lineMs = lineAfter(atMs, partMs);
    const nextMs = atMs + repeatMs;
    atMs = lineMs - nextMs < shortestPictureMs ? Math.max(lineMs, atMs + shortestPictureMs) : nextMs;
    if (atMs > untilMs) return times;
    times.push(atMs);
  }
}

/** Just behind the next line. */
export const lineAfter = (ms: number, partMs: number): number => (Math.floor(ms / partMs) + 1) * partMs + 1;
