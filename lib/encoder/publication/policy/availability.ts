import { segmentStartMs } from '../../../packaging/segment-grid.ts';

/**
 * DASH players request segments by the clock; this margin on top of the first segment's arrival covers those that take
 * longer.
 */
const segmentMarginMs = 700;
/**
 * With parts it is what a part usually takes, counted from stream time 0 on the clock: how long the first one took would stay in every
 * viewer's latency. Who asks earlier waits for it.
 */
const partMarginMs = 100;

/** From when on players may request what (`availabilityStartTime`, ISO/IEC 23009-1 5.3.1.2): decided once, by what comes first. */
export class Availability {
  #startMs: number | undefined;

  /** `startMs`: what another worker has told players. */
  constructor(startMs?: number) {
    this.#startMs = startMs;
  }

  /** A part is there. `startedAtMs`: Unix ms of stream time 0. */
  hasPart(startedAtMs: number): void {
    this.#startMs ??= startedAtMs + partMarginMs;
  }

  /** Unix ms at which stream time 0 counts as available, now that segment `number` is there. `nowMs`: Unix time. */
  startMs(number: number, nowMs: number): number {
    this.#startMs ??= nowMs - segmentEndMs(number) + segmentMarginMs;
    return this.#startMs;
  }

  /** Unix ms from which players may request this segment; undefined as long as that isn't decided. */
  of(number: number): number | undefined {
    return this.#startMs === undefined ? undefined : this.#startMs + segmentEndMs(number);
  }
}

const segmentEndMs = (number: number): number => segmentStartMs(number + 1);
