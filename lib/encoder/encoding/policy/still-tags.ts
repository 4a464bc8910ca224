import type { InputFormat } from '../../policy/input-format.ts';
import type { StreamTag } from '../../policy/stream-tag.ts';
import type { TagHistory } from './tag-history.ts';

const pictureMs = 100;

/**
 * Repeats the last picture, then adds silence: from the end of `history` to just beyond `untilMs`, so that both tracks pass
 * it.
 */
export function stillTags(
  history: Pick<TagHistory, 'lastKeyframe' | 'lastOf'>,
  untilMs: number,
  { silence, audioFrameMs }: Pick<InputFormat, 'silence' | 'audioFrameMs'>,
): StreamTag[] {
  const tags: StreamTag[] = [];
  const endMs = untilMs + pictureMs;
  const still = history.lastKeyframe;
  for (let at = history.lastOf('video') + pictureMs; still && at <= endMs; at += pictureMs) {
    tags.push({ ...still, streamMs: at });
  }
  for (let at = history.lastOf('audio') + audioFrameMs; silence && at <= endMs; at += audioFrameMs) {
    tags.push({ type: 'audio', streamMs: Math.floor(at), payload: silence, keyframe: false });
  }
  return tags;
}
