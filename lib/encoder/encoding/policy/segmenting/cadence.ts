/** Pictures that are farther apart come when somebody changes a slide, not by a clock. */
const longestSteadyMs = 250;
/** So many equal distances make a cadence. */
const fewestDistances = 8;
/** More of them make the prediction no better: what is left is the rounding of timestamps to milliseconds. */
const mostTimes = 17;
/** Publishers' timestamps may be off by so much; so a distance by twice that, or by a quarter if that is less. */
const mostJitterMs = 4;
/** Rounding alone moves a time by up to this much. */
const roundingMs = 1;

/** A line through the last pictures' times. */
export interface Pace {
  /** Where the last picture lies on the line. */
  readonly lastMs: number;
  readonly distanceMs: number;
  /** How far real times lie from the line; 0 if no further than rounding puts them. */
  readonly jitterMs: number;
}

/** Finds the steady distance of a track's pictures, from which the end of the newest one is known before the next one comes. */
export class Cadence {
  #times: number[] = [];

  push(ms: number): void {
    if (!this.#isRegular(ms)) this.#times = [];
    this.#times.push(ms);
    if (this.#times.length > mostTimes) this.#times.shift();
  }

  /** Undefined while pictures come irregularly or too seldom. */
  get pace(): Pace | undefined {
    const times = this.#times;
    if (times.length <= fewestDistances) return undefined;
    const middle = (times.length - 1) / 2;
    const meanMs = times.reduce((sum, ms) => sum + ms, 0) / times.length;
    const squares = times.reduce((sum, _, at) => sum + (at - middle) ** 2, 0);
    const distanceMs = times.reduce((sum, ms, at) => sum + (at - middle) * (ms - meanMs), 0) / squares;
    if (distanceMs > longestSteadyMs) return undefined;
    const offs = times.map((ms, at) => Math.abs(ms - meanMs - (at - middle) * distanceMs));
    const offMs = Math.max(...offs);
    if (offMs > mostJitterMs) return undefined;
    return { lastMs: meanMs + middle * distanceMs, distanceMs, jitterMs: offMs > roundingMs ? offMs : 0 };
  }

  #isRegular(ms: number): boolean {
    const [first] = this.#times;
    const count = this.#times.length - 1;
    if (first === undefined || count === 0) return true;
    const lastMs = this.#times[count]!;
    const distanceMs = (lastMs - first) / count;
    const mayBeOffMs = Math.max(roundingMs, Math.min(2 * mostJitterMs, distanceMs / 4));
    return Math.abs(ms - lastMs - distanceMs) <= mayBeOffMs;
  }
}
