import { nalTypes, nalUnits } from './avc-nal-units.ts';
import { unescapeNal } from './bit-reader.ts';
import { escapeNal } from './bit-writer.ts';

/** A construct of cc_data (CTA-708 4.3): flags and type, then two bytes. */
export const constructBytes = 3;
/** As many as a picture's cc_count can tell. */
export const mostConstructs = 31;

/** SEI payload type (ITU-T H.264 D.1): user data registered by ITU-T T.35. */
const registeredUserData = 4;
/** United States, ATSC, "GA94", cc_data (ATSC A/53 part 4, 6.2.3). */
const captionsBegin = [0xb5, 0x00, 0x31, 0x47, 0x41, 0x39, 0x34, 0x03];
const seiHeader = 0x06;
const reservedBits = 0x80;
const processCaptions = 0x40;

/** The constructs of a picture's captions (ISO/IEC 14496-15 sample), without those that only fill up. */
export function captionData(sample: Uint8Array, nalLengthBytes = 4): Buffer {
  const constructs: Uint8Array[] = [];
  for (const unit of nalUnits(sample, nalLengthBytes)) {
    // They come before the picture (ITU-T H.264 7.4.1.2.3).
    if (isPicture(unit)) break;
    if (!isSei(unit)) continue;
    for (const message of messagesOf(unit))
      if (isCaptions(message)) constructs.push(...constructsOf(message.data));
  }
  return Buffer.concat(constructs);
}

/** The same picture with these captions instead of its own. At most 31 constructs. */
export function withCaptionData(sample: Uint8Array, data: Uint8Array): Buffer {
  const units = [...nalUnits(sample, lengthBytes)].filter((unit) => !isCaptionsAlone(unit));
  const picture = units.findIndex(isPicture);
  const at = picture === -1 ? units.length : picture;
  const own = data.length === 0 ? [] : [captionUnit(data)];
  return Buffer.concat([...units.slice(0, at), ...own, ...units.slice(at)].flatMap(lengthPrefixed));
}

/** Of the samples that we make. */
const lengthBytes = 4;

function lengthPrefixed(unit: Uint8Array): Uint8Array[] {
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(unit.length);
  return [length, unit];
}

function captionUnit(data: Uint8Array): Buffer {
  const count = Math.floor(data.length / constructBytes);
  const message = [...captionsBegin, reservedBits | processCaptions | count, 0xff, ...data, 0xff];
  return escapeNal(
    seiHeader,
    Uint8Array.from([registeredUserData, message.length, ...message, trailingBits]),
  );
}
/** rbsp_trailing_bits at a byte's beginning (7.3.2.11). */
const trailingBits = 0x80;

interface SeiMessage {
  readonly type: number;
  readonly data: Uint8Array;
}

const typeOf = (unit: Uint8Array): number => unit[0]! & 0x1f;
const isSei = (unit: Uint8Array): boolean => typeOf(unit) === nalTypes.sei;
const isPicture = (unit: Uint8Array): boolean =>
  typeOf(unit) === nalTypes.slice || typeOf(unit) === nalTypes.idr;

function isCaptionsAlone(unit: Uint8Array): boolean {
  const messages = isSei(unit) ? [...messagesOf(unit)] : [];
  return messages.length > 0 && messages.every(isCaptions);
}

/** The messages of an SEI NAL unit (7.3.2.3.1). */
function* messagesOf(unit: Uint8Array): Generator<SeiMessage> {
  const sei = unescapeNal(unit.subarray(1));
  let at = 0;
  const coded = (): number => {
    let value = 0;
    while (sei[at] === 0xff) value += sei[at++]!;
    return value + (sei[at++] ?? 0);
  };
  // A last byte of trailing bits.
  while (at < sei.length - 1) {
    const [type, size] = [coded(), coded()];
    yield { type, data: sei.subarray(at, at + size) };
    at += size;
  }
}

const isCaptions = ({ type, data }: SeiMessage): boolean =>
  type === registeredUserData && captionsBegin.every((byte, index) => data[index] === byte);

function* constructsOf(data: Uint8Array): Generator<Uint8Array> {
  const count = (data[captionsBegin.length] ?? 0) & 0x1f;
  const from = captionsBegin.length + 2;
  for (let at = from; at < from + count * constructBytes && at + 2 < data.length; at += constructBytes) {
    const construct = data.subarray(at, at + constructBytes);
    if (isFilled(construct)) yield construct;
  }
}

/** cc_valid, and for CEA-608 more than null characters. */
function isFilled(construct: Uint8Array): boolean {
  const [head = 0, first = 0, second = 0] = construct;
  if ((head & 0x04) === 0) return false;
  return (head & 0x03) > 1 || ((first | second) & 0x7f) !== 0;
}
