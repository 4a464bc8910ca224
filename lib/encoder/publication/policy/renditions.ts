import type { TrackHeader } from '../../policy/track-header.ts';
import { bestFirst } from './live/live-tail.ts';
import { Rendition } from './rendition.ts';
import type { SegmentFacts } from './segment-facts.ts';

/** Every rendition of a broadcast that ever existed, and its segments, stored or only complete. */
export class Renditions {
  readonly #byId: Map<string, Rendition>;

  /** `restored`: those that another worker made. */
  constructor(restored: readonly Rendition[] = []) {
    this.#byId = new Map(restored.map((rendition) => [rendition.id, rendition]));
  }

  /** Best first, sound last. */
  get all(): readonly Rendition[] {
    return bestFirst([...this.#byId.values()]);
  }

  /** The last segment's end in stream time. */
  get endMs(): number {
    const ends = [...this.#byId.values()].map(({ header, segments }) => {
      const last = segments.get(segments.lastNumber);
      return last ? ((last.startTicks + last.durationTicks) * 1000) / header.timescale : 0;
    });
    return Math.max(0, ...ends);
  }

  /** What all segments come to; of those of an earlier worker nearly. */
  get bytes(): number {
    return [...this.#byId.values()].reduce((sum, { segments }) => sum + segments.bytes, 0);
  }

  has(id: string, number: number): boolean {
    return this.#byId.get(id)?.segments.has(number) === true;
  }

  /** Notes a segment of a rendition, which is made with `header` now. */
  note(id: string, header: TrackHeader, number: number, facts: SegmentFacts): void {
    const rendition = this.#byId.get(id) ?? new Rendition(id, header);
    this.#byId.set(id, rendition);
    rendition.header = header;
    rendition.note(number, facts);
  }

  forget(id: string, number: number): void {
    this.#byId.get(id)?.forget(number);
  }
}
