import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { z } from 'zod';

/**
 * Each stored object is one file: a header with its HTTP metadata, then the body. With a single file, one rename publishes both,
 * and no crash can leave a body with another body's ETag.
 *
 *     "HWO1"  u16 BE length of the JSON  {"etag","contentType","cacheControl","contentDisposition"?,"sizeBytes"}  body
 */
export interface ObjectHeader {
  readonly etag: string;
  readonly contentType: string;
  readonly cacheControl: string;
  readonly contentDisposition?: string | undefined;
  readonly sizeBytes: number;
}

const magic = Buffer.from('HWO1');
const fixedBytes = magic.length + 2;
/** A read of this size covers the header of every object we write. */
const probeBytes = 1024;

/** The strong ETag of a body: its SHA-256, shortened to 128 bits. */
export const etagOf = (body: Uint8Array): string =>
  `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;

/** The bytes in front of the body. Throws `RangeError` if content type and cache control are absurdly long. */
export function encodeHeader(header: ObjectHeader): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  if (fixedBytes + json.length > probeBytes) throw new RangeError('The object header is too long');
  const fixed = Buffer.alloc(fixedBytes);
  magic.copy(fixed);
  fixed.writeUInt16BE(json.length, magic.length);
  return Buffer.concat([fixed, json]);
}

/** The header and the body's file offset; undefined if the file is not a complete object (torn by a power cut). */
export async function readHeader(
  file: FileHandle,
): Promise<{ header: ObjectHeader; bodyOffset: number } | undefined> {
  const probe = Buffer.alloc(probeBytes);
  const { bytesRead } = await file.read(probe, 0, probeBytes, 0);
  const { size } = await file.stat();
  return parseHeader(probe.subarray(0, bytesRead), size);
}

/** The same of a file's first bytes and its size. */
export function parseHeader(
  probe: Buffer,
  fileBytes: number,
): { header: ObjectHeader; bodyOffset: number } | undefined {
  if (probe.length < fixedBytes || !probe.subarray(0, magic.length).equals(magic)) return undefined;
  const bodyOffset = fixedBytes + probe.readUInt16BE(magic.length);
  if (bodyOffset > probe.length) return undefined;
  const header = headerIn(probe.toString('utf8', fixedBytes, bodyOffset));
  return header && fileBytes === bodyOffset + header.sizeBytes ? { header, bodyOffset } : undefined;
}

const shape = z.object({
  etag: z.string(),
  contentType: z.string(),
  cacheControl: z.string(),
  contentDisposition: z.string().optional(),
  sizeBytes: z.int().nonnegative(),
});

function headerIn(json: string): ObjectHeader | undefined {
  try {
    return shape.parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}
