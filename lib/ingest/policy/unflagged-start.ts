import { nalLengthBytesOf } from '../../packaging/codec/avc-config.ts';
import { canBeginAt } from '../../packaging/codec/avc-start.ts';
import { FlvError } from '../../protocol/flv/errors.ts';
import { parseVideoTag } from '../../protocol/flv/video-tag.ts';

/** How much of a picture's message is needed: what tells comes before its first slice. */
export const startSearchBytes = 4 * 1024;

/**
 * Whether decoding can begin at an H.264 picture that its message doesn't flag as a key frame: an IDR picture, or one with a recovery
 * point. `payload`: of a plain message, at least `startSearchBytes` of it. `header`: the sequence header in force.
 */
export function isUnflaggedStart(payload: Buffer, header: Buffer): boolean {
  try {
    const { codec, packetType, data } = parseVideoTag(payload);
    if (codec !== 'avc' || packetType !== 'frame') return false;
    return canBeginAt(data, nalLengthBytesOf(parseVideoTag(header).data));
  } catch (cause) {
    if (!(cause instanceof FlvError)) throw cause;
    return false;
  }
}
