/** How far the live edge was behind now when a playlist was read; negative: ahead. */
export interface EdgeSample {
  /** From the broadcast's first message. */
  readonly atMs: number;
  readonly behindMs: number;
}

export interface EdgeFound {
  /** The farthest ahead of now; 0 if never. */
  readonly aheadMs: number;
  /** How much further behind it was from 10 s after the disturbance on than before it; undefined if that can't be compared. */
  readonly furtherMs?: number;
}

const settledAfterMs = 10_000;

export function followEdge(
  samples: readonly EdgeSample[],
  disturbed?: { readonly fromMs: number; readonly toMs: number },
): EdgeFound {
  const aheadMs = Math.max(0, ...samples.map(({ behindMs }) => -behindMs));
  if (!disturbed) return { aheadMs };
  const most = (from: number, to: number): number =>
    Math.max(...samples.filter(({ atMs }) => atMs >= from && atMs <= to).map(({ behindMs }) => behindMs));
  const furtherMs =
    most(disturbed.toMs + settledAfterMs, Number.POSITIVE_INFINITY) - most(0, disturbed.fromMs);
  return Number.isFinite(furtherMs) ? { aheadMs, furtherMs } : { aheadMs };
}
