import type { OriginDate } from '../../encoder/policy/shared-time.ts';

/** Who wants to know what time it is for the origin. */
export type OnOriginDate = (date: OriginDate) => void;

/** `date`: the header of an answer. `askedMs`: when it was asked, on `performance.now()`'s clock. */
export function tellDate(date: string | undefined, askedMs: number, onDate: OnOriginDate | undefined): void {
  const dateMs = date === undefined ? Number.NaN : Date.parse(date);
  if (!Number.isNaN(dateMs)) onDate?.({ dateMs, tookMs: performance.now() - askedMs });
}
