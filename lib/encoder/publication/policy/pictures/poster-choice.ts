/** A picture has to show this much more to replace another one. */
const notablyMore = 1.1;

/**
 * Which picture stands for a recording: the one that JPEG needs the most bytes for, so it is no black one, no fade and no slate. While the
 * broadcast is live viewers get the newest.
 */
export class PosterChoice {
  #newest: Buffer | undefined;
  #best: Buffer | undefined;
  #written: Buffer | undefined;
  #bestBytes: number;

  /** `bestBytes`: of the one that an earlier worker stored. */
  constructor(bestBytes = 0) {
    this.#bestBytes = bestBytes;
  }

  get newest(): Buffer | undefined {
    return this.#newest;
  }

  /** There is one in the store. */
  get isStored(): boolean {
    return this.#written !== undefined || (this.#bestBytes > 0 && this.#best === undefined);
  }

  add(jpeg: Buffer): void {
    this.#newest = jpeg;
    if (jpeg.length < this.#bestBytes * notablyMore) return;
    this.#bestBytes = jpeg.length;
    this.#best = jpeg;
  }

  /** One that is better than what is stored; undefined if there is none. */
  get unwritten(): Buffer | undefined {
    return this.#best === this.#written ? undefined : this.#best;
  }

  written(jpeg: Buffer): void {
    this.#written = jpeg;
  }
}
