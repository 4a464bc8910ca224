import type { AudioTag } from '../../../../protocol/flv/audio-tag.ts';
import type { VideoTag } from '../../../../protocol/flv/video-tag.ts';

/** Upper bound on how long after decoding a picture is shown; a larger offset is noise and would tear the timeline. */
const maxOffsetMs = 2000;

/**
 * Returns an H.264 payload with the classic five-byte header (annex E.4.3), whichever header it arrived with: older ffmpegs
 * misread enhanced RTMP. The header overwrites the bytes before the data; nothing is copied.
 */
export function classicVideo(payload: Buffer, tag: VideoTag): Buffer {
  const offset = Math.abs(tag.compositionTimeMs) <= maxOffsetMs ? tag.compositionTimeMs : 0;
  const isClassic = (payload[0]! & 0x80) === 0;
  if (isClassic && offset === tag.compositionTimeMs) return payload;
  const classic = payload.subarray(payload.length - tag.data.length - 5);
  classic[0] = (tag.keyframe ? 0x10 : 0x20) | 7;
  classic[1] = tag.packetType === 'sequence-header' ? 0 : 1;
  classic.writeIntBE(offset, 2, 3);
  return classic;
}

/** Returns an AAC payload with the classic two-byte header (annex E.4.2). */
export function classicAudio(payload: Buffer, tag: AudioTag): Buffer {
  const classic = payload.subarray(payload.length - tag.data.length - 2);
  classic[0] = 0xaf;
  classic[1] = tag.packetType === 'sequence-header' ? 0 : 1;
  return classic;
}
