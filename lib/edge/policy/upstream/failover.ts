/**
 * When the object store is asked after the live origin: one rule for the local shield and for the CDN's origin group. 503 is how the live
 * origin says "not here; the object store may have it". Everything else is final, above all 404 (it is known not to exist) and 400.
 */
export const failoverStatuses = [500, 502, 503, 504] as const;

const statuses: ReadonlySet<number> = new Set(failoverStatuses);

export const isFailover = (status: number): boolean => statuses.has(status);

/** Limit for the head of a response that is never held. The live origin's own limit is shorter. */
export const firstChoiceHeadMs = 1_000;
