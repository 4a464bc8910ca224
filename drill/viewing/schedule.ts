import { segmentMs } from '../../lib/packaging/segment-grid.ts';
import { median } from '../../testkit/report/statistics.ts';

/** A segment's arrival at the origin, on the drill's clock. */
export interface WrittenSegment {
  readonly number: number;
  readonly atMs: number;
}

/** The longest time between two consecutive segments. */
export const standstillMs = (written: readonly WrittenSegment[]): number =>
  Math.max(0, ...written.slice(1).map(({ atMs }, index) => atMs - written[index]!.atMs));

/** The first segment that arrived after `faultAtMs`, and how much later it was than the earlier ones suggested. */
export function firstAfter(
  written: readonly WrittenSegment[],
  faultAtMs: number,
): { readonly atMs: number; readonly lateMs: number } {
  const next = written.find(({ atMs }) => atMs > faultAtMs);
  const before = written.filter(({ atMs }) => atMs <= faultAtMs);
  if (!next || before.length === 0) return { atMs: Number.NaN, lateMs: Number.NaN };
  const beganMs = median(before.map(({ number, atMs }) => atMs - number * segmentMs));
  return { atMs: next.atMs, lateMs: next.atMs - (beganMs + next.number * segmentMs) };
}
