import { FlvError } from './errors.ts';

/** `unknown-…` contains the SoundFormat or FourCC if it is in no table. */
export type AudioCodec =
  | 'aac'
  | 'mp3'
  | 'opus'
  | 'flac'
  | 'ac-3'
  | 'ec-3'
  | 'pcm'
  | 'adpcm'
  | 'nellymoser'
  | 'g711'
  | 'speex'
  | `unknown-${string}`;

export interface AudioTag {
  readonly codec: AudioCodec;
  /** `other`: packets that a demultiplexer may ignore (multichannel config, multitrack). */
  readonly packetType: 'sequence-header' | 'frame' | 'end' | 'other';
  /** AudioSpecificConfig or a raw access unit; a view of the payload. */
  readonly data: Buffer;
}

/** SoundFormat by number (annex E.4.2.1). */
const legacyCodecs: readonly (AudioCodec | undefined)[] = [
  'pcm',
  'adpcm',
  'mp3',
  'pcm',
  'nellymoser',
  'nellymoser',
  'nellymoser',
  'g711',
  'g711',
  undefined,
  'aac',
  'speex',
  undefined,
  undefined,
  'mp3',
];
const fourCcCodecs = new Map<string, AudioCodec>([
  ['mp4a', 'aac'],
  ['.mp3', 'mp3'],
  ['Opus', 'opus'],
  ['fLaC', 'flac'],
  ['ac-3', 'ac-3'],
  ['ec-3', 'ec-3'],
]);
const extendedPackets = ['sequence-header', 'frame', 'end'] as const;
const extendedFormat = 9;

/**
 * Reads the body of an audio tag or RTMP audio message: the classic form (FLV specification 10.1, annex E.4.2) and the
 * extended header of enhanced RTMP v2. Throws `FlvError` `FLV_SHORT_BODY` if header fields are missing.
 */
export function parseAudioTag(payload: Buffer): AudioTag {
  const first = payload[0];
  if (first === undefined) throw shortBody(payload);
  const format = first >> 4;
  if (format === extendedFormat) return parseExtended(payload, first & 15);
  const codec = legacyCodecs[format] ?? `unknown-${format}`;
  if (codec !== 'aac') return { codec, packetType: 'frame', data: payload.subarray(1) };
  if (payload.length < 2) throw shortBody(payload);
  const packetType = (['sequence-header', 'frame'] as const)[payload[1]!] ?? 'other';
  return { codec, packetType, data: payload.subarray(2) };
}

function parseExtended(payload: Buffer, packet: number): AudioTag {
  const packetType = extendedPackets[packet] ?? 'other';
  // Multitrack (5) and ModEx (7) have no FourCC here.
  if (packet === 5 || packet === 7) return { codec: 'unknown-', packetType, data: payload.subarray(1) };
  if (payload.length < 5) throw shortBody(payload);
  const fourCc = payload.toString('latin1', 1, 5);
  const codec = fourCcCodecs.get(fourCc) ?? `unknown-${fourCc.replace(/[^\w.-]/g, '?')}`;
  return { codec, packetType, data: payload.subarray(5) };
}

function shortBody(payload: Buffer): FlvError {
  return new FlvError(
    'FLV_SHORT_BODY',
    `An audio tag of ${payload.length} bytes is too short for its header fields`,
  );
}
