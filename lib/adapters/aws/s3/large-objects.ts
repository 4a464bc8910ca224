import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { OpenObject, Upload, UploadOptions } from '../../../object-store/ports.ts';
import type { BucketAccess } from './bucket-access.ts';
import { asStoreError, s3Fault } from './s3-errors.ts';

/** For a part of 8 MiB, whose attempts may be slow. */
const partMs = 60_000;
/** S3 takes ten minutes at most to complete an upload; ours have a few thousand parts. */
const completeMs = 600_000;
/** What is read at once of a large object. */
const pieceBytes = 8 * 1024 * 1024;

/** Begins an object that is written in parts. */
export async function beginUpload(
  { client, at, inTime }: BucketAccess,
  key: string,
  { contentType, cacheControl, contentDisposition }: UploadOptions,
): Promise<Upload> {
  const target = at(key);
  const etags = new Map<number, string>();
  const { UploadId } = await told(`begin ${key}`, () =>
    client.send(
      new CreateMultipartUploadCommand({
        ...target,
        ContentType: contentType,
        CacheControl: cacheControl,
        ContentDisposition: contentDisposition,
      }),
      inTime(),
    ),
  );
  return {
    part: async (PartNumber, Body) => {
      const command = new UploadPartCommand({ ...target, UploadId, PartNumber, Body });
      const { ETag = '' } = await told(`PUT part ${PartNumber} of ${key}`, () =>
        client.send(command, inTime(partMs)),
      );
      etags.set(PartNumber, ETag);
    },
    complete: async () => {
      const Parts = [...etags]
        .map(([PartNumber, ETag]) => ({ PartNumber, ETag }))
        .sort((a, b) => a.PartNumber - b.PartNumber);
      // The bucket refuses objects that are written without a condition.
      const command = new CompleteMultipartUploadCommand({
        ...target,
        UploadId,
        IfNoneMatch: '*',
        MultipartUpload: { Parts },
      });
      const { ETag = '' } = await told(`complete ${key}`, () => client.send(command, inTime(completeMs)));
      return { etag: ETag };
    },
    abort: async () => {
      const command = new AbortMultipartUploadCommand({ ...target, UploadId });
      await client.send(command, inTime()).catch((fault: unknown) => {
        if (s3Fault(fault).name !== 'NoSuchUpload') throw asStoreError(fault, `abort ${key}`);
      });
    },
  };
}

/** Reads in pieces: an object that is written once, so that all are of one version. */
export async function openLarge(
  { client, at, inTime }: BucketAccess,
  key: string,
): Promise<OpenObject | undefined> {
  const target = at(key);
  try {
    const head = await client.send(new HeadObjectCommand(target), inTime());
    const { ETag: etag = '', ContentLength = 0, ContentType, CacheControl, ContentDisposition } = head;
    const piece = async (from: number, to: number): Promise<Uint8Array> => {
      const command = new GetObjectCommand({ ...target, Range: `bytes=${from}-${to - 1}`, IfMatch: etag });
      const { Body } = await client.send(command, inTime(partMs));
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    };
    return {
      sizeBytes: ContentLength,
      etag,
      contentType: ContentType ?? 'application/octet-stream',
      cacheControl: CacheControl ?? 'no-store',
      contentDisposition: ContentDisposition,
      async *read(start, end) {
        for (let from = start; from < end; from += pieceBytes) {
          yield await piece(from, Math.min(end, from + pieceBytes));
        }
      },
      close: async () => {},
    };
  } catch (fault) {
    if (s3Fault(fault).status === 404) return undefined;
    throw asStoreError(fault, `HEAD ${key}`);
  }
}

async function told<Answer>(what: string, send: () => Promise<Answer>): Promise<Answer> {
  try {
    return await send();
  } catch (fault) {
    throw asStoreError(fault, what);
  }
}
