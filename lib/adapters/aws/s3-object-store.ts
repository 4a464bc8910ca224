import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import {
  ObjectStoreRefusedError,
  ObjectStoreUnavailableError,
  PreconditionFailedError,
} from '../../object-store/errors.ts';
import { isKeyPrefix, isObjectKey } from '../../object-store/object-key.ts';
import { downloadPathPattern } from '../../object-store/object-names.ts';
import type {
  BulkObjectStore,
  OpenObject,
  PutOptions,
  StoredObject,
  StreamingObjectStore,
  Upload,
  UploadOptions,
  UploadStore,
} from '../../object-store/ports.ts';
import { type OnOriginDate, tellDate } from '../node/origin-date.ts';
import { type CallLimits, clientSettings } from './client-settings.ts';
import type { BucketAccess } from './s3/bucket-access.ts';
import { BucketMoves } from './s3/bucket-moves.ts';
import { beginUpload, openLarge } from './s3/large-objects.ts';
import { asStoreError, s3Fault } from './s3/s3-errors.ts';

/**
 * One attempt lasts no longer than a segment, and a put succeeds or fails before three segments have piled up. A worker writes
 * about ten objects every two seconds for each stream.
 */
const defaultLimits: CallLimits = { timeoutMs: 2_000, tries: 2, maxConnections: 64 };

export interface S3ObjectStoreOptions {
  readonly bucket: string;
  readonly limits?: Partial<CallLimits>;
  /** Overrides for settings the SDK would take from the environment. */
  readonly client?: S3ClientConfig;
  /** Called with the date of each response. */
  readonly onDate?: OnOriginDate | undefined;
}

/**
 * An S3 bucket as an object store. `close` closes its connections. ETags are S3's own: with KMS encryption, the same bytes get a
 * different ETag on each put.
 */
export function createS3ObjectStore({
  bucket,
  limits,
  client,
  onDate,
}: S3ObjectStoreOptions): StreamingObjectStore & BulkObjectStore & UploadStore & { close(): void } {
  return new S3ObjectStore(bucket, { ...defaultLimits, ...limits }, client, onDate);
}

/** Placed closest to the wire, to see the response of every attempt, including errors. */
function watchDates(client: S3Client, onDate: OnOriginDate): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const askedMs = performance.now();
      const result = await next(args);
      const { headers } = result.response as { headers?: Readonly<Record<string, string>> };
      tellDate(headers?.date, askedMs, onDate);
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'watchDates' },
  );
}

class S3ObjectStore implements StreamingObjectStore, BulkObjectStore, UploadStore, BucketAccess {
  readonly client: S3Client;
  /** Makes a single attempt, for callers that retry themselves. Shares the other client's connections. */
  readonly #onceClient: S3Client;
  readonly #bucket: string;
  /** Time limit for a whole call, including the pauses between attempts. */
  readonly #callMs: number;
  readonly #moves = new BucketMoves(this);

  constructor(
    bucket: string,
    limits: CallLimits,
    config: S3ClientConfig = {},
    onDate: OnOriginDate | undefined = undefined,
  ) {
    // With Expect: 100-continue, each put over 2 MB would open its own connection beyond the limit, and wait.
    this.client = new S3Client({ ...clientSettings(limits), expectContinueHeader: false, ...config });
    const { requestHandler, region, credentials } = this.client.config;
    const shared = { requestHandler, region, credentials };
    this.#onceClient = new S3Client({ expectContinueHeader: false, ...config, ...shared, maxAttempts: 1 });
    if (onDate) for (const each of [this.client, this.#onceClient]) watchDates(each, onDate);
    this.#bucket = bucket;
    this.#callMs = limits.timeoutMs * limits.tries + 500;
  }

  async put(key: string, body: Uint8Array, options: PutOptions): Promise<{ etag: string }> {
    const command = new PutObjectCommand({
      ...this.at(key),
      Body: body,
      ContentType: options.contentType,
      CacheControl: options.cacheControl,
      IfMatch: options.ifMatch,
      IfNoneMatch: options.ifNoneMatch,
    });
    try {
      const sender = options.once === true ? this.#onceClient : this.client;
      const { ETag = '' } = await sender.send(command, this.inTime());
      return { etag: ETag };
    } catch (fault) {
      const error = asStoreError(fault, `PUT ${key}`, options.ifMatch !== undefined);
      if (!(error instanceof PreconditionFailedError) || s3Fault(fault).attempts === 1) throw error;
      // An earlier attempt of this put may have succeeded and its response been lost: then the stored object is what we sent.
      const found = await this.get(key);
      if (found?.body.equals(body)) return { etag: found.etag };
      throw error;
    }
  }

  async get(key: string): Promise<StoredObject | undefined> {
    const command = new GetObjectCommand(this.at(key));
    try {
      const { Body, ETag, ContentType, CacheControl } = await this.client.send(command, this.inTime());
      return {
        body: Buffer.from((await Body?.transformToByteArray()) ?? []),
        etag: ETag ?? '',
        contentType: ContentType ?? 'application/octet-stream',
        cacheControl: CacheControl ?? 'no-store',
      };
    } catch (fault) {
      const { name, status } = s3Fault(fault);
      if (status === 404 && name !== 'NoSuchBucket') return undefined;
      throw asStoreError(fault, `GET ${key}`);
    }
  }

  /**
   * Buffers the whole object, a few megabytes at most, because S3 may replace it while it is being read. Only uploads are larger, and
   * they are written once: they are read in pieces.
   */
  async open(key: string): Promise<OpenObject | undefined> {
    const large = downloadPathPattern.test(key) ? await openLarge(this, key) : undefined;
    if (large) return large;
    const object = await this.get(key);
    if (!object) return undefined;
    const { body, etag, contentType, cacheControl } = object;
    return {
      sizeBytes: body.length,
      etag,
      contentType,
      cacheControl,
      async *read(start, end) {
        yield body.subarray(start, end);
      },
      close: async () => {},
    };
  }

  beginUpload(key: string, options: UploadOptions): Promise<Upload> {
    return beginUpload(this, key, options);
  }

  async list(
    prefix: string,
    { after, limit }: { after?: string; limit: number },
  ): Promise<{ keys: string[]; more: boolean }> {
    if (!isKeyPrefix(prefix)) throw new ObjectStoreRefusedError('Invalid key prefix');
    const command = new ListObjectsV2Command({
      Bucket: this.#bucket,
      Prefix: prefix,
      StartAfter: after,
      MaxKeys: Math.min(limit, 1_000),
    });
    try {
      const { Contents = [], IsTruncated = false } = await this.client.send(command, this.inTime());
      return { keys: Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key])), more: IsTruncated };
    } catch (fault) {
      throw asStoreError(fault, `list ${prefix}`);
    }
  }

  async delete(key: string, condition?: { readonly ifMatch: string }): Promise<void> {
    const command = new DeleteObjectCommand({ ...this.at(key), IfMatch: condition?.ifMatch });
    try {
      await this.client.send(command, this.inTime());
    } catch (fault) {
      const { name, status } = s3Fault(fault);
      if (status === 404 && name !== 'NoSuchBucket') return;
      throw asStoreError(fault, `DELETE ${key}`);
    }
  }

  async deleteAll(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    const Objects = keys.map((key) => ({ Key: this.at(key).Key }));
    const command = new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects, Quiet: true } });
    try {
      const { Errors: [failed] = [] } = await this.client.send(command, this.inTime());
      if (!failed) return;
      const { Key, Code, Message } = failed;
      throw new ObjectStoreUnavailableError(`S3 did not delete ${Key}: ${Code} ${Message}`);
    } catch (fault) {
      throw fault instanceof ObjectStoreUnavailableError ? fault : asStoreError(fault, 'delete objects');
    }
  }

  move(from: string, to: string): Promise<void> {
    return this.#moves.move(from, to);
  }

  close(): void {
    this.#onceClient.destroy();
    this.client.destroy();
  }

  readonly at = (key: string): { Bucket: string; Key: string } => {
    if (isObjectKey(key)) return { Bucket: this.#bucket, Key: key };
    throw new ObjectStoreRefusedError(`${JSON.stringify(key.slice(0, 80))} is not a valid object key`);
  };

  readonly inTime = (withinMs = this.#callMs): { abortSignal: AbortSignal } => ({
    abortSignal: AbortSignal.timeout(withinMs),
  });
}
