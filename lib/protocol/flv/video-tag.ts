import { FlvError } from './errors.ts';

/** `unknown-…` contains the CodecID or FourCC if it is in no table. */
export type VideoCodec =
  | 'avc'
  | 'hevc'
  | 'av1'
  | 'vp9'
  | 'vp8'
  | 'vvc'
  | LegacyVideoCodec
  | `unknown-${string}`;
type LegacyVideoCodec = 'jpeg' | 'sorenson-h263' | 'screen-video' | 'vp6' | 'vp6-alpha' | 'screen-video-2';

export type FrameType = 'key' | 'inter' | 'disposable-inter' | 'generated-key' | 'command' | 'unknown';

export interface VideoTag {
  readonly codec: VideoCodec;
  readonly frameType: FrameType;
  readonly keyframe: boolean;
  /** `other`: packets that a demultiplexer may ignore (metadata, commands, multitrack). */
  readonly packetType: 'sequence-header' | 'frame' | 'end' | 'other';
  /** Presentation minus decoding time in ms; signed. */
  readonly compositionTimeMs: number;
  /** avcC, or length-prefixed NAL units; a view of the payload. */
  readonly data: Buffer;
}

/** Before the body of a classic H.264 tag: frame type and codec, packet type, composition time (annex E.4.3). */
export const classicVideoHeaderBytes = 5;

const frameTypes: readonly FrameType[] = [
  'unknown',
  'key',
  'inter',
  'disposable-inter',
  'generated-key',
  'command',
];
/** CodecID (annex E.4.3.1); 12 was used by CDNs for HEVC before enhanced RTMP. */
const legacyCodecs = new Map<number, VideoCodec>([
  [1, 'jpeg'],
  [2, 'sorenson-h263'],
  [3, 'screen-video'],
  [4, 'vp6'],
  [5, 'vp6-alpha'],
  [6, 'screen-video-2'],
  [7, 'avc'],
  [12, 'hevc'],
]);
const fourCcCodecs = new Map<string, VideoCodec>([
  ['avc1', 'avc'],
  ['hvc1', 'hevc'],
  ['vvc1', 'vvc'],
  ['av01', 'av1'],
  ['vp09', 'vp9'],
  ['vp08', 'vp8'],
]);

/**
 * Reads the body of a video tag or RTMP video message: the classic form (FLV specification 10.1, annex E.4.3) and the
 * extended header of enhanced RTMP v2. Throws `FlvError` `FLV_SHORT_BODY` if header fields are missing.
 */
export function parseVideoTag(payload: Buffer): VideoTag {
  const first = byteAt(payload, 0);
  if ((first & 0x80) !== 0) return parseExtended(payload, first);
  const frameType = frameTypes[first >> 4] ?? 'unknown';
  const codec = legacyCodecs.get(first & 15) ?? `unknown-${first & 15}`;
  const head = { codec, frameType, keyframe: frameType === 'key' };
  if (frameType === 'command') {
    return { ...head, packetType: 'other', compositionTimeMs: 0, data: payload.subarray(1) };
  }
  if (codec !== 'avc' && codec !== 'hevc') {
    return { ...head, packetType: 'frame', compositionTimeMs: 0, data: payload.subarray(1) };
  }
  const packetType = (['sequence-header', 'frame', 'end'] as const)[byteAt(payload, 1)] ?? 'other';
  const compositionTimeMs = packetType === 'frame' ? signed24(payload, 2) : 0;
  return { ...head, packetType, compositionTimeMs, data: payload.subarray(classicVideoHeaderBytes) };
}

/** ExVideoTagHeader: bit 7, frame type in 3 bits, packet type in 4, FourCC. */
function parseExtended(payload: Buffer, first: number): VideoTag {
  const frameType = frameTypes[(first >> 4) & 7] ?? 'unknown';
  const packet = first & 15;
  const isHeaderless = packet === 6 || packet === 7; // Multitrack, ModEx: no FourCC here.
  if (!isHeaderless && payload.length < 5) throw shortBody(payload);
  const fourCc = isHeaderless ? '' : payload.toString('latin1', 1, 5);
  const codec = fourCcCodecs.get(fourCc) ?? `unknown-${fourCc.replace(/[^\w.-]/g, '?')}`;
  const head = { codec, frameType, keyframe: frameType === 'key' };
  const rest = (packetType: VideoTag['packetType']): VideoTag => {
    return { ...head, packetType, compositionTimeMs: 0, data: payload.subarray(isHeaderless ? 1 : 5) };
  };
  switch (packet) {
    case 0:
      return rest('sequence-header');
    case 1:
      if (codec !== 'avc' && codec !== 'hevc' && codec !== 'vvc') return rest('frame');
      return {
        ...head,
        packetType: 'frame',
        compositionTimeMs: signed24(payload, 5),
        data: payload.subarray(8),
      };
    case 2:
      return rest('end');
    case 3:
      return rest('frame');
    default:
      return rest('other');
  }
}

function byteAt(payload: Buffer, at: number): number {
  const byte = payload[at];
  if (byte === undefined) throw shortBody(payload);
  return byte;
}

function signed24(payload: Buffer, at: number): number {
  if (payload.length < at + 3) throw shortBody(payload);
  return payload.readIntBE(at, 3);
}

function shortBody(payload: Buffer): FlvError {
  return new FlvError(
    'FLV_SHORT_BODY',
    `A video tag of ${payload.length} bytes is too short for its header fields`,
  );
}
