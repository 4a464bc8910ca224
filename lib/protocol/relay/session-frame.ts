import { isAudioSequenceHeader, isVideoSequenceHeader } from '../rtmp/media-tag.ts';
import { messageType } from '../rtmp/messages.ts';

/**
 * Whether a message counts as a frame of its session: audio and video, except sequence headers, which a proxy repeats. Both
 * ends of a relay link count this way, so that a frame number means the same frame to both. `byte0`, `byte1`: the first
 * payload bytes, -1 if missing; of a wrapped packet those of `packetOf`.
 */
export function isSessionFrame(typeId: number, byte0: number, byte1: number): boolean {
  if (typeId === messageType.video) return !isVideoSequenceHeader(byte0, byte1);
  return typeId === messageType.audio && !isAudioSequenceHeader(byte0, byte1);
}
