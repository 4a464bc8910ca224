/**
 * The object store for segments, playlists, manifests and recordings: S3 in the cloud, a folder behind the origin process on
 * one machine. All adapters pass the same contract suite.
 *
 * Errors: `PreconditionFailedError` (code `PRECONDITION_FAILED`) if a condition does not hold;
 * `ObjectStoreUnavailableError` (code `OBJECT_STORE_UNAVAILABLE`) if retrying may help; `ObjectStoreFullError` (code
 * `OBJECT_STORE_FULL`) if there is no space left; `ObjectStoreRefusedError` (code `OBJECT_STORE_REFUSED`) if the request
 * itself is at fault (invalid key, body over the limit, no permission to write).
 */
export interface ObjectStore {
  put(key: string, body: Uint8Array, options: PutOptions): Promise<{ etag: string }>;
  get(key: string): Promise<StoredObject | undefined>;
  /** Keys that start with `prefix` and sort after `after`, in order; `more` if the limit truncated the list. */
  list(prefix: string, page: { after?: string; limit: number }): Promise<{ keys: string[]; more: boolean }>;
  /** Deleting a missing object is not an error. */
  delete(key: string): Promise<void>;
  /**
   * Moves the object to another key, replacing any object there. Moving a missing object is not an error and changes nothing,
   * so a move can be retried; an interrupted move may leave the object under both keys, but never under neither.
   */
  move(from: string, to: string): Promise<void>;
}

export interface PutOptions {
  readonly contentType: string;
  readonly cacheControl: string;
  /** Only overwrite the object with this ETag. */
  readonly ifMatch?: string;
  /** Only write if there is no object. */
  readonly ifNoneMatch?: '*';
}

export interface StoredObject {
  readonly body: Buffer;
  /** Strong and quoted, as in HTTP. */
  readonly etag: string;
  readonly contentType: string;
  readonly cacheControl: string;
}

/** The store as the origin server reads it: first an object's properties, then its bytes on demand. */
export interface StreamingObjectStore extends ObjectStore {
  open(key: string): Promise<OpenObject | undefined>;
}

/** An open object: a later put or delete of its key does not affect what is read here. Always `close` it. */
export interface OpenObject {
  readonly sizeBytes: number;
  readonly etag: string;
  readonly contentType: string;
  readonly cacheControl: string;
  /** The bytes from `start` to `end`, exclusive. */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}
