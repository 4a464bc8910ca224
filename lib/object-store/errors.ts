/** A conditional put found a different object (`If-Match`) or an existing one (`If-None-Match: *`). */
export class PreconditionFailedError extends Error {
  override readonly name = 'PreconditionFailedError';
  readonly code = 'PRECONDITION_FAILED';
}

/** Another writer was faster: read again and redo the write. */
export const isPreconditionFailed = (cause: unknown): cause is PreconditionFailedError =>
  cause instanceof PreconditionFailedError;

/** The object store failed to store or return the object this time; see `cause`. A retry may help. */
export class ObjectStoreUnavailableError extends Error {
  override readonly name = 'ObjectStoreUnavailableError';
  readonly code = 'OBJECT_STORE_UNAVAILABLE';
}

/** The object store is full; nothing was written. */
export class ObjectStoreFullError extends Error {
  override readonly name = 'ObjectStoreFullError';
  readonly code = 'OBJECT_STORE_FULL';
}

/** The object store will never accept this request: invalid key, body over the limit, or no permission to write. */
export class ObjectStoreRefusedError extends Error {
  override readonly name = 'ObjectStoreRefusedError';
  readonly code = 'OBJECT_STORE_REFUSED';
}
