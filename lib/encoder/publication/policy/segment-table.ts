import type { SegmentFacts } from './segment-facts.ts';

/** Numbers in a page: 17 minutes of segments, 9 KB. */
const pageSize = 512;

interface Page {
  readonly startTicks: Float64Array;
  /** 0 where there is no segment. */
  readonly durationTicks: Uint32Array;
  readonly bytes: Uint32Array;
}

/**
 * What is known of each segment of a rendition, by number. A broadcast may last for days and nothing of it is forgotten until its
 * recording is written, so a segment takes 16 bytes and none of the collector's time.
 */
export class SegmentTable {
  readonly #pages = new Map<number, Page>();
  #count = 0;
  #last = -1;
  #bytes = 0;

  get size(): number {
    return this.#count;
  }

  /** The highest number; -1 without any. */
  get lastNumber(): number {
    return this.#last;
  }

  /** What it takes, empty places included. */
  get allocatedBytes(): number {
    return this.#pages.size * pageSize * 16;
  }

  /** Of all segments. */
  get bytes(): number {
    return this.#bytes;
  }

  has(number: number): boolean {
    return this.#durationOf(number) > 0;
  }

  get(number: number): SegmentFacts | undefined {
    const durationTicks = this.#durationOf(number);
    if (durationTicks === 0) return undefined;
    const page = this.#pages.get(pageOf(number))!;
    const at = number % pageSize;
    return { startTicks: page.startTicks[at]!, durationTicks, bytes: page.bytes[at]! };
  }

  /** A segment without duration counts as lasting one tick. */
  set(number: number, { startTicks, durationTicks, bytes }: SegmentFacts): void {
    const page = this.#pages.get(pageOf(number)) ?? this.#newPage(pageOf(number));
    const at = number % pageSize;
    if (page.durationTicks[at] === 0) this.#count++;
    this.#bytes += bytes - page.bytes[at]!;
    page.startTicks[at] = startTicks;
    page.durationTicks[at] = Math.max(1, durationTicks);
    page.bytes[at] = bytes;
    this.#last = Math.max(this.#last, number);
  }

  delete(number: number): void {
    const page = this.#pages.get(pageOf(number));
    if (!page || !this.has(number)) return;
    const at = number % pageSize;
    this.#bytes -= page.bytes[at]!;
    page.bytes[at] = 0;
    page.durationTicks[at] = 0;
    this.#count--;
    while (this.#last >= 0 && !this.has(this.#last)) this.#last--;
  }

  /** In ascending order. */
  *numbers(): Generator<number> {
    for (const key of [...this.#pages.keys()].sort((a, b) => a - b)) {
      const { durationTicks } = this.#pages.get(key)!;
      for (let at = 0; at < pageSize; at++) if (durationTicks[at] !== 0) yield key * pageSize + at;
    }
  }

  #durationOf(number: number): number {
    return this.#pages.get(pageOf(number))?.durationTicks[number % pageSize] ?? 0;
  }

  #newPage(key: number): Page {
    const page = {
      startTicks: new Float64Array(pageSize),
      durationTicks: new Uint32Array(pageSize),
      bytes: new Uint32Array(pageSize),
    };
    this.#pages.set(key, page);
    return page;
  }
}

const pageOf = (number: number): number => Math.floor(number / pageSize);
