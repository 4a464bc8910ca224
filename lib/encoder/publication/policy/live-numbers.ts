import { segmentMs } from '../../../packaging/segment-grid.ts';
import type { Part } from '../../encoding/policy/part.ts';
import type { TrackHeader } from '../../policy/track-header.ts';
import type { NumberedHeaders } from './period-log.ts';
import type { NextPart, OpenNumber, PartFacts } from './publication-model.ts';

type Headers = ReadonlyMap<string, TrackHeader>;

/** A number that is being made, or is made and not yet in the store. */
export interface LiveNumber extends NumberedHeaders {
  readonly run: number;
  /** What its encoder makes; `headers` is what of it viewers are told. */
  readonly made: Headers;
  headers: Headers;
  readonly initName: string;
  readonly parts: Map<string, PartFacts[]>;
  /** When all of it was there, by the monotonic clock; undefined while it grows. */
  completeAtMs?: number;
  isListed: boolean;
}

/**
 * A segment is listed as soon as the store has it, so that players which come later find it there, and at the latest this long after it
 * is complete: an origin that is away must not stop viewers.
 */
const listedWithinMs = 400;
/** Parts are listed for the last three target durations (rfc8216bis 6.2.2). */
const segmentsWithParts = 3;

/** What comes after the last number in the store, in ascending order, and the parts of what was listed last. */
export class LiveNumbers {
  readonly #partsInSegment: number;
  #ahead: LiveNumber[] = [];
  /** Stored and listed, as long as their parts are. */
  #recent: LiveNumber[] = [];
  /** Of the newest part or group. */
  #run: number | undefined;
  #storedThrough: number;

  constructor(partMs: number, storedThrough = -1) {
    this.#partsInSegment = Math.round(segmentMs / partMs);
    this.#storedThrough = storedThrough;
  }

  get all(): readonly LiveNumber[] {
    return this.#ahead;
  }

  /** Listed, though not in the store. */
  get listed(): readonly LiveNumber[] {
    return this.#ahead.filter(({ isListed }) => isListed);
  }

  get open(): LiveNumber | undefined {
    return this.#ahead.find(({ isListed }) => !isListed);
  }

  find(number: number): LiveNumber | undefined {
    return this.#ahead.find((each) => each.number === number);
  }

  /**
   * The number as this run makes it. What an earlier run left incomplete of it, and of those behind it, is gone: this one makes it
   * again. Undefined if it is too late for that.
   */
  of(
    { number, run }: { readonly number: number; readonly run: number },
    begin: () => Pick<LiveNumber, 'made' | 'headers' | 'initName'>,
  ): LiveNumber | undefined {
    if (number <= this.#storedThrough) return undefined;
    const known = this.find(number);
    if (known && (known.run === run || known.completeAtMs !== undefined || known.run > run))
      return known.run === run ? known : undefined;
    this.#ahead = this.#ahead.filter(
      (each) => each.number < number || each.run >= run || each.completeAtMs !== undefined,
    );
    this.#run = Math.max(this.#run ?? 0, run);
    const fresh = { ...begin(), number, run, parts: new Map<string, PartFacts[]>(), isListed: false };
    this.#ahead.push(fresh);
    this.#ahead.sort((a, b) => a.number - b.number);
    return fresh;
  }

  /** Returns false if it isn't the next part of its rendition. */
  add(entry: LiveNumber, id: string, part: Part): boolean {
    const parts = entry.parts.get(id) ?? [];
    if (part.index !== parts.length) return false;
    const { run, index, startTicks, durationTicks, independent } = part;
    parts.push({ run, index, startTicks, durationTicks, independent });
    entry.parts.set(id, parts);
    return true;
  }

  /** All of it is there. Numbers before it that are still incomplete stay so. */
  complete(entry: LiveNumber, nowMs: number): void {
    entry.completeAtMs = nowMs;
    this.#ahead = this.#ahead.filter(
      ({ number, completeAtMs }) => number >= entry.number || completeAtMs !== undefined,
    );
  }

  /** Lists what may be; returns true if anything new is. */
  list(nowMs: number): boolean {
    let isNew = false;
    for (const each of this.#ahead) {
      if (each.isListed) continue;
      if (each.completeAtMs === undefined || nowMs - each.completeAtMs < listedWithinMs) break;
      each.isListed = true;
      isNew = true;
    }
    return isNew;
  }

  /** The store has it. Numbers before it that weren't stored never will be; returns them. */
  stored(entry: LiveNumber): readonly LiveNumber[] {
    const lost = this.#ahead.filter(({ number }) => number < entry.number);
    this.#ahead = this.#ahead.filter(({ number }) => number > entry.number);
    this.#storedThrough = entry.number;
    entry.isListed = true;
    this.#recent = [...this.#recent, entry].slice(-segmentsWithParts);
    return lost;
  }

  drop(entry: LiveNumber): void {
    this.#ahead = this.#ahead.filter((each) => each !== entry);
  }

  /** Parts of listed numbers that are still listed. */
  get listedParts(): ReadonlyMap<number, LiveNumber['parts']> {
    const newest = [...this.#recent, ...this.listed].slice(-segmentsWithParts);
    return new Map(newest.map(({ number, parts }) => [number, parts]));
  }

  /** The part that this rendition publishes next; undefined before the first one of all. */
  nextOf(id: string, listedThrough: number): NextPart | undefined {
    if (this.#run === undefined) return undefined;
    const { open } = this;
    if (!open) return { number: listedThrough + 1, index: 0, run: this.#run };
    const index = open.parts.get(id)?.length ?? 0;
    if (open.completeAtMs === undefined && index < this.#partsInSegment)
      return { number: open.number, index, run: open.run };
    const following = this.#ahead.find(({ number }) => number > open.number);
    return {
      number: following?.number ?? open.number + 1,
      index: 0,
      run: following?.run ?? this.#run,
    };
  }
}

/** As the models get it. */
export const openNumber = (
  { number, initName, headers, parts }: LiveNumber,
  discontinuity: boolean,
): OpenNumber => ({
  number,
  initName,
  discontinuity,
  headers,
  parts: new Map([...parts].filter(([id]) => headers.has(id))),
});
