import type { TrackHeader } from '../../policy/track-header.ts';
import { type MeasuredRates, measuredSegment, RateMeter } from './measured-rates.ts';
import type { SegmentFacts } from './segment-facts.ts';
import { SegmentTable } from './segment-table.ts';

/** What was published of one rendition. Its rates are kept up to date, because each live playlist states them. */
export class Rendition {
  readonly id: string;
  /** As it was last encoded. */
  header: TrackHeader;
  readonly #segments = new SegmentTable();
  readonly #firstPeakBps: number;
  #meter: RateMeter;
  #last: number | undefined;

  /** `peakBps`: as measured by another worker, which knew the segments' sizes. */
  constructor(id: string, header: TrackHeader, peakBps = 0) {
    this.id = id;
    this.header = header;
    this.#firstPeakBps = peakBps;
    this.#meter = new RateMeter(peakBps);
  }

  get segments(): Pick<SegmentTable, 'bytes' | 'get' | 'has' | 'lastNumber' | 'numbers' | 'size'> {
    return this.#segments;
  }

  /** Its own rates; undefined if no segment's size is known. */
  get rates(): MeasuredRates | undefined {
    return this.#meter.rates;
  }

  note(number: number, facts: SegmentFacts): void {
    const isNext = this.#last === undefined || number > this.#last;
    this.#segments.set(number, facts);
    if (isNext) this.#measure(number, facts);
    else this.#measureAgain();
  }

  /** The segment was not stored after all. */
  forget(number: number): void {
    if (!this.#segments.has(number)) return;
    this.#segments.delete(number);
    this.#measureAgain();
  }

  #measure(number: number, facts: SegmentFacts): void {
    if (this.#last !== undefined && number > this.#last + 1) this.#meter.add(undefined);
    this.#last = number;
    this.#meter.add(measuredSegment(facts, this.header.timescale));
  }

  /** Numbers don't come in order only where pictures joined sound, and are forgotten only where the origin was away. */
  #measureAgain(): void {
    this.#meter = new RateMeter(this.#firstPeakBps);
    this.#last = undefined;
    for (const number of this.#segments.numbers()) this.#measure(number, this.#segments.get(number)!);
  }
}
