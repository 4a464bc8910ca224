export interface LinkWatchLimits {
  /** Abandon a worker that has read nothing for this long. */
  readonly stallMs: number;
  /** Abandon a worker that has sent nothing for this long if its heartbeats have stopped, too. */
  readonly silentMs: number;
  /** Look at the lease of a worker that has sent nothing for this long, although it sends word of each renewal. */
  readonly doubtMs: number;
}

/** A worker of an earlier release sends word of each segment only, and of that once the object store has it. */
const doubtWithoutRenewals = 4;

/** Whether the worker at the other end of a link still works, judged by what it reads and sends. */
export class LinkWatch {
  readonly #limits: LinkWatchLimits;
  #lastReceivedMs: number;
  #behind: { sinceMs: number; backlogBytes: number } | undefined;
  #hearsRenewals = false;

  constructor(limits: LinkWatchLimits, nowMs: number) {
    this.#limits = limits;
    this.#lastReceivedMs = nowMs;
  }

  /** The worker sent something. */
  received(nowMs: number): void {
    this.#lastReceivedMs = nowMs;
  }

  /** What it sent was word of its lease's renewal. */
  receivedRenewal(): void {
    this.#hearsRenewals = true;
  }

  /** The worker isn't reading what we write. */
  behind(backlogBytes: number, nowMs: number): void {
    this.#behind ??= { sinceMs: nowMs, backlogBytes };
  }

  /** The worker has read everything. */
  caughtUp(): void {
    this.#behind = undefined;
  }

  /** It has been behind for too long without reading a byte. */
  isStalled(backlogBytes: number, nowMs: number): boolean {
    if (this.#behind === undefined || backlogBytes === 0) return false;
    if (backlogBytes < this.#behind.backlogBytes) this.#behind = { sinceMs: nowMs, backlogBytes };
    return nowMs - this.#behind.sinceMs > this.#limits.stallMs;
  }

  /** It should have sent something by now. That alone proves nothing: it may be slow, or its publisher. */
  isDoubtful(nowMs: number): boolean {
    const { doubtMs } = this.#limits;
    return nowMs - this.#lastReceivedMs > (this.#hearsRenewals ? doubtMs : doubtWithoutRenewals * doubtMs);
  }

  /** A frozen worker closes nothing. Both signs are needed: heartbeats alone also stop when the control store is down. */
  isSilent(lives: boolean, nowMs: number): boolean {
    return !lives && nowMs - this.#lastReceivedMs > this.#limits.silentMs;
  }
}
