import { segmentMs } from '../../../packaging/segment-grid.ts';
import { mostKeyFrames } from '../../../protocol/relay/link-frames.ts';

/**
 * Up to where parts with pictures are visible. If they are made again, by another worker or by another run of the encoder, there are
 * key frames where players may wait for the next part: where the furthest rendition ends; where the part before ends, since the last has
 * not reached every player yet; and what lies between them and the same of the rendition that is behind.
 */
export class PartsThrough {
  /** By rendition, where its last part ends and where the one before ended, in stream ms. */
  readonly #last = new Map<string, { readonly endMs: number; readonly beforeMs: number }>();
  /** Of all renditions, ascending. */
  #endsMs: readonly number[] = [];
  #throughMs = 0;
  /** Of the worker before, ascending. */
  #leftMs: readonly number[] = [];

  /** What another worker left is made again. Returns these times, in order. */
  continue(keyFramesAtMs: readonly number[]): readonly number[] {
    this.#leftMs = [...keyFramesAtMs].sort((a, b) => a - b).slice(-mostKeyFrames);
    return this.#leftMs;
  }

  /**
   * A part of a rendition is about to become visible; the next one begins at `nextMs` (stream time). Returns the times to tell (ms,
   * ascending, at most {@link mostKeyFrames}) if it is the furthest; with those that the worker before had reached and this one has not.
   */
  part(rendition: string, nextMs: number): readonly number[] | undefined {
    const endMs = Math.round(nextMs);
    this.#last.set(rendition, { endMs, beforeMs: this.#last.get(rendition)?.endMs ?? endMs });
    const isFurthest = endMs > this.#throughMs;
    this.#throughMs = Math.max(this.#throughMs, endMs);
    const oldestMs = this.#throughMs - segmentMs;
    const recent = this.#endsMs.filter((ms) => ms >= oldestMs && ms !== endMs);
    this.#endsMs = [...recent, endMs].sort((a, b) => a - b);
    if (!isFurthest) return undefined;
    this.#leftMs = this.#leftMs.filter((ms) => ms > endMs);
    // A rendition that is a segment behind is made no longer.
    const current = [...this.#last.values()].filter((each) => each.endMs > oldestMs);
    const leastMs = Math.min(...current.map(({ beforeMs }) => beforeMs));
    return [...this.#endsMs.filter((ms) => ms >= leastMs), ...this.#leftMs].slice(-mostKeyFrames);
  }
}

/**
 * Every end of a part in the segment that begins at `startMs`: where a worker continues without knowing what players have of it,
 * because the one before was still at work when the proxy asked this one, or because the publisher came back by itself.
 */
export const partEndsIn = (startMs: number, partMs: number): readonly number[] =>
  Array.from({ length: Math.round(segmentMs / partMs) - 1 }, (_, index) => startMs + (index + 1) * partMs);
