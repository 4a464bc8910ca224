import { nalTypes, nalUnits } from './avc-nal-units.ts';
import { unescapeNal } from './bit-reader.ts';

/** CEA-608 channels: CC1 and CC2 in field 1 of the picture, CC3 and CC4 in field 2. */
export const captionChannels = ['CC1', 'CC2', 'CC3', 'CC4'] as const;
export type CaptionChannel = (typeof captionChannels)[number];

/** SEI payload type (ITU-T H.264 D.1): user data registered by ITU-T T.35. */
const registeredUserData = 4;
/** United States, ATSC, "GA94", cc_data (ATSC A/53 part 4, 6.2.3). */
const captionsBegin = [0xb5, 0x00, 0x31, 0x47, 0x41, 0x39, 0x34, 0x03];

/**
 * The channels that a picture (ISO/IEC 14496-15 sample) has a control code for, which begins every caption (CTA-608 table 52 and
 * following). A channel that only carries padding, or XDS, isn't among them.
 */
export function captionChannelsOf(sample: Uint8Array, nalLengthBytes = 4): readonly CaptionChannel[] {
  const found = new Set<CaptionChannel>();
  for (const unit of nalUnits(sample, nalLengthBytes)) {
    const type = unit[0]! & 0x1f;
    // They come before the picture (ITU-T H.264 7.4.1.2.3).
    if (type === nalTypes.slice || type === nalTypes.idr) break;
    if (type !== nalTypes.sei) continue;
    for (const data of userDataOf(unescapeNal(unit.subarray(1)))) addChannels(data, found);
  }
  return [...found];
}

/** The messages of an SEI NAL unit (7.3.2.3.1) that are user data. */
function* userDataOf(sei: Uint8Array): Generator<Uint8Array> {
  let at = 0;
  const coded = (): number => {
    let value = 0;
    while (sei[at] === 0xff) value += sei[at++]!;
    return value + (sei[at++] ?? 0);
  };
  // A last byte of trailing bits.
  while (at < sei.length - 1) {
    const [type, size] = [coded(), coded()];
    if (type === registeredUserData) yield sei.subarray(at, at + size);
    at += size;
  }
}

function addChannels(data: Uint8Array, found: Set<CaptionChannel>): void {
  if (!captionsBegin.every((byte, index) => data[index] === byte)) return;
  const count = (data[captionsBegin.length] ?? 0) & 0x1f;
  const from = captionsBegin.length + 2;
  for (let at = from; at < from + count * 3 && at + 2 < data.length; at += 3) {
    const isValid = (data[at]! & 0x04) !== 0;
    const field = data[at]! & 0x03;
    // Without parity.
    const code = data[at + 1]! & 0x7f;
    if (!isValid || field > 1 || code < 0x10 || code > 0x1f) continue;
    found.add(captionChannels[field * 2 + (code >= 0x18 ? 1 : 0)]!);
  }
}
