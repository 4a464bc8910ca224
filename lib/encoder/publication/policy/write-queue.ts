import type { SegmentGroup } from '../../encoding/policy/segmenting/segment-groups.ts';
import type { TrackHeader } from '../../policy/track-header.ts';
import type { SegmentFacts } from './segment-facts.ts';

/** A group that waits to be written, or is being written. */
export interface QueuedGroup {
  readonly group: SegmentGroup;
  readonly headers: ReadonlyMap<string, TrackHeader>;
  readonly bytes: number;
  /** What another encoder had stored under the names of its segments. */
  readonly foreign: Map<string, SegmentFacts | undefined>;
  underWay: boolean;
  /** Dropped to make room for newer ones. If its write is under way, it may still succeed. */
  givenUp: boolean;
}

/** Limit for segments waiting for an origin that isn't accepting them: above it the oldest are dropped. */
const maxBytes = 48 * 1024 * 1024;
/** These are never dropped. */
const newest = 2;

/** Groups of a broadcast that wait for the origin. */
export class WriteQueue {
  #groups: QueuedGroup[] = [];
  #bytes = 0;

  get length(): number {
    return this.#groups.length;
  }

  /** Returns the groups that it leaves no room for. */
  push(group: SegmentGroup, headers: ReadonlyMap<string, TrackHeader>): readonly QueuedGroup[] {
    const bytes = [...group.segments.values()].reduce((sum, segment) => sum + segment.bytes, 0);
    this.#groups.push({ group, headers, bytes, foreign: new Map(), underWay: false, givenUp: false });
    this.#bytes += bytes;
    return this.#shed();
  }

  /** The oldest ones, which stay in it. */
  oldest(count: number): readonly QueuedGroup[] {
    return this.#groups.slice(0, count);
  }

  /** Takes the oldest one out. */
  shift(): QueuedGroup | undefined {
    const queued = this.#groups.shift();
    if (queued && !queued.givenUp) this.#bytes -= queued.bytes;
    return queued;
  }

  clear(): void {
    this.#groups = [];
    this.#bytes = 0;
  }

  /** The oldest go first: viewers want what is live. A group whose write is under way drops out by itself. */
  #shed(): readonly QueuedGroup[] {
    for (const queued of this.#groups.slice(0, -newest)) {
      if (this.#bytes <= maxBytes || queued.givenUp) continue;
      queued.givenUp = true;
      this.#bytes -= queued.bytes;
    }
    const isOut = ({ givenUp, underWay }: QueuedGroup): boolean => givenUp && !underWay;
    const out = this.#groups.filter(isOut);
    if (out.length > 0) this.#groups = this.#groups.filter((queued) => !isOut(queued));
    return out;
  }
}
