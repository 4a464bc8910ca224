import type { S3Client } from '@aws-sdk/client-s3';

/** How an adapter reaches its bucket. */
export interface BucketAccess {
  readonly client: S3Client;
  /** Throws `ObjectStoreRefusedError` for what is no object key. */
  readonly at: (key: string) => { Bucket: string; Key: string };
  /** Limits a whole call, including the pauses between attempts. @default as long as a call for a small object may take */
  readonly inTime: (withinMs?: number) => { abortSignal: AbortSignal };
}
