import { captionData, constructBytes } from './avc-caption-data.ts';
import { DtvccServices } from './dtvcc-services.ts';

/** CEA-608 channels: CC1 and CC2 in field 1 of the picture, CC3 and CC4 in field 2. */
const cea608Channels = ['CC1', 'CC2', 'CC3', 'CC4'] as const;

/** A CEA-608 channel, or one of the 63 CEA-708 services: as HLS names them (rfc8216bis 4.4.6.1, INSTREAM-ID). */
export type CaptionChannel = (typeof cea608Channels)[number] | `SERVICE${number}`;

export const captionChannels: readonly CaptionChannel[] = [
  ...cea608Channels,
  ...Array.from({ length: 63 }, (_, index) => serviceChannel(index + 1)),
];

function serviceChannel(service: number): CaptionChannel {
  return `SERVICE${service}`;
}

/** The number of a CEA-708 service; undefined for a CEA-608 channel. */
export function serviceOf(channel: string): number | undefined {
  const number = /^SERVICE([1-9][0-9]?)$/.exec(channel)?.[1];
  return number === undefined ? undefined : Number(number);
}

/**
 * The channels that manifests name. Where both kinds are in the pictures they say the same, for old receivers and new ones, and more
 * players show CEA-608: services are named only where they are alone.
 */
export function namedChannels(seen: ReadonlySet<CaptionChannel>): readonly CaptionChannel[] {
  const present = captionChannels.filter((channel) => seen.has(channel));
  const old = present.filter((channel) => serviceOf(channel) === undefined);
  return old.length > 0 ? old : present;
}

/** Finds the channels of captions in pictures, as they are presented. */
export class CaptionSearch {
  readonly #services = new DtvccServices();

  /**
   * The channels that a picture (ISO/IEC 14496-15 sample) has something of that begins captions: a CEA-608 control code (CTA-608 table
   * 52 and following), or a CEA-708 window. A channel that only carries padding, or XDS, isn't among them.
   */
  channelsIn(sample: Uint8Array, nalLengthBytes = 4): readonly CaptionChannel[] {
    const data = captionData(sample, nalLengthBytes);
    const found = new Set<CaptionChannel>();
    for (let at = 0; at + constructBytes <= data.length; at += constructBytes) {
      const [head = 0, first = 0, second = 0] = data.subarray(at, at + constructBytes);
      const type = head & 0x03;
      if (type < dtvccData) {
        const channel = cea608ChannelOf(type, first);
        if (channel) found.add(channel);
      } else {
        for (const service of this.#services.push(type === dtvccStart, first, second))
          found.add(serviceChannel(service));
      }
    }
    return [...found];
  }
}

/** cc_type (CTA-708 table 4): 0 and 1 are the fields of CEA-608. */
const dtvccData = 2;
const dtvccStart = 3;

function cea608ChannelOf(field: number, first: number): CaptionChannel | undefined {
  // Without parity.
  const code = first & 0x7f;
  if (code < 0x10 || code > 0x1f) return undefined;
  return cea608Channels[field * 2 + (code >= 0x18 ? 1 : 0)];
}
