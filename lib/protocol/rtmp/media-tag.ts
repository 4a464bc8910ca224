/**
 * The first bytes of audio and video messages: FLV tag headers (video file format 10.1, E.4.2 and E.4.3) and their extension
 * by enhanced RTMP (v2). Functions take the bytes as numbers, -1 if a message is shorter, so that a scanner can call them. Of a
 * wrapped packet they take those of `packetOf`.
 */

const keyframe = 1;
/** A command to the player: no media, whatever the rest of the header says. */
const command = 5;
const avc = 7;
const aac = 10;

/** Enhanced video: top bit set, three bits of frame type, four of packet type, then a FourCC. */
const isExVideo = (byte0: number): boolean => byte0 >= 0x80;
/** Enhanced audio has sound format 9, which was never used. */
const isExAudio = (byte0: number): boolean => byte0 >> 4 === 9;

/** A frame that decoding can start at; not a sequence header. */
export function isVideoKeyframe(byte0: number, byte1: number): boolean {
  if (byte0 < 0) return false;
  if (isExVideo(byte0)) {
    const packet = byte0 & 15;
    return ((byte0 >> 4) & 7) === keyframe && (packet === 1 || packet === 3);
  }
  return byte0 >> 4 === keyframe && ((byte0 & 15) !== avc || byte1 === 1);
}

/** The decoder's configuration: an AVC or enhanced sequence header. */
export function isVideoSequenceHeader(byte0: number, byte1: number): boolean {
  if (byte0 < 0 || ((byte0 >> 4) & 7) === command) return false;
  if (isExVideo(byte0)) return (byte0 & 15) === 0 || (byte0 & 15) === 5;
  return (byte0 & 15) === avc && byte1 === 0;
}

/** The AudioSpecificConfig of AAC, or an enhanced sequence header. */
export function isAudioSequenceHeader(byte0: number, byte1: number): boolean {
  if (byte0 < 0) return false;
  if (isExAudio(byte0)) return (byte0 & 15) === 0;
  return byte0 >> 4 === aac && byte1 === 0;
}

/** A codec, from a tag header. */
export interface TagCodec {
  /** Display name: `H.264`, `HEVC`, `Sorenson H.263` … */
  readonly name: string;
  /** The FourCC of enhanced RTMP; undefined for a legacy tag header. */
  readonly fourCc?: string;
}

const videoNames: Readonly<Record<number, string>> = {
  1: 'JPEG',
  2: 'Sorenson H.263',
  3: 'Screen Video',
  4: 'VP6',
  5: 'VP6 with alpha',
  6: 'Screen Video 2',
  7: 'H.264',
  // Never standardized; used by Chinese vendors before enhanced RTMP.
  12: 'HEVC',
  13: 'AV1',
};

const audioNames: Readonly<Record<number, string>> = {
  0: 'PCM (platform endian)',
  1: 'ADPCM',
  2: 'MP3',
  3: 'PCM',
  4: 'Nellymoser 16 kHz',
  5: 'Nellymoser 8 kHz',
  6: 'Nellymoser',
  7: 'G.711 A-law',
  8: 'G.711 mu-law',
  10: 'AAC',
  11: 'Speex',
  14: 'MP3 8 kHz',
  15: 'device-specific sound',
};

const fourCcNames: Readonly<Record<string, string>> = {
  avc1: 'H.264',
  hvc1: 'HEVC',
  vvc1: 'VVC',
  av01: 'AV1',
  vp08: 'VP8',
  vp09: 'VP9',
  mp4a: 'AAC',
  Opus: 'Opus',
  fLaC: 'FLAC',
  'ac-3': 'AC-3',
  'ec-3': 'E-AC-3',
  '.mp3': 'MP3',
};

/**
 * The codec of a video message; undefined if it is empty, or has an enhanced header without a FourCC in its usual place
 * (multitrack, ModEx).
 */
export function videoCodec(payload: Uint8Array): TagCodec | undefined {
  const byte0 = payload[0];
  if (byte0 === undefined) return undefined;
  if (isExVideo(byte0)) return (byte0 & 15) < 6 ? enhanced(payload) : undefined;
  const id = byte0 & 15;
  return { name: videoNames[id] ?? `video codec ${id}` };
}

/** The codec of an audio message; undefined as for {@link videoCodec}. */
export function audioCodec(payload: Uint8Array): TagCodec | undefined {
  const byte0 = payload[0];
  if (byte0 === undefined) return undefined;
  if (isExAudio(byte0)) return (byte0 & 15) < 5 ? enhanced(payload) : undefined;
  const id = byte0 >> 4;
  return { name: audioNames[id] ?? `sound format ${id}` };
}

function enhanced(payload: Uint8Array): TagCodec | undefined {
  if (payload.length < 5) return undefined;
  const fourCc = String.fromCharCode(...payload.subarray(1, 5)).replace(/[^\x20-\x7e]/g, '?');
  return { name: fourCcNames[fourCc] ?? `codec '${fourCc}'`, fourCc };
}
