/** A restore of a stream that was never taken down. */
export class NeverTakenDownError extends Error {
  override readonly name = 'NeverTakenDownError';
  readonly code = 'NEVER_TAKEN_DOWN';
}

/** The limit of concurrent invalidations is reached. Try again once one of them is done. */
export class InvalidationsBusyError extends Error {
  override readonly name = 'InvalidationsBusyError';
  readonly code = 'INVALIDATIONS_BUSY';
}

/** A stream has too many incomplete deletions of recordings. Try again once some of them are complete. */
export class TooManyDeletionsError extends Error {
  override readonly name = 'TooManyDeletionsError';
  readonly code = 'TOO_MANY_DELETIONS';
}

/** A stream has too many downloads that are not expired. */
export class TooManyDownloadsError extends Error {
  override readonly name = 'TooManyDownloadsError';
  readonly code = 'TOO_MANY_DOWNLOADS';
}
