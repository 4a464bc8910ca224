import { pauseMs, type RetryPolicy } from '../../../../retry/policy/backoff.ts';

/** What a growing manifest foretells may come at any moment: a clock may be a little fast, an encoder a little late. */
const foretold: RetryPolicy = { firstMs: 100, longestMs: 1_000, jitter: 0.25 };
/** What a manifest lists has been there. */
const listed: RetryPolicy = { firstMs: 1_000, longestMs: 4_000, jitter: 0.25 };
/** A player is at one segment of each kind, and may try other renditions. */
const mostKnown = 16;

/**
 * When segments that aren't there are asked for again. A rendition that was given up, or a broadcast that ended, is in the next
 * manifest; until a viewer has that, all of them ask for a segment that never comes. Pauses that grow, each viewer's own, keep that
 * from being a herd.
 */
export class SegmentRetries {
  readonly #random: () => number;
  /** How often each was given up in vain, by address without its query: reports there change. Newest last. */
  readonly #failures = new Map<string, number>();

  /** `random`: in [0, 1). */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** The player has tried a segment and failed. Returns the pause in ms before it may try again. */
  failed(url: string, isForetold: boolean): number {
    const name = nameOf(url);
    const failures = (this.#failures.get(name) ?? 0) + 1;
    this.#failures.delete(name);
    this.#failures.set(name, failures);
    const [oldest] = this.#failures.keys();
    if (oldest !== undefined && this.#failures.size > mostKnown) this.#failures.delete(oldest);
    return pauseMs(isForetold ? foretold : listed, failures, this.#random());
  }

  /** Whether the segment is asked for after such a pause: once then, not several times in a row. */
  isPaced(url: string): boolean {
    return this.#failures.has(nameOf(url));
  }
}

const nameOf = (url: string): string => url.split('?', 1)[0] ?? url;
