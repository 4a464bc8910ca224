import { u32 } from '../cmaf/box.ts';
import { boxesOf, expect, guarded } from '../cmaf/box-reader.ts';
import { parseAvcConfig } from '../codec/avc-config.ts';

/**
 * Pictures of several configurations in one track: their parameter sets go into the samples, before each key frame, and the one sample
 * entry says so (`avc3`, ISO/IEC 14496-15 5.4.2.1). Chromium doesn't play on where a second sample entry begins.
 */
export interface InBandSets {
  /** The track's sample entry, made of any of them. */
  readonly entry: Buffer;
  /** What comes before the key frames of a configuration, by its sample entry. */
  setsOf(sampleEntry: Buffer): Buffer;
}

/** Undefined if the pictures have one configuration only. Throws `CmafError` and `CodecConfigError`. */
export function inBandSets(sampleEntries: readonly Buffer[]): InBandSets | undefined {
  const [first, ...others] = sampleEntries;
  if (!first || others.every((each) => each.equals(first))) return undefined;
  const entry = Buffer.from(first);
  entry.write('avc3', 4, 'latin1');
  return { entry, setsOf };
}

/** Behind the fields of a VisualSampleEntry (14496-12 12.1.3). */
const childrenAt = 86;

function setsOf(sampleEntry: Buffer): Buffer {
  return guarded(() => {
    const avcC = boxesOf(sampleEntry, childrenAt, sampleEntry.length).find(({ type }) => type === 'avcC');
    expect(avcC !== undefined, 'The sample entry must have an avcC');
    const { sps, pps, nalLengthBytes } = parseAvcConfig(avcC.body);
    expect(nalLengthBytes === 4, 'NAL units must have lengths of 4 bytes');
    return Buffer.concat([...sps, ...pps].flatMap((unit) => [u32(unit.length), unit]));
  });
}
