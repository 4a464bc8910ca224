import { epochOf } from '../../../object-store/epoch-mark.ts';

/** The object found where a conditional write was refused. */
export interface FoundObject {
  readonly body: Buffer;
  readonly etag: string;
}

/**
 * What a refused conditional write means. `there`: the object is in the origin and stays as it is. `superseded`: a newer
 * epoch writes this object, so this writer must stop writing. `again`: retry, over `etag` or, without one, as a new object.
 */
export type ConflictOutcome =
  | { readonly kind: 'there' }
  | { readonly kind: 'superseded'; readonly byEpoch: number }
  | { readonly kind: 'again'; readonly etag?: string };

/**
 * Judges by the object alone. Our own write whose response was lost and objects left by an earlier epoch are overwritten;
 * those of a newer epoch never are. `once`: a segment is never replaced with other bytes, the first writer's stays.
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
