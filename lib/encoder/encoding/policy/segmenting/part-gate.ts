import type { TrackHeader } from '../../../policy/track-header.ts';
import type { Part } from './part.ts';

export interface ReleasedPart {
  readonly track: string;
  readonly part: Part;
  /** Of all tracks of the run. */
  readonly headers: ReadonlyMap<string, TrackHeader>;
}

interface Run {
  readonly id: number;
  readonly tracks: readonly string[];
  headers: ReadonlyMap<string, TrackHeader>;
  waiting: { readonly track: string; readonly part: Part }[];
  /** The newest number that pictures have a part of. */
  picturesThrough: number;
  /** Everything it makes is out. */
  isOver: boolean;
}

/**
 * Says when parts can be handed on: once the headers of all tracks are known, after those of the run before, and sound not before the
 * first pictures of its segment, because sound that outlasts the pictures at the end of a broadcast isn't published. What it holds
 * goes out, or is dropped, with the group of its number.
 */
export class PartGate {
  readonly #runs: Run[] = [];

  /** Adds a run that makes parts from where the previous one stops. */
  addRun(id: number, tracks: readonly string[], hasPictures: boolean): void {
    const picturesThrough = hasPictures ? -1 : Number.POSITIVE_INFINITY;
    this.#runs.push({ id, tracks, headers: new Map(), waiting: [], picturesThrough, isOver: false });
  }

  push(id: number, track: string, part: Part): readonly ReleasedPart[] {
    const run = this.#find(id);
    if (!run) return [];
    if (run.headers.get(track)?.kind === 'video') {
      run.picturesThrough = Math.max(run.picturesThrough, part.number);
    }
    run.waiting.push({ track, part });
    return this.#release();
  }

  /** The headers that are known of a run by now, in ladder order. */
  headers(id: number, headers: ReadonlyMap<string, TrackHeader>): readonly ReleasedPart[] {
    const run = this.#find(id);
    if (run) run.headers = headers;
    return this.#release();
  }

  /** A group comes out: returns its parts that are still here. */
  group(id: number, number: number): readonly ReleasedPart[] {
    const run = this.#find(id);
    if (!run) return [];
    run.picturesThrough = Math.max(run.picturesThrough, number);
    const released = this.#release();
    run.waiting = run.waiting.filter(({ part }) => part.number > number);
    return released;
  }

  /** All parts of the run are out: those of the next one may follow. */
  over(id: number): readonly ReleasedPart[] {
    const run = this.#find(id);
    if (run) run.isOver = true;
    return this.#release();
  }

  /** The run has ended, or crashed: another one makes what it left incomplete. */
  endRun(id: number): readonly ReleasedPart[] {
    const at = this.#runs.findIndex((run) => run.id === id);
    if (at >= 0) this.#runs.splice(at, 1);
    return this.#release();
  }

  #find(id: number): Run | undefined {
    return this.#runs.find((run) => run.id === id);
  }

  #release(): readonly ReleasedPart[] {
    const released: ReleasedPart[] = [];
    for (const run of this.#runs) {
      const { headers, picturesThrough } = run;
      if (run.waiting.length > 0 && run.tracks.every((track) => headers.has(track))) {
        const isDue = ({ track, part }: Run['waiting'][number]): boolean =>
          headers.get(track)?.kind === 'video' || part.number <= picturesThrough;
        for (const each of run.waiting) if (isDue(each)) released.push({ ...each, headers });
        run.waiting = run.waiting.filter((each) => !isDue(each));
      }
      if (!run.isOver) break;
    }
    return released;
  }
}
