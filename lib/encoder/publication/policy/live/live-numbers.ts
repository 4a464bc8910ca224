import { segmentsFor } from '../../../../packaging/segment-grid.ts';
import type { Part } from '../../../encoding/policy/segmenting/part.ts';
import type { TrackHeader } from '../../../policy/track-header.ts';
import { type NumberedHeaders, withNumbers } from '../period-log.ts';
import type { PublishedPeriod } from '../publication-model.ts';
import type { SegmentFacts } from '../segment-facts.ts';
import { type LiveTail, namedPartsMs, type OpenSegment, type TailPart } from './live-tail.ts';

type Headers = ReadonlyMap<string, TrackHeader>;

/** A number that is being made, or is made and not yet in the store. */
export interface LiveNumber extends NumberedHeaders {
  readonly run: number;
  /** What its encoder makes; `headers` is what of it viewers are told. */
  readonly made: Headers;
  headers: Headers;
  readonly initName: string;
  readonly parts: Map<string, TailPart[]>;
  /** Of all that is made, once it is complete. */
  facts: ReadonlyMap<string, SegmentFacts>;
  /** When all of it was there, by the monotonic clock; undefined while it grows. */
  completeAtMs?: number;
  isListed: boolean;
}

/**
 * A segment is listed as soon as the store has it, so that players which come later find it there, and at the latest this long after it
 * is complete: an origin that is away must not stop viewers.
 */
const listedWithinMs = 400;
const segmentsWithParts = segmentsFor(namedPartsMs);

/** What comes after the last number in the store, in ascending order, and the parts of what was listed last. */
export class LiveNumbers {
  #ahead: LiveNumber[] = [];
  /** Stored and listed, as long as their parts are. */
  #recent: LiveNumber[] = [];
  /** Of the newest part or group. */
  #run: number | undefined;
  #storedThrough: number;

  /** `storedThrough`: the last number that another worker published. */
  constructor(storedThrough = -1) {
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

  /** The number that grows, in the last of these periods or in one that begins with it. */
  openIn(periods: readonly PublishedPeriod[]): OpenSegment | undefined {
    const { open } = this;
    if (!open) return undefined;
    const { number } = open;
    const last = periods.at(-1);
    const period = withNumbers(periods, [open]).at(-1)!;
    const isIn = last?.fromNumber === period.fromNumber;
    return { number, period: isIn ? last : { ...period, toNumber: number - 1 } };
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
    if (known?.run === run) return known;
    if (known && (known.completeAtMs !== undefined || known.run > run)) return undefined;
    this.#ahead = this.#ahead.filter(
      (each) => each.number < number || each.run >= run || each.completeAtMs !== undefined,
    );
    this.#run = Math.max(this.#run ?? 0, run);
    const fresh = {
      ...begin(),
      ...{ number, run, facts: new Map<string, SegmentFacts>(), isListed: false },
      parts: new Map<string, TailPart[]>(),
    };
    this.#ahead.push(fresh);
    this.#ahead.sort((a, b) => a.number - b.number);
    return fresh;
  }

  /** Returns false if it isn't the next part of its rendition. */
  add(entry: LiveNumber, id: string, part: Part): boolean {
    const parts = entry.parts.get(id) ?? [];
    if (part.index !== parts.length) return false;
    const { run, number, index, startTicks, durationTicks, independent } = part;
    parts.push({ run, number, index, startTicks, durationTicks, independent });
    entry.parts.set(id, parts);
    return true;
  }

  /** All of it is there. Numbers before it that are still incomplete never will be. */
  complete(entry: LiveNumber, segments: ReadonlyMap<string, SegmentFacts>, nowMs: number): void {
    entry.completeAtMs = nowMs;
    entry.facts = new Map(
      [...segments].map(([id, { startTicks, durationTicks, bytes }]) => [
        id,
        { startTicks, durationTicks, bytes },
      ]),
    );
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

  /** The parts that playlists name, without those of later numbers than the open one. Undefined before the first. */
  get parts(): Pick<LiveTail, 'run' | 'parts'> | undefined {
    if (this.#run === undefined) return undefined;
    const { open } = this;
    const listed = [...this.#recent, ...this.listed].slice(-segmentsWithParts);
    const parts = new Map<string, Map<number, readonly TailPart[]>>();
    for (const entry of open ? [...listed, open] : listed)
      for (const [id, each] of entry.parts) {
        if (!entry.headers.has(id)) continue;
        const ofId = parts.get(id) ?? new Map<number, readonly TailPart[]>();
        parts.set(id, ofId.set(entry.number, each));
      }
    const following = open && this.#ahead.find(({ number }) => number > open.number);
    return { run: following?.run ?? this.#run, parts };
  }
}
