import { type AvcSps, parseAvcSps } from './avc-sps.ts';
import { CodecConfigError } from './errors.ts';

/** AVCDecoderConfigurationRecord (ISO/IEC 14496-15 5.3.3.1) and the contents of its first SPS. */
export interface AvcConfig extends AvcSps {
  /** Size in bytes of the length before each NAL unit in a sample: 1, 2 or 4. */
  readonly nalLengthBytes: number;
  readonly sps: readonly Uint8Array[];
  readonly pps: readonly Uint8Array[];
  /** RFC 6381, for example `avc1.64001F`. */
  readonly codecString: string;
}

/** Of an avcC payload: lengthSizeMinusOne, and one (ISO/IEC 14496-15 5.3.3.1). */
export const nalLengthBytesOf = (avcC: Uint8Array): number => ((avcC[4] ?? 0) & 3) + 1;

/** Reads an avcC payload, which is also the body of an AVC sequence header. Throws `CodecConfigError`. */
export function parseAvcConfig(avcC: Uint8Array): AvcConfig {
  if (avcC.length < 7 || avcC[0] !== 1) {
    throw new CodecConfigError(
      'BAD_AVC_CONFIG',
      'The AVC configuration is truncated or does not have version 1',
    );
  }
  const nalLengthBytes = nalLengthBytesOf(avcC);
  if (nalLengthBytes === 3)
    throw new CodecConfigError('BAD_AVC_CONFIG', 'A NAL length size of 3 bytes is reserved');
  const sets = readParameterSets(avcC, 6, avcC[5]! & 31);
  const sps = sets.units;
  const pps = readParameterSets(avcC, sets.end + 1, avcC[sets.end] ?? 0).units;
  const first = sps[0];
  if (first === undefined) throw new CodecConfigError('BAD_AVC_CONFIG', 'The AVC configuration has no SPS');
  return {
    ...parseAvcSps(first),
    nalLengthBytes,
    sps,
    pps,
    codecString: avcCodecString(avcC),
  };
}

/** `avc1.PPCCLL` from the profile, compatibility and level bytes of an avcC (RFC 6381 3.3). */
export function avcCodecString(avcC: Uint8Array): string {
  return `avc1.${Buffer.from(avcC.subarray(1, 4)).toString('hex').toUpperCase()}`;
}

function readParameterSets(
  avcC: Uint8Array,
  from: number,
  count: number,
): { units: Uint8Array[]; end: number } {
  const units: Uint8Array[] = [];
  let at = from;
  for (let index = 0; index < count; index++) {
    const length = (avcC[at] ?? 0) * 256 + (avcC[at + 1] ?? 0);
    const unit = avcC.subarray(at + 2, at + 2 + length);
    if (length === 0 || unit.length < length) {
      throw new CodecConfigError('BAD_AVC_CONFIG', 'A parameter set is truncated');
    }
    units.push(unit);
    at += 2 + length;
  }
  return { units, end: at };
}
