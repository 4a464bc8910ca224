export interface LinkWatchLimits {
  /** A worker that takes nothing for this long is given up. */
  readonly stallMs: number;
  /** A worker that says nothing for this long and whose heartbeats stopped too is given up. */
  readonly silentMs: number;
}

/** Whether a worker at the other end of a link still does its work, judged by what it takes and says. */
export class LinkWatch {
  readonly #limits: LinkWatchLimits;
  #heardMs: number;
  #behind: { sinceMs: number; backlogBytes: number } | undefined;

  constructor(limits: LinkWatchLimits, nowMs: number) {
    this.#limits = limits;
    this.#heardMs = nowMs;
  }

  /** It said something. */
  heard(nowMs: number): void {
    this.#heardMs = nowMs;
  }

  /** It does not take what is written. */
  behind(backlogBytes: number, nowMs: number): void {
    this.#behind ??= { sinceMs: nowMs, backlogBytes };
  }

  /** It took everything. */
  caughtUp(): void {
    this.#behind = undefined;
  }

  /** It was behind for too long without taking a byte. */
  isStalled(backlogBytes: number, nowMs: number): boolean {
    if (this.#behind === undefined || backlogBytes === 0) return false;
    if (backlogBytes < this.#behind.backlogBytes) this.#behind = { sinceMs: nowMs, backlogBytes };
    return nowMs - this.#behind.sinceMs > this.#limits.stallMs;
  }

  /** A frozen worker closes nothing. Both signs are needed: heartbeats alone also stop when the control store is down. */
  isSilent(lives: boolean, nowMs: number): boolean {
    return !lives && nowMs - this.#heardMs > this.#limits.silentMs;
  }
}
