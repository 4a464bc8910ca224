import { type AacConfig, parseAudioSpecificConfig } from '../codec/aac-config.ts';
import { type AvcConfig, parseAvcConfig } from '../codec/avc-config.ts';
import { ascii, box, cString, fullBox, u16, u32, u64, unityMatrix } from './box.ts';
import { audioSampleEntry, videoSampleEntry } from './sample-entry.ts';

/** One CMAF track; a file has exactly one (ISO/IEC 23000-19 7.3.1). */
export type CmafTrack = CmafVideoTrack | CmafAudioTrack;

interface TrackBase {
  /** Default 1. */
  readonly trackId?: number;
  /** ISO 639-2/T, three letters. @default `und` */
  readonly language?: string;
  /** For `btrt` and `esds`. Take them from the ladder rather than from measurements: equal tracks must give equal bytes. */
  readonly bitrate?: { readonly averageBps: number; readonly maxBps: number };
}

export interface CmafVideoTrack extends TrackBase {
  readonly kind: 'video';
  /** Ticks per second; use `videoTimescale` unless there is a reason not to. */
  readonly timescale: number;
  /** AVCDecoderConfigurationRecord, as in an AVC sequence header. */
  readonly avcConfig: Uint8Array;
}

export interface CmafAudioTrack extends TrackBase {
  readonly kind: 'audio';
  /** AudioSpecificConfig, as in an AAC sequence header. The timescale is its (core) sample rate. */
  readonly audioSpecificConfig: Uint8Array;
}

/** 90 kHz represents the common frame rates in whole ticks, including 30000/1001. */
export const videoTimescale = 90_000;

/**
 * A CMAF header (ISO/IEC 23000-19 7.3.1): `ftyp` and a `moov` without samples. Equal tracks give equal bytes, no matter which
 * worker writes them. There are no edit lists: the first presentation time is the first sample's `tfdt` plus its composition
 * offset. Throws `CodecConfigError` if the codec configuration is unreadable.
 */
export function initSegment(track: CmafTrack): Buffer {
  const trackId = track.trackId ?? 1;
  return Buffer.concat([
    box('ftyp', ascii('cmfc'), u32(0), ascii('iso6'), ascii('cmfc'), ascii('cmf2')),
    box(
      'moov',
      movieHeader(trackId + 1),
      track.kind === 'video' ? videoTrack(track, trackId) : audioTrack(track, trackId),
      // `cmf2` requires the defaults in each fragment, so the ones here are zero.
      box('mvex', fullBox('trex', 0, 0, u32(trackId, 1, 0, 0, 0))),
    ),
  ]);
}

/** Creation times stay zero, because they would make init segments of equal tracks differ. */
function movieHeader(nextTrackId: number): Buffer {
  return fullBox(
    'mvhd',
    0,
    0,
    u32(0, 0, 1000, 0, 0x1_0000),
    u16(0x100, 0),
    u32(0, 0),
    unityMatrix,
    Buffer.alloc(24),
    u32(nextTrackId),
  );
}

function videoTrack(track: CmafVideoTrack, trackId: number): Buffer {
  const config: AvcConfig = parseAvcConfig(track.avcConfig);
  const { width: sarWidth, height: sarHeight } = config.sampleAspectRatio;
  const displayWidth = Math.round((config.width * 0x1_0000 * sarWidth) / sarHeight) % 2 ** 32;
  return trackBox(track, trackId, {
    timescale: track.timescale,
    width: displayWidth,
    height: config.height * 0x1_0000,
    volume: 0,
    handler: 'vide',
    mediaHeader: fullBox('vmhd', 0, 1, u16(0, 0, 0, 0)),
    sampleEntry: videoSampleEntry(track.avcConfig, config, track.bitrate),
  });
}

function audioTrack(track: CmafAudioTrack, trackId: number): Buffer {
  const config: AacConfig = parseAudioSpecificConfig(track.audioSpecificConfig);
  return trackBox(track, trackId, {
    timescale: config.sampleRate,
    width: 0,
    height: 0,
    volume: 0x100,
    handler: 'soun',
    mediaHeader: fullBox('smhd', 0, 0, u16(0, 0)),
    sampleEntry: audioSampleEntry(track.audioSpecificConfig, config, track.bitrate),
  });
}

interface TrackParts {
  readonly timescale: number;
  /** 16.16 fixed point. */
  readonly width: number;
  readonly height: number;
  /** 8.8 fixed point. */
  readonly volume: number;
  readonly handler: 'vide' | 'soun';
  readonly mediaHeader: Buffer;
  readonly sampleEntry: Buffer;
}

function trackBox(track: CmafTrack, trackId: number, parts: TrackParts): Buffer {
  const enabledInMovieAndPreview = 7;
  const header = fullBox(
    'tkhd',
    0,
    enabledInMovieAndPreview,
    u32(0, 0, trackId, 0, 0),
    u64(0),
    u16(0, 0, parts.volume, 0),
    unityMatrix,
    u32(parts.width, parts.height),
  );
  return box('trak', header, mediaBox(track.language ?? 'und', parts));
}

function mediaBox(language: string, parts: TrackParts): Buffer {
  // Three letters in 5 bits each, from 'a' = 1 (8.4.2.3).
  const packed = [...language].reduce((code, letter) => (code << 5) | (letter.charCodeAt(0) - 0x60), 0);
  const selfContained = fullBox('url ', 0, 1);
  const tables = box(
    'stbl',
    fullBox('stsd', 0, 0, u32(1), parts.sampleEntry),
    fullBox('stts', 0, 0, u32(0)),
    fullBox('stsc', 0, 0, u32(0)),
    fullBox('stsz', 0, 0, u32(0, 0)),
    fullBox('stco', 0, 0, u32(0)),
  );
  return box(
    'mdia',
    fullBox('mdhd', 0, 0, u32(0, 0, parts.timescale, 0), u16(packed & 0x7fff, 0)),
    fullBox('hdlr', 0, 0, u32(0), ascii(parts.handler), u32(0, 0, 0), cString('')),
    box('minf', parts.mediaHeader, box('dinf', fullBox('dref', 0, 0, u32(1), selfContained)), tables),
  );
}
