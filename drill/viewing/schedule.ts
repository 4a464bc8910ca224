import { segmentMs } from '../../lib/packaging/grid.ts';
import { median } from '../../testkit/report/statistics.ts';

/** A segment as it came to the origin, on the drill's clock. */
export interface WrittenSegment {
  readonly number: number;
  readonly atMs: number;
}

/** The longest time between two segments after each other. */
export const standstillMs = (written: readonly WrittenSegment[]): number =>
  Math.max(0, ...written.slice(1).map(({ atMs }, index) => atMs - written[index]!.atMs));

/** The first segment that came after `faultAtMs`, and by how much it was later than those before the fault let expect. */
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
