import type { OriginDate } from '../../encoder/policy/shared-time.ts';

/** Receives the origin's time. */
export type OnOriginDate = (date: OriginDate) => void;

/** `date`: the response's Date header. `askedMs`: when the request was sent, on `performance.now()`'s clock. */
export function tellDate(date: string | undefined, askedMs: number, onDate: OnOriginDate | undefined): void {
  const dateMs = date === undefined ? Number.NaN : Date.parse(date);
  if (!Number.isNaN(dateMs)) onDate?.({ dateMs, tookMs: performance.now() - askedMs });
}
