/** nal_unit_type (ITU-T H.264 table 7-1). */
export const nalTypes = { slice: 1, idr: 5, sei: 6, sps: 7 } as const;

/** The NAL units of a sample (ISO/IEC 14496-15), each behind its length. The last one may be cut off. */
export function* nalUnits(sample: Uint8Array, nalLengthBytes: number): Generator<Uint8Array> {
  for (let at = 0; at + nalLengthBytes < sample.length; ) {
    let length = 0;
    for (let index = 0; index < nalLengthBytes; index++) length = length * 256 + sample[at + index]!;
    at += nalLengthBytes;
    if (length > 0) yield sample.subarray(at, at + length);
    at += length;
  }
}
