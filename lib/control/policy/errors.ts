/** A restore of a stream that was never taken down. */
export class NeverTakenDownError extends Error {
  override readonly name = 'NeverTakenDownError';
  readonly code = 'NEVER_TAKEN_DOWN';
}

/** As many invalidations as there may be are under way: ask again once one of them is done. */
export class InvalidationsBusyError extends Error {
  override readonly name = 'InvalidationsBusyError';
  readonly code = 'INVALIDATIONS_BUSY';
}
