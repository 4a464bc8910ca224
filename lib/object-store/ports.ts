/**
 * The object store of segments, playlists, manifests and recordings: S3 in the cloud, a folder behind the origin process
 * on one machine. All adapters pass one contract suite.
 *
 * Errors: `PreconditionFailedError` (code `PRECONDITION_FAILED`) where a condition does not hold;
 * `ObjectStoreUnavailableError` (code `OBJECT_STORE_UNAVAILABLE`) where trying again may help, `ObjectStoreFullError`
 * (code `OBJECT_STORE_FULL`) where there is no room, `ObjectStoreRefusedError` (code `OBJECT_STORE_REFUSED`) where the
 * request itself is at fault (a key that is none, a body over the limit, no right to write).
 */
export interface ObjectStore {
  put(key: string, body: Uint8Array, options: PutOptions): Promise<{ etag: string }>;
  get(key: string): Promise<StoredObject | undefined>;
  /** Keys that begin with `prefix` and sort after `after`, in order; `more` where the limit cut the list. */
  list(prefix: string, page: { after?: string; limit: number }): Promise<{ keys: string[]; more: boolean }>;
  /** Deleting what is not there is no error. */
  delete(key: string): Promise<void>;
  /**
   * Gives the object another key, in place of what is there. Moving what is not there is no error and changes nothing, so a move
   * may be tried again; one that is broken off may leave the object under both keys, never under none.
   */
  move(from: string, to: string): Promise<void>;
}

export interface PutOptions {
  readonly contentType: string;
  readonly cacheControl: string;
  /** Write only over the object with this ETag. */
  readonly ifMatch?: string;
  /** Write only where there is no object. */
  readonly ifNoneMatch?: '*';
  /** Send one request only, because the caller retries. @default false */
  readonly once?: boolean;
}

export interface StoredObject {
  readonly body: Buffer;
  /** Strong and quoted, as in HTTP. */
  readonly etag: string;
  readonly contentType: string;
  readonly cacheControl: string;
}

/** The store as the origin server reads it: an object's facts first, its bytes as they are asked for. */
export interface StreamingObjectStore extends ObjectStore {
  open(key: string): Promise<OpenObject | undefined>;
}

/** An object held open: a later put or delete of its key leaves what is read here as it was. `close` it always. */
export interface OpenObject {
  readonly sizeBytes: number;
  readonly etag: string;
  readonly contentType: string;
  readonly cacheControl: string;
  /** The bytes from `start` up to, not including, `end`. */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}
