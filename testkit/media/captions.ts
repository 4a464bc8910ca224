import type { FlvTag } from '../../lib/protocol/flv/tag.ts';

/** CEA-608 control codes of channel CC1 (CTA-608). */
const resumeLoading = [0x14, 0x20] as const;
const eraseLoaded = [0x14, 0x2e] as const;
const lastRow = [0x14, 0x70] as const;
const showLoaded = [0x14, 0x2f] as const;
const eraseShown = [0x14, 0x2c] as const;

type Pair = readonly [number, number];

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

/** An SEI NAL unit (ITU-T H.264 D.1.6, ATSC A/53 part 4) with these pairs in field 1 or 2. */
export function captionSei(pairs: readonly Pair[], field: 1 | 2 = 1): Buffer {
  const triples = pairs.flatMap(([a, b]) => [0xfc | (field - 1), withParity(a), withParity(b)]);
  const data = [
    ...[0xb5, 0x00, 0x31, 0x47, 0x41, 0x39, 0x34, 0x03],
    ...[0xc0 | pairs.length, 0xff, ...triples, 0xff],
  ];
  return Buffer.from([0x06, 0x04, data.length, ...data, 0x80]);
}

/** A NAL unit behind its length (ISO/IEC 14496-15). */
export function lengthPrefixed(unit: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(unit.length);
  return Buffer.concat([length, unit]);
}

/** A clip whose pictures carry pairs, one each, from the first picture at or after `fromMs` on. */
export function withCaptions(
  clip: readonly FlvTag[],
  cues: readonly { readonly fromMs: number; readonly pairs: readonly Pair[] }[],
): FlvTag[] {
  const waiting = cues.map(({ fromMs, pairs }) => ({ fromMs, pairs: [...pairs] }));
  return clip.map((tag) => {
    // FLV: AVC NAL units.
    if (tag.type !== 'video' || tag.payload[1] !== 1) return tag;
    const due = waiting.find(({ fromMs, pairs }) => fromMs <= tag.timestampMs && pairs.length > 0);
    const pair = due?.pairs.shift();
    if (!pair) return tag;
    const sei = lengthPrefixed(captionSei([pair]));
    return { ...tag, payload: Buffer.concat([tag.payload.subarray(0, 5), sei, tag.payload.subarray(5)]) };
  });
}

function withParity(code: number): number {
  const ones = code.toString(2).replaceAll('0', '').length;
  return ones % 2 === 0 ? code | 0x80 : code;
}
