import { segmentMs } from '../../../packaging/segment-grid.ts';

/** The first frame of a part may lie this much of a part before its place on the grid (rounding), or after it (few frames a second). */
const roundingShare = 0.25;

/**
 * Up to where parts with pictures are visible, for the proxy: if this worker is lost, the next encoder forces key frames where players
 * may wait for the next part. Those are where the furthest rendition ends; the part before, which has not reached every player yet; and
 * what lies between them and the rendition that is behind.
 */
export class PartsThrough {
  readonly #partMs: number;
  /** End of the last part of each rendition, in stream ms on the grid. */
  readonly #endsMs = new Map<string, number>();
  #throughMs = 0;

  constructor(partMs: number) {
    this.#partMs = partMs;
  }

  /**
   * A part of a rendition that begins at `startMs` (stream time) is about to become visible. Returns the times to tell (ms, ascending,
   * at most a segment's parts and one more) if it is the furthest.
   */
  part(rendition: string, startMs: number): readonly number[] | undefined {
    const partMs = this.#partMs;
    const endMs = (Math.floor(startMs / partMs + roundingShare) + 1) * partMs;
    this.#endsMs.set(rendition, endMs);
    if (endMs <= this.#throughMs) return undefined;
    this.#throughMs = endMs;
    return boundaries(this.#leastMs() - partMs, endMs, partMs);
  }

  /** One that is a segment behind is made no longer. */
  #leastMs(): number {
    const current = [...this.#endsMs.values()].filter((ms) => ms > this.#throughMs - segmentMs);
    return Math.min(...current);
  }
}

/** The ends of parts from `fromMs` through `throughMs`. */
function boundaries(fromMs: number, throughMs: number, partMs: number): number[] {
  const firstMs = Math.max(fromMs, 0);
  return Array.from(
    { length: Math.round((throughMs - firstMs) / partMs) + 1 },
    (_, index) => firstMs + index * partMs,
  );
}

/**
 * Every end of a part in the segment that begins at `startMs`: where a worker continues without knowing what players have of it,
 * because the one before was still at work when the proxy asked this one, or because the publisher came back by itself.
 */
export const partEndsIn = (startMs: number, partMs: number): readonly number[] =>
  boundaries(startMs + partMs, startMs + segmentMs - partMs, partMs);
