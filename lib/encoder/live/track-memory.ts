import type { SharedBody } from '../../net/shared-body.ts';
import type { Part } from '../encoding/policy/segmenting/part.ts';
import type { Segment } from '../encoding/policy/segmenting/segmenter.ts';
import { liveLimits } from './policy/live-limits.ts';
import { Take, type Window } from './take.ts';

export interface HeldBytes {
  readonly body: SharedBody;
  /** @default all of it */
  readonly window?: Window;
}

/** The last few segments of one rendition, and the one that is being made. */
export class TrackMemory {
  /** By number, ascending. The last take of each is the current one. */
  readonly #segments = new Map<number, Take[]>();
  #newest = -1;
  /** The last number that is complete or was left out. */
  #passed = -1;

  /** The number that is being made, or comes next. */
  get openNumber(): number {
    return Math.max(this.#newest, this.#passed + 1);
  }

  get segments(): number {
    return this.#segments.size;
  }

  get takes(): number {
    let count = 0;
    for (const takes of this.#segments.values()) count += takes.length;
    return count;
  }

  get bytes(): number {
    let sum = 0;
    for (const takes of this.#segments.values()) for (const { body } of takes) sum += body.capacityBytes;
    return sum;
  }

  get oldest(): number | undefined {
    return this.#segments.keys().next().value;
  }

  add({ number, index, run, chunk }: Part): void {
    if (number <= this.#passed) return;
    const current = this.#current(number);
    const take = current?.run === run ? current : this.#begin(number, run);
    // One that has failed, or of which a part is missing, is made good when the segment is whole.
    if (take.hasFailed || take.parts !== index) return;
    take.add(chunk);
  }

  /** This is the whole segment; undefined if the rendition has none with this number. */
  complete(number: number, run: number, segment: Segment | undefined, nowMs: number): void {
    this.#passed = Math.max(this.#passed, number);
    const current = this.#current(number);
    if (!segment) {
      current?.fail();
      return;
    }
    const isWhole = current && current.run === run && !current.hasFailed && current.bytes === segment.bytes;
    const take = isWhole ? current : this.#begin(number, run);
    if (!isWhole) for (const chunk of segment.chunks) take.add(chunk);
    take.complete(nowMs);
  }

  /** Another encoder's segment has the name: this one is not to be had whole. */
  withdraw(number: number): void {
    this.#current(number)?.fail();
  }

  /** Ends the bodies of complete segments up to `number`. */
  stored(number: number): void {
    for (const [at, takes] of this.#segments) if (at <= number) takes.at(-1)?.end(Number.POSITIVE_INFINITY);
  }

  /** Ends the bodies of segments that have been complete since `completeByMs`. */
  endLate(completeByMs: number): void {
    for (const takes of this.#segments.values()) takes.at(-1)?.end(completeByMs);
  }

  /** Fails what is incomplete and matches. */
  failOpen(matches: (take: Take, number: number) => boolean): void {
    for (const [number, takes] of this.#segments)
      for (const take of takes) if (!take.isComplete && matches(take, number)) take.fail();
  }

  dropBefore(number: number): void {
    for (const at of this.#segments.keys()) {
      if (at >= number) return;
      this.#segments.delete(at);
    }
  }

  part(number: number, index: number, run: number): HeldBytes | undefined {
    const take = this.#segments.get(number)?.findLast((each) => each.run === run);
    const window = take?.window(index);
    return take && window ? { body: take.body, window } : undefined;
  }

  /** Growing, or whole. Undefined if it isn't here, or has to be made again. */
  segment(number: number): HeldBytes | undefined {
    const take = this.#current(number);
    return take && !take.hasFailed && take.parts > 0 ? { body: take.body } : undefined;
  }

  /** How many parts a complete segment has. */
  partsOf(number: number): number | undefined {
    const take = this.#current(number);
    return take?.isComplete ? take.parts : undefined;
  }

  /** Whether this is what the current encoder is expected to make next. */
  isNext(number: number, index: number, run: number): boolean {
    const newest = this.#current(this.#newest);
    if (newest?.run !== run || newest.hasFailed) return false;
    if (number === this.#newest) return !newest.isComplete && index === newest.parts;
    return number === this.#newest + 1 && index === 0;
  }

  /** As much as the last segment, and a tenth: growing a body copies it. */
  get #expectedBytes(): number | undefined {
    const last = this.#current(this.#newest);
    return last?.isComplete ? Math.ceil(last.bytes * 1.1) : undefined;
  }

  #current(number: number): Take | undefined {
    return this.#segments.get(number)?.at(-1);
  }

  #begin(number: number, run: number): Take {
    const takes = this.#segments.get(number) ?? [];
    for (const take of takes) take.fail();
    const take = new Take(run, this.#expectedBytes);
    this.#segments.set(number, [...takes, take].slice(-liveLimits.takes));
    this.#newest = Math.max(this.#newest, number);
    return take;
  }
}
