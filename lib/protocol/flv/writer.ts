import { FlvError } from './errors.ts';
import { type FlvTag, maxTagPayloadBytes, tagHeaderBytes, tagTypeCodes } from './tag.ts';

/** The file header and the first PreviousTagSize, 13 bytes (FLV specification 10.1, annex E.2 and E.3). */
export function writeFlvHeader(tracks: { readonly audio: boolean; readonly video: boolean }): Buffer {
  const flags = (tracks.audio ? 4 : 0) | (tracks.video ? 1 : 0);
  return Buffer.from([0x46, 0x4c, 0x56, 1, flags, 0, 0, 0, 9, 0, 0, 0, 0]);
}

/**
 * One tag in three parts: header, the payload itself (not copied), trailer. Write them together (`writev`, cork).
 *
 * `timestampMs` is written modulo 2³²; the upper byte goes into the extension (annex E.4.1). Throws `FlvError`
 * `FLV_TAG_TOO_LARGE` above 16 MiB − 1.
 */
export function writeFlvTag(tag: FlvTag): [header: Buffer, payload: Buffer, trailer: Buffer] {
  const size = tag.payload.length;
  if (size > maxTagPayloadBytes) {
    throw new FlvError('FLV_TAG_TOO_LARGE', `A tag of ${size} bytes exceeds the 24-bit length field`);
  }
  const timestamp = tag.timestampMs >>> 0;
  const ends = Buffer.allocUnsafe(tagHeaderBytes + 4);
  ends[0] = tagTypeCodes[tag.type];
  ends.writeUIntBE(size, 1, 3);
  ends.writeUIntBE(timestamp & 0xff_ffff, 4, 3);
  ends[7] = timestamp >>> 24;
  ends.writeUIntBE(0, 8, 3);
  ends.writeUInt32BE(tagHeaderBytes + size, tagHeaderBytes);
  return [ends.subarray(0, tagHeaderBytes), tag.payload, ends.subarray(tagHeaderBytes)];
}
