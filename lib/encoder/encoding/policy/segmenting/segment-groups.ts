import { segmentsFor } from '../../../../packaging/segment-grid.ts';
import type { Segment } from './segmenter.ts';

/** The segments with one number, by rendition id, which are published together. */
export interface SegmentGroup {
  readonly number: number;
  /** The encoder run that made them. */
  readonly run: number;
  readonly segments: ReadonlyMap<string, Segment>;
}

/**
 * Drops groups at the end of a broadcast that have audio only: audio that outlasts the pictures by some milliseconds and
 * crosses a grid line would make a segment whose picture every player misses.
 */
export function dropAudioOnlyEnd(groups: readonly SegmentGroup[]): readonly SegmentGroup[] {
  const last = groups.at(-1);
  return last && [...last.segments.keys()].every((id) => id === 'audio') ? groups.slice(0, -1) : groups;
}

/** Don't wait for a track that is this far behind the first one. Filler keeps the inputs closer together than that. */
const laggardSegments = segmentsFor(8000);

interface Run {
  readonly id: number;
  /** Last number that each track has finished; Infinity after its end. */
  readonly reached: Map<string, number>;
  readonly waiting: Map<number, Map<string, Segment>>;
  emittedTo: number;
}

/**
 * Groups the tracks of a broadcast: a group is complete when every track has finished its number. Groups come out in
 * ascending order, one encoder run after the other. Segments that a track never made are missing from the group; those that
 * arrive too late are dropped.
 */
export class GroupCollector {
  readonly #runs: Run[] = [];

  /** Adds an encoder run that makes segments from where the previous one stops. */
  addRun(id: number, tracks: readonly string[]): void {
    this.#runs.push({
      id,
      reached: new Map(tracks.map((track) => [track, -1])),
      waiting: new Map(),
      emittedTo: -1,
    });
  }

  /** Adds a segment; returns the groups that are now complete. */
  push(id: number, track: string, segment: Segment): SegmentGroup[] {
    const run = this.#runs.find((each) => each.id === id);
    if (run && segment.number > run.emittedTo) {
      const group = run.waiting.get(segment.number) ?? new Map<string, Segment>();
      run.waiting.set(segment.number, group.set(track, segment));
      run.reached.set(track, Math.max(run.reached.get(track) ?? -1, segment.number));
    }
    return this.#collect();
  }

  /** The run makes no more segments of any track. */
  endRun(id: number): SegmentGroup[] {
    const run = this.#runs.find((each) => each.id === id);
    for (const track of run?.reached.keys() ?? []) run?.reached.set(track, Number.POSITIVE_INFINITY);
    return this.#collect();
  }

  /** The run crashed: another run makes what it left incomplete. */
  abandonRun(id: number): SegmentGroup[] {
    this.#runs.find((each) => each.id === id)?.waiting.clear();
    return this.endRun(id);
  }

  /** The first number that this run hasn't returned yet. */
  nextOf(id: number): number | undefined {
    const run = this.#runs.find((each) => each.id === id);
    return run && run.emittedTo + 1;
  }

  #collect(): SegmentGroup[] {
    const groups: SegmentGroup[] = [];
    for (let run = this.#runs[0]; run; run = this.#runs[0]) {
      const reached = [...run.reached.values()];
      const first = Math.max(...reached.filter(Number.isFinite), -1);
      const through = Math.max(Math.min(...reached), first - laggardSegments);
      const numbers = [...run.waiting.keys()].filter((number) => number <= through).sort((a, b) => a - b);
      for (const number of numbers) {
        groups.push({ number, run: run.id, segments: run.waiting.get(number)! });
        run.waiting.delete(number);
        run.emittedTo = number;
      }
      if (through !== Number.POSITIVE_INFINITY) return groups;
      this.#runs.shift();
    }
    return groups;
  }
}
