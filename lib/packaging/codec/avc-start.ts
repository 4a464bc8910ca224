const nalTypes = { slice: 1, idr: 5, sei: 6 } as const;
/** SEI payload type (ITU-T H.264 D.1): decoding that begins with this picture is right some pictures later. */
const recoveryPoint = 6;

/**
 * Whether decoding can begin at a picture, whatever its container says: an IDR picture, or one with a recovery point (an open GOP,
 * periodic intra refresh). `sample`: its NAL units, each behind its length; may be cut off in its first slice.
 */
export function canBeginAt(sample: Uint8Array, nalLengthBytes: number): boolean {
  for (let at = 0; at + nalLengthBytes < sample.length; ) {
    let length = 0;
    for (let index = 0; index < nalLengthBytes; index++) length = length * 256 + sample[at + index]!;
    at += nalLengthBytes;
    const type = sample[at]! & 31;
    if (type >= nalTypes.slice && type <= nalTypes.idr) return type === nalTypes.idr;
    if (type === nalTypes.sei && hasRecoveryPoint(sample.subarray(at + 1, at + length))) return true;
    at += length;
  }
  return false;
}

/** Walks the messages of an SEI NAL unit (7.3.2.3.1). Sizes count bytes without emulation prevention. */
function hasRecoveryPoint(sei: Uint8Array): boolean {
  let at = 0;
  let zeros = 0;
  const next = (): number => {
    if (zeros >= 2 && sei[at] === 3) {
      at++;
      zeros = 0;
    }
    const byte = sei[at++] ?? -1;
    zeros = byte === 0 ? zeros + 1 : 0;
    return byte;
  };
  const coded = (): number => {
    let sum = 0;
    for (let byte = next(); ; byte = next()) {
      sum += Math.max(byte, 0);
      if (byte !== 255) return sum;
    }
  };
  // The stop bit alone is 0x80.
  while (at < sei.length - 1) {
    const type = coded();
    if (type === recoveryPoint) return true;
    for (let left = coded(); left > 0 && at < sei.length; left--) next();
  }
  return false;
}
