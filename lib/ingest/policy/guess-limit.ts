/** How answers to wrong keys from one address are spaced. */
export interface GuessLimits {
  /** Answered at once: somebody mistypes a key, an encoder tries an old one again. */
  readonly burst: number;
  /** Time between further answers. */
  readonly everyMs: number;
  /** An answer that would have to wait longer isn't given: the connection is closed. */
  readonly longestMs: number;
}

export const guessLimits: GuessLimits = { burst: 20, everyMs: 2_000, longestMs: 30_000 };

/** Addresses remembered at once; beyond that, those that guessed least recently start anew. */
const maxClients = 10_000;
const reportMs = 60_000;

interface Guesser {
  /** When all of its answers have been spaced out. */
  doneAtMs: number;
  dropped: number;
  reportedAtMs: number;
}

/**
 * When a wrong key is answered. Every key is checked at once, so one that is right is never delayed, whatever others at its address do;
 * only the answers to wrong ones wait, ever longer, and in the end aren't given. All times are of the monotonic clock, in ms.
 */
export class GuessLimit {
  readonly #limits: GuessLimits;
  readonly #guessers = new Map<string, Guesser>();

  constructor(limits: GuessLimits = guessLimits) {
    this.#limits = limits;
  }

  /**
   * Counts a wrong key; returns how long its answer waits. `drop`: none is given; `dropped` is then how many weren't, if that is to be
   * reported now.
   */
  wrong(client: string, nowMs: number): { waitMs: number } | { drop: true; dropped?: number } {
    const { burst, everyMs, longestMs } = this.#limits;
    const guesser = this.#guesserOf(client, nowMs);
    const doneAtMs = Math.max(nowMs, guesser.doneAtMs) + everyMs;
    const waitMs = Math.max(0, doneAtMs - nowMs - burst * everyMs);
    if (waitMs <= longestMs) {
      guesser.doneAtMs = doneAtMs;
      return { waitMs };
    }
    guesser.dropped++;
    if (nowMs - guesser.reportedAtMs < reportMs) return { drop: true };
    guesser.reportedAtMs = nowMs;
    const { dropped } = guesser;
    guesser.dropped = 0;
    return { drop: true, dropped };
  }

  #guesserOf(client: string, nowMs: number): Guesser {
    const guesser = this.#guessers.get(client) ?? {
      doneAtMs: nowMs,
      dropped: 0,
      reportedAtMs: Number.NEGATIVE_INFINITY,
    };
    this.#guessers.delete(client);
    this.#guessers.set(client, guesser);
    if (this.#guessers.size > maxClients) {
      for (const oldest of this.#guessers.keys()) {
        this.#guessers.delete(oldest);
        break;
      }
    }
    return guesser;
  }
}
