import type { TrackHeader } from '../../../policy/track-header.ts';
import type { Part } from './part.ts';
import { PartGate, type ReleasedPart } from './part-gate.ts';
import { dropAudioOnlyEnd, GroupCollector, type SegmentGroup } from './segment-groups.ts';
import type { Segment } from './segmenter.ts';

export interface RunOutputsHandler {
  /**
   * A part of a rendition, as soon as its last frame is out: in order for each track, before the group of its number. `headers`: of
   * all tracks of the run. A run that makes a number again begins with part 0; what came of it before counts no longer.
   */
  part(track: string, part: Part, headers: ReadonlyMap<string, TrackHeader>): void;
  group(group: SegmentGroup, headers: ReadonlyMap<string, TrackHeader>): void;
}

interface Run {
  /** In ladder order. */
  readonly tracks: readonly string[];
  headers: ReadonlyMap<string, TrackHeader>;
}

/** Brings what the runs of a broadcast make into one order: one run after the other, and each part before the group of its number. */
export class RunOutputs {
  readonly #handler: RunOutputsHandler;
  readonly #collector = new GroupCollector();
  readonly #gate = new PartGate();
  readonly #runs = new Map<number, Run>();

  constructor(handler: RunOutputsHandler) {
    this.#handler = handler;
  }

  /** Adds a run that makes these tracks, in ladder order, from where the previous one stops. */
  addRun(id: number, tracks: readonly string[], hasPictures: boolean): void {
    this.#runs.set(id, { tracks, headers: new Map() });
    this.#collector.addRun(id, tracks);
    this.#gate.addRun(id, tracks, hasPictures);
  }

  /** The first number that no group of this run has come out for; undefined once the run is over. */
  nextOf(id: number): number | undefined {
    return this.#collector.nextOf(id);
  }

  /** Headers arrive as the tracks start; they are kept in ladder order. */
  header(id: number, track: string, header: TrackHeader): void {
    const run = this.#runs.get(id);
    if (!run) return;
    const known = new Map(run.headers).set(track, header);
    run.headers = new Map(run.tracks.flatMap((each) => (known.has(each) ? [[each, known.get(each)!]] : [])));
    this.#handOn(this.#gate.headers(id, run.headers));
  }

  part(id: number, track: string, part: Part): void {
    this.#handOn(this.#gate.push(id, track, part));
  }

  segment(id: number, track: string, segment: Segment): void {
    this.#emit(this.#collector.push(id, track, segment));
  }

  /** All that the run was to make is out: parts of the next one may follow. */
  over(id: number): void {
    this.#handOn(this.#gate.over(id));
  }

  /**
   * The run makes nothing more. `isWhole`: it made all that it was to make; otherwise another one makes what it left incomplete.
   * `endsPictures`: no other one follows it, and it had pictures.
   */
  ended(id: number, { isWhole, endsPictures }: { isWhole: boolean; endsPictures: boolean }): void {
    const groups = isWhole ? this.#collector.endRun(id) : this.#collector.abandonRun(id);
    this.#emit(endsPictures ? dropAudioOnlyEnd(groups) : groups);
    this.#handOn(this.#gate.endRun(id));
    // Groups of a run that is done before the one in front of it still wait for that.
    for (const known of this.#runs.keys())
      if (this.#collector.nextOf(known) === undefined) this.#runs.delete(known);
  }

  #emit(groups: readonly SegmentGroup[]): void {
    for (const group of groups) {
      const headers = this.#runs.get(group.run)?.headers;
      this.#handOn(this.#gate.group(group.run, group.number));
      if (headers) this.#handler.group(group, headers);
    }
  }

  #handOn(parts: readonly ReleasedPart[]): void {
    for (const { track, part, headers } of parts) this.#handler.part(track, part, headers);
  }
}
