import type { AacConfig } from '../codec/aac-config.ts';
import type { AvcConfig } from '../codec/avc-config.ts';
import { ascii, box, fullBox, u8, u16, u32 } from './box.ts';

interface Bitrate {
  readonly averageBps: number;
  readonly maxBps: number;
}

/** `avc1` with avcC, colr, pasp, btrt (ISO/IEC 14496-12 12.1.3, 14496-15 5.4.2). */
export function videoSampleEntry(avcC: Uint8Array, config: AvcConfig, bitrate: Bitrate | undefined): Buffer {
  const { colour, sampleAspectRatio: sar } = config;
  const optional: Buffer[] = [];
  if (colour !== undefined) {
    const codePoints = u16(colour.primaries, colour.transfer, colour.matrix);
    optional.push(box('colr', ascii('nclx'), codePoints, u8(colour.fullRange ? 0x80 : 0)));
  }
  if (sar.width !== sar.height) optional.push(box('pasp', u32(sar.width, sar.height)));
  if (bitrate !== undefined) optional.push(bitrateBox(bitrate));
  return box(
    'avc1',
    sampleEntryHead,
    u16(0, 0),
    u32(0, 0, 0),
    u16(config.width, config.height),
    u32(0x48_0000, 0x48_0000, 0), // 72 dpi
    u16(1), // frames per sample
    Buffer.alloc(32), // compressorname
    u16(0x18, 0xffff), // depth, pre_defined −1
    box('avcC', avcC),
    ...optional,
  );
}

/** `mp4a` with esds, btrt (ISO/IEC 14496-12 12.2.3, 14496-14 5.6). */
export function audioSampleEntry(asc: Uint8Array, config: AacConfig, bitrate: Bitrate | undefined): Buffer {
  // 16.16 can represent rates below 64 KiHz; above that, readers take the rate from the esds.
  const sampleRate = config.sampleRate < 0x1_0000 ? config.sampleRate * 0x1_0000 : 0;
  return box(
    'mp4a',
    sampleEntryHead,
    u32(0, 0),
    u16(config.channels || 2, 16, 0, 0),
    u32(sampleRate),
    elementaryStream(asc, bitrate),
    ...(bitrate === undefined ? [] : [bitrateBox(bitrate)]),
  );
}

/** Six reserved bytes, data_reference_index 1. */
const sampleEntryHead = u16(0, 0, 0, 1);

function bitrateBox(bitrate: Bitrate): Buffer {
  return box('btrt', u32(0, bitrate.maxBps, bitrate.averageBps));
}

/** ES_Descriptor (ISO/IEC 14496-1 7.2.6.5); in a file its ES_ID is 0. */
function elementaryStream(asc: Uint8Array, bitrate: Bitrate | undefined): Buffer {
  const mpeg4Audio = 0x40;
  const audioStream = (5 << 2) | 1;
  const decoderConfig = descriptor(
    4,
    u8(mpeg4Audio, audioStream, 0, 0, 0),
    u32(bitrate?.maxBps ?? 0, bitrate?.averageBps ?? 0),
    descriptor(5, asc),
  );
  const slConfig = descriptor(6, u8(2));
  return fullBox('esds', 0, 0, descriptor(3, u16(0), u8(0), decoderConfig, slConfig));
}

/** Tag, length in one byte (ours stay below 128), content. */
function descriptor(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([u8(tag, body.length), body]);
}
