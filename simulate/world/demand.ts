/** What something limited is asked to do, second by second, and the queue that a limit would make of it. */
export class Demand {
  readonly name: string;
  readonly limit: number;
  total = 0;
  peak = 0;
  /** Seconds above the limit. */
  secondsOver = 0;
  /** The most that would wait at the limit. */
  queued = 0;
  #second = 0;
  #inSecond = 0;
  #backlog = 0;

  /** `limit`: per second. */
  constructor(name: string, limit: number) {
    this.name = name;
    this.limit = limit;
  }

  add(nowMs: number, units: number): void {
    const second = Math.floor(nowMs / 1000);
    if (second > this.#second) this.#close(second);
    this.#inSecond += units;
    this.total += units;
  }

  /** The figures as of now. */
  settle(nowMs: number): this {
    this.#close(Math.floor(nowMs / 1000) + 1);
    return this;
  }

  #close(second: number): void {
    this.peak = Math.max(this.peak, this.#inSecond);
    this.secondsOver += Number(this.#inSecond > this.limit);
    this.#backlog = Math.max(0, this.#backlog + this.#inSecond - this.limit);
    this.queued = Math.max(this.queued, this.#backlog);
    this.#backlog = Math.max(0, this.#backlog - this.limit * (second - this.#second - 1));
    this.#second = second;
    this.#inSecond = 0;
  }
}
