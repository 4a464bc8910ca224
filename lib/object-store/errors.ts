/** A conditional put found another object (`If-Match`) or any object (`If-None-Match: *`). */
export class PreconditionFailedError extends Error {
  override readonly name = 'PreconditionFailedError';
  readonly code = 'PRECONDITION_FAILED';
}

/** Another writer was faster: read again and redo the write. */
export const isPreconditionFailed = (cause: unknown): cause is PreconditionFailedError =>
  cause instanceof PreconditionFailedError;

/** The object store did not take or give the object this time; `cause` says how. */
export class ObjectStoreUnavailableError extends Error {
  override readonly name = 'ObjectStoreUnavailableError';
  readonly code = 'OBJECT_STORE_UNAVAILABLE';
}

/** The object store has no room left; nothing was written. */
export class ObjectStoreFullError extends Error {
  override readonly name = 'ObjectStoreFullError';
  readonly code = 'OBJECT_STORE_FULL';
}

/** The object store will never take this as it is: not a key of ours, a body over its limit, or no right to write. */
export class ObjectStoreRefusedError extends Error {
  override readonly name = 'ObjectStoreRefusedError';
  readonly code = 'OBJECT_STORE_REFUSED';
}
