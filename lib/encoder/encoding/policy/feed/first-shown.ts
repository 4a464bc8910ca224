import type { StreamTag } from '../../../policy/stream-tag.ts';
import { compositionMs } from './picture-feed.ts';

/** The picture that a run begins with, and from which the grid is counted, in stream time. */
export interface FirstShown {
  readonly decodedMs: number;
  readonly presentedMs: number;
}

/**
 * The first picture at or after `fromMs`; undefined if it has not come yet. Pictures that follow a recovery point and are presented
 * before it refer to what came before it: if they were shown, the grid would be counted from one of them, in this run alone.
 */
export function firstShown(tags: readonly StreamTag[], fromMs: number): FirstShown | undefined {
  const pictures = tags.filter(({ type, hidden }) => type === 'video' && !hidden);
  const first = pictures.find(({ streamMs }) => streamMs >= fromMs);
  if (!first) return undefined;
  // Pictures come out in the order of presentation, as much later as the first one of all does.
  return { decodedMs: first.streamMs, presentedMs: first.streamMs + compositionMs(pictures[0]!) };
}
