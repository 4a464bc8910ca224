import type { InputFormat } from '../../../policy/input-format.ts';
import { pictureTimes } from '../../../policy/picture-times.ts';
import {
  repeatMs,
  repeatTag,
  type StreamTag,
  shortestPictureMs,
  silenceTag,
} from '../../../policy/stream-tag.ts';
import type { TagHistory } from './tag-history.ts';

/**
 * Repeats the last picture, then adds silence: from the end of `history` to just beyond `untilMs`, so that both tracks pass
 * it. The last repeat only ends the segment before it: 1 ms behind the line, because rounded timestamps could present one that is
 * on the line before it.
 */
export function stillTags(
  history: Pick<TagHistory, 'lastOf'>,
  untilMs: number,
  { audioHeader, silence, audioFrameMs }: Pick<InputFormat, 'audioHeader' | 'silence' | 'audioFrameMs'>,
  partMs: number,
): StreamTag[] {
  const tags: StreamTag[] = [];
  const endMs = untilMs + repeatMs;
  // The next run's first picture may be at `untilMs`.
  for (const at of pictureTimes(history.lastOf('video'), untilMs - shortestPictureMs, partMs))
    tags.push(repeatTag(at));
  tags.push(repeatTag(untilMs + 1));
  for (let at = history.lastOf('audio') + audioFrameMs; silence && at <= endMs; at += audioFrameMs) {
    tags.push(silenceTag(Math.floor(at), silence, audioHeader));
  }
  return tags;
}

/** Shows the first picture before its own time as well, from `fromMs` on, so that its segment is whole. */
export function stillsBefore(first: StreamTag, fromMs: number, partMs: number): StreamTag[] {
  const untilMs = first.streamMs - shortestPictureMs;
  if (fromMs > untilMs) return [];
  return [{ ...first, streamMs: fromMs }, ...pictureTimes(fromMs, untilMs, partMs).map(repeatTag)];
}
