import type { FlvTag } from '../../lib/protocol/flv/tag.ts';

/** CEA-608 control codes of channel CC1 (CTA-608). */
const resumeLoading = [0x14, 0x20] as const;
const eraseLoaded = [0x14, 0x2e] as const;
const lastRow = [0x14, 0x70] as const;
const showLoaded = [0x14, 0x2f] as const;
const eraseShown = [0x14, 0x2c] as const;

type Pair = readonly [number, number];
/** A construct of cc_data (CTA-708 4.3): flags and type, then two bytes. */
type Construct = readonly [number, number, number];

/** The byte pairs that put a text on screen at the last of them, as encoders send them: control codes twice. */
export function popOn(text: string): Pair[] {
  const letters = text.length % 2 === 0 ? text : `${text} `;
  const pairs = Array.from({ length: letters.length / 2 }, (_, index): Pair => {
    return [letters.charCodeAt(index * 2), letters.charCodeAt(index * 2 + 1)];
  });
  const twice = [resumeLoading, eraseLoaded, lastRow].flatMap((code): Pair[] => [code, code]);
  return [...twice, ...pairs, showLoaded, showLoaded];
}

export const takeOff: readonly Pair[] = [eraseShown, eraseShown];

/** CEA-608: in field 1 or 2. */
export const inField = (pairs: readonly Pair[], field: 1 | 2 = 1): Construct[] =>
  pairs.map(([a, b]) => [0xfc | (field - 1), withParity(a), withParity(b)]);

/** CEA-708 commands (CTA-708 8.10.5): window 0 of one row with this text, on screen at once. Up to 23 letters. */
export const showWindow = (text: string): number[] => [
  ...[0x98, 0x38, 0x3c, 0x14, 0x00, 0x1f, 0x09],
  ...Buffer.from(text, 'latin1'),
];
export const deleteWindow: readonly number[] = [0x8c, 0x01];

/** A DTVCC packet (CTA-708 5) with a block for each service. */
export function dtvccPacket(
  blocks: readonly { readonly service: number; readonly bytes: readonly number[] }[],
): Construct[] {
  const data = blocks.flatMap(({ service, bytes }) => [
    ...(service < 7 ? [(service << 5) | bytes.length] : [0xe0 | bytes.length, service]),
    ...bytes,
  ]);
  const pairs = Math.ceil((1 + data.length) / 2);
  const packet = [pairs, ...data, 0];
  return Array.from({ length: pairs }, (_, index) => {
    return [index === 0 ? 0xff : 0xfe, packet[index * 2]!, packet[index * 2 + 1]!];
  });
}

/** An SEI NAL unit (ITU-T H.264 D.1.6, ATSC A/53 part 4) with these constructs. */
export function captionSei(constructs: readonly Construct[]): Buffer {
  const data = [
    ...[0xb5, 0x00, 0x31, 0x47, 0x41, 0x39, 0x34, 0x03],
    ...[0xc0 | constructs.length, 0xff, ...constructs.flat(), 0xff],
  ];
  return Buffer.from([0x06, 0x04, data.length, ...data, 0x80]);
}

/** A NAL unit behind its length (ISO/IEC 14496-15). */
export function lengthPrefixed(unit: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(unit.length);
  return Buffer.concat([length, unit]);
}

/** What the pictures at and after `fromMs` carry, one after the other. */
export interface CaptionCue {
  readonly fromMs: number;
  readonly pictures: readonly (readonly Construct[])[];
}

/** As encoders send CEA-608: a pair with each picture. */
export const pairByPair = (fromMs: number, pairs: readonly Pair[]): CaptionCue => ({
  fromMs,
  pictures: inField(pairs).map((construct) => [construct]),
});

export function withCaptions(clip: readonly FlvTag[], cues: readonly CaptionCue[]): FlvTag[] {
  const waiting = cues.map(({ fromMs, pictures }) => ({ fromMs, pictures: [...pictures] }));
  return clip.map((tag) => {
    // FLV: AVC NAL units.
    if (tag.type !== 'video' || tag.payload[1] !== 1) return tag;
    const due = waiting.find(({ fromMs, pictures }) => fromMs <= tag.timestampMs && pictures.length > 0);
    const constructs = due?.pictures.shift();
    if (!constructs) return tag;
    const sei = lengthPrefixed(captionSei(constructs));
    return { ...tag, payload: Buffer.concat([tag.payload.subarray(0, 5), sei, tag.payload.subarray(5)]) };
  });
}

function withParity(code: number): number {
  const ones = code.toString(2).replaceAll('0', '').length;
  return ones % 2 === 0 ? code | 0x80 : code;
}
