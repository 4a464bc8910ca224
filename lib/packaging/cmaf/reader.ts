import { type Box, boxesOf, child, childrenOf, expect, guarded } from './box-reader.ts';
import { fromNtp } from './producer-reference.ts';

/** A chunk as seen by a strict reader; tests and fault drills check segments with it. */
export interface ReadChunk {
  readonly sequenceNumber: number;
  readonly trackId: number;
  readonly baseMediaDecodeTime: bigint;
  /** Sum over the samples. */
  readonly durationTicks: number;
  readonly samples: readonly ReadSample[];
  /** Brands of the `styp` before it; empty without one. */
  readonly stypBrands: readonly string[];
  readonly producerReference: { wallClockMs: number; mediaTime: bigint } | undefined;
  readonly eventCount: number;
}

export interface ReadSample {
  readonly durationTicks: number;
  readonly keyframe: boolean;
  readonly compositionOffsetTicks: number;
  /** A view of the input. */
  readonly data: Buffer;
}

/**
 * Reads consecutive CMAF chunks (one or several segments). Strict: anything that `mediaChunk` would not write, or would write
 * elsewhere, is a `CmafError` `CMAF_BAD_BOX`.
 */
export function parseChunks(input: Buffer): ReadChunk[] {
  return guarded(() => readChunks(input));
}

function readChunks(input: Buffer): ReadChunk[] {
  const chunks: ReadChunk[] = [];
  let stypBrands: string[] = [];
  let producerReference: ReadChunk['producerReference'];
  let eventCount = 0;
  let fragment: { moof: Box; sizes: ReturnType<typeof readMoof> } | undefined;
  for (const next of boxesOf(input, 0, input.length)) {
    if (fragment !== undefined) {
      expect(next.type === 'mdat', `Expected an mdat after the moof, not ${next.type}`);
      chunks.push({ ...cutSamples(input, fragment, next), stypBrands, producerReference, eventCount });
      [stypBrands, producerReference, eventCount, fragment] = [[], undefined, 0, undefined];
    } else if (next.type === 'moof') {
      fragment = { moof: next, sizes: readMoof(input, next) };
    } else if (next.type === 'styp') {
      expect(producerReference === undefined && eventCount === 0, 'styp must come first in its chunk');
      stypBrands = next.body.subarray(8).toString('latin1').match(/.{4}/gs) ?? [];
    } else if (next.type === 'prft') {
      const [ntp, mediaTime] = [next.body.readBigUInt64BE(8), next.body.readBigUInt64BE(16)];
      producerReference = { wallClockMs: fromNtp(ntp), mediaTime };
    } else {
      expect(next.type === 'emsg', `Unexpected ${next.type} between chunks`);
      eventCount += 1;
    }
  }
  expect(fragment === undefined, 'The last moof has no mdat');
  const isOpen = stypBrands.length > 0 || producerReference !== undefined || eventCount > 0;
  expect(!isOpen, 'The last chunk has no moof');
  return chunks;
}

/** The track's id, timescale and sample entry type of a CMAF header. Throws as `parseChunks`. */
export function parseInit(input: Buffer): InitFacts {
  return guarded(() => readInit(input));
}

interface InitFacts {
  readonly trackId: number;
  readonly timescale: number;
  /** For example `avc1`. */
  readonly sampleEntry: string;
}

function readInit(input: Buffer): InitFacts {
  const [ftyp, moov, ...others] = boxesOf(input, 0, input.length);
  expect(
    ftyp?.type === 'ftyp' && moov?.type === 'moov' && others.length === 0,
    'A CMAF header must be ftyp, moov',
  );
  const traks = childrenOf(input, moov!).filter(({ type }) => type === 'trak');
  expect(traks.length === 1, `A CMAF header must have one track, not ${traks.length}`);
  const trak = traks[0]!;
  const mdia = child(input, trak, 'mdia');
  const stsd = child(input, child(input, child(input, mdia, 'minf'), 'stbl'), 'stsd');
  return {
    trackId: child(input, trak, 'tkhd').body.readUInt32BE(12),
    timescale: child(input, mdia, 'mdhd').body.readUInt32BE(12),
    sampleEntry: stsd.body.toString('latin1', 12, 16),
  };
}

function readMoof(input: Buffer, moof: Box) {
  const traf = child(input, moof, 'traf');
  const mfhd = child(input, moof, 'mfhd');
  const tfhd = child(input, traf, 'tfhd').body;
  const tfdt = child(input, traf, 'tfdt').body;
  const trun = child(input, traf, 'trun').body;
  expect(tfdt[0] === 1, 'tfdt must have version 1');
  expect(trun[0] === 1, 'trun must have version 1');
  expect(tfhd.readUInt32BE(0) === 0x02_0028, 'tfhd must have default-base-is-moof, duration and flags');
  const has = trun.readUInt32BE(0) & 0xff_ffff;
  expect((has & ~0xf05) === 0 && (has & 0x201) === 0x201, 'trun must have a data offset and sizes');
  const count = trun.readUInt32BE(4);
  const fields = [0x100, 0x200, 0x400, 0x800].filter((flag) => (has & flag) !== 0).length;
  expect(trun.length === 12 + (has & 4) + count * fields * 4, 'The length of trun must match its samples');
  const defaultDuration = tfhd.readUInt32BE(8);
  const defaultFlags = tfhd.readUInt32BE(12);
  const firstFlags = (has & 4) === 0 ? defaultFlags : trun.readUInt32BE(12);
  let at = 12 + (has & 4);
  const field = (flag: number): number | undefined => {
    if ((has & flag) === 0) return undefined;
    at += 4;
    return flag === 0x800 ? trun.readInt32BE(at - 4) : trun.readUInt32BE(at - 4);
  };
  const samples = Array.from({ length: count }, (_, index) => ({
    durationTicks: field(0x100) ?? defaultDuration,
    sizeBytes: field(0x200) ?? 0,
    keyframe: isSync(field(0x400) ?? (index === 0 ? firstFlags : defaultFlags)),
    compositionOffsetTicks: field(0x800) ?? 0,
  }));
  return {
    sequenceNumber: mfhd.body.readUInt32BE(4),
    trackId: tfhd.readUInt32BE(4),
    baseMediaDecodeTime: tfdt.readBigUInt64BE(4),
    dataStart: moof.start + trun.readInt32BE(8),
    samples,
  };
}

function cutSamples(input: Buffer, fragment: { sizes: ReturnType<typeof readMoof> }, mdat: Box) {
  const { dataStart, samples, ...facts } = fragment.sizes;
  expect(dataStart === mdat.end - mdat.body.length, 'The data offset must point to the start of the mdat');
  let at = dataStart;
  const cut = samples.map(({ sizeBytes, ...sample }) => {
    at += sizeBytes;
    return { ...sample, data: input.subarray(at - sizeBytes, at) };
  });
  expect(at === mdat.end, 'The samples must fill the mdat');
  return {
    ...facts,
    samples: cut,
    durationTicks: cut.reduce((sum, sample) => sum + sample.durationTicks, 0),
  };
}

const isSync = (flags: number): boolean => (flags & 0x1_0000) === 0;
