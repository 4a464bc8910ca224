import { isAudioSequenceHeader, isVideoSequenceHeader } from '../rtmp/media-tag.ts';
import { messageType } from '../rtmp/messages.ts';

/**
 * Whether a message counts as a frame of its session: audio and video, without the sequence headers, which a proxy repeats.
 * Both ends of a relay link count by this, so that they mean the same frame by its number. `byte0`, `byte1`: of the payload,
 * -1 where it is shorter.
 */
export function isSessionFrame(typeId: number, byte0: number, byte1: number): boolean {
  if (typeId === messageType.video) return !isVideoSequenceHeader(byte0, byte1);
  return typeId === messageType.audio && !isAudioSequenceHeader(byte0, byte1);
}
