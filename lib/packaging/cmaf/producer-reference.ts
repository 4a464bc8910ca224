import { fullBox, u32, u64 } from './box.ts';

/** ProducerReferenceTimeBox (ISO/IEC 14496-12 8.16.5): maps a media time to a wall clock time. */
export interface ProducerReference {
  /** Unix time; fractions of a ms are kept. */
  readonly wallClockMs: number;
  /** In the track's timescale. */
  readonly mediaTime: number | bigint;
  /** What the wall clock time refers to: encoder input, encoder output, or capture. @default `encoder-input` */
  readonly when?: 'encoder-input' | 'encoder-output' | 'captured';
}

const flags = { 'encoder-input': 0, 'encoder-output': 1, captured: 24 } as const;

export function producerReferenceBox(reference: ProducerReference, trackId: number): Buffer {
  const when = flags[reference.when ?? 'encoder-input'];
  return fullBox('prft', 1, when, u32(trackId), u64(toNtp(reference.wallClockMs)), u64(reference.mediaTime));
}

/** Seconds from 1900 to 1970: 70 years, 17 of them leap years. */
const ntpEpochSeconds = 2_208_988_800;

/** NTP's 32.32 fixed point seconds (RFC 5905 6). */
export function toNtp(unixMs: number): bigint {
  const seconds = Math.floor(unixMs / 1000);
  const fraction = Math.floor(((unixMs - seconds * 1000) / 1000) * 2 ** 32);
  return (BigInt(seconds + ntpEpochSeconds) << 32n) + BigInt(fraction);
}

export function fromNtp(ntp: bigint): number {
  const seconds = Number(ntp >> 32n) - ntpEpochSeconds;
  return seconds * 1000 + (Number(ntp & 0xffff_ffffn) / 2 ** 32) * 1000;
}
