import { epochOf } from '../../../object-store/epoch-mark.ts';

/** What lies where a conditional write was refused. */
export interface FoundObject {
  readonly body: Buffer;
  readonly etag: string;
}

/**
 * What a refused conditional write means. `there`: the object is in the origin and stays as it is. `superseded`: a newer
 * epoch writes this object, so this writer may write nothing any more. Otherwise it is to be tried again, over `etag`
 * or, without one, as the first.
 */
export type ConflictOutcome =
  | { readonly kind: 'there' }
  | { readonly kind: 'superseded'; readonly byEpoch: number }
  | { readonly kind: 'again'; readonly etag?: string };

/**
 * Judges by the object alone. Our own write whose answer was lost, and what an earlier epoch left, is written over; what a
 * newer epoch wrote never is. `once`: a segment is never replaced by other bytes, the first writer's stays.
 */
export function judgeConflict(
  how: 'once' | 'replace',
  found: FoundObject | undefined,
  epoch: number,
): ConflictOutcome {
  if (!found) return { kind: 'again' };
  if (how === 'once') return { kind: 'there' };
  const byEpoch = epochOf(found.body);
  return byEpoch > epoch ? { kind: 'superseded', byEpoch } : { kind: 'again', etag: found.etag };
}
