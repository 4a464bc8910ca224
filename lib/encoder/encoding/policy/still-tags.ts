import type { InputFormat } from '../../policy/input-format.ts';
import { repeatTag, type StreamTag } from '../../policy/stream-tag.ts';
import type { TagHistory } from './tag-history.ts';

const pictureMs = 100;

/**
 * Repeats the last picture, then adds silence: from the end of `history` to just beyond `untilMs`, so that both tracks pass
 * it.
 */
export function stillTags(
  history: Pick<TagHistory, 'lastOf'>,
  untilMs: number,
  { audioHeader, silence, audioFrameMs }: Pick<InputFormat, 'audioHeader' | 'silence' | 'audioFrameMs'>,
): StreamTag[] {
  const tags: StreamTag[] = [];
  const endMs = untilMs + pictureMs;
  for (let at = history.lastOf('video') + pictureMs; at <= endMs; at += pictureMs) tags.push(repeatTag(at));
  for (let at = history.lastOf('audio') + audioFrameMs; silence && at <= endMs; at += audioFrameMs) {
    const streamMs = Math.floor(at);
    tags.push({ type: 'audio', streamMs, payload: silence, keyframe: false, audioHeader, filler: true });
  }
  return tags;
}
