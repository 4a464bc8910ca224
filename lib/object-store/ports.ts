/**
 * The object store of segments, playlists, manifests and recordings: S3 in the cloud, a folder behind the origin process on one
 * machine. All adapters pass the same contract suite.
 *
 * Errors: `PreconditionFailedError` (code `PRECONDITION_FAILED`) if a condition does not hold; `ObjectStoreUnavailableError`
 * (code `OBJECT_STORE_UNAVAILABLE`) if a retry may help; `ObjectStoreFullError` (code `OBJECT_STORE_FULL`) if the store is full;
 * `ObjectStoreRefusedError` (code `OBJECT_STORE_REFUSED`) if the request itself is at fault (invalid key, body over the limit, no
 * permission to write).
 */
export interface ObjectStore {
  put(key: string, body: Uint8Array, options: PutOptions): Promise<{ etag: string }>;
  get(key: string): Promise<StoredObject | undefined>;
  /** Keys that begin with `prefix` and sort after `after`, in order; `more` if the limit cut the list. */
  list(prefix: string, page: { after?: string; limit: number }): Promise<{ keys: string[]; more: boolean }>;
  /** Deleting a missing object is not an error, nor is one with another ETag without `ifMatch`. */
  delete(key: string, condition?: { readonly ifMatch: string }): Promise<void>;
  /**
   * Renames the object, replacing any object under the new key. Moving a missing object does nothing and is not an error, so a move
   * can be retried; an interrupted move may leave the object under both keys, but never under neither.
   */
  move(from: string, to: string): Promise<void>;
}

/** An object store as the control plane opens it. */
export interface BulkObjectStore extends ObjectStore {
  /** Deletes at most 1,000 objects. Missing ones are not an error. */
  deleteAll(keys: readonly string[]): Promise<void>;
}

/** An object store that takes objects of any size, in parts. All adapters pass the same contract suite. */
export interface UploadStore {
  /** Begins an object. Nobody sees it before it is complete. */
  beginUpload(key: string, options: UploadOptions): Promise<Upload>;
}

export interface UploadOptions {
  readonly contentType: string;
  readonly cacheControl: string;
  /** What browsers do with it (RFC 6266), in ASCII. */
  readonly contentDisposition?: string | undefined;
}

/** The parts of one object. A store may forget an upload that is left alone for a day. */
export interface Upload {
  /**
   * Parts are numbered from 1, in the order of their bytes, at most 10,000. They may be sent in any order, several at once, and again.
   * All but the last have at least 5 MiB, and at most `maxObjectBytes`.
   */
  part(number: number, body: Uint8Array): Promise<void>;
  /** Makes them the object; throws `PreconditionFailedError` if there is one already. */
  complete(): Promise<{ etag: string }>;
  /** Forgets them. An upload that is gone is not an error. */
  abort(): Promise<void>;
}

export interface PutOptions {
  readonly contentType: string;
  readonly cacheControl: string;
  /** Write only if the existing object has this ETag. */
  readonly ifMatch?: string;
  /** Write only if there is no object. */
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

/** The store as the origin server reads it: first an object's metadata, then its bytes on demand. */
export interface StreamingObjectStore extends ObjectStore {
  open(key: string): Promise<OpenObject | undefined>;
}

/** An object held open: later puts or deletes of its key don't affect what is read here. Always `close` it. */
export interface OpenObject {
  readonly sizeBytes: number;
  readonly etag: string;
  readonly contentType: string;
  readonly cacheControl: string;
  readonly contentDisposition?: string | undefined;
  /** The bytes from `start` (inclusive) to `end` (exclusive). */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** The store as the origin server keeps it: uploads are named, because each request for one is its own. */
export interface OriginObjectStore extends StreamingObjectStore {
  /** Begins an object and returns the name of its upload. */
  openUpload(key: string, options: UploadOptions): Promise<string>;
  uploadPart(key: string, upload: string, number: number, body: Uint8Array): Promise<void>;
  completeUpload(key: string, upload: string): Promise<{ etag: string }>;
  abortUpload(upload: string): Promise<void>;
}
