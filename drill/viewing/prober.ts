import { setTimeout as sleep } from 'node:timers/promises';

/** One request: when it was made, when its response was complete, and whether that response was playable. */
export interface ProbeAnswer {
  readonly askedAtMs: number;
  readonly answeredAtMs: number;
  readonly ok: boolean;
}

const everyMs = 50;
const requestMs = 4000;

/**
 * Requests a playlist continuously, bypassing every cache: each request has a unique name, so it goes through all tiers to
 * the origin. One request is under way at a time. A second loop repeats a single name, and so sees how long errors are
 * cached.
 */
export class Prober implements AsyncDisposable {
  /** Requests that no cache has a response to. */
  readonly uncached: ProbeAnswer[] = [];
  /** One request, repeated, that no cache had a response to at first. */
  readonly repeated: ProbeAnswer[] = [];
  readonly #url: string;
  readonly #now: () => number;
  readonly #stopping = new AbortController();
  readonly #asking: Promise<unknown>;

  /** `url`: of a media playlist. `once`: keeps this prober's names distinct from another's for the same playlist. */
  constructor(url: string, once: number, now: () => number) {
    this.#url = url;
    this.#now = now;
    let number = once * 1_000_000;
    const repeated = number;
    this.#asking = Promise.all([
      this.#askOn(this.uncached, () => ++number),
      this.#askOn(this.repeated, () => repeated),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#asking;
  }

  async #askOn(answers: ProbeAnswer[], name: () => number): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const askedAtMs = this.#now();
      // The directive is part of the cache key, and the origin ignores it.
      const ok = await this.#ask(`${this.#url}?_HLS_msn=${name()}`);
      if (signal.aborted) return;
      answers.push({ askedAtMs, answeredAtMs: this.#now(), ok });
      await sleep(everyMs, undefined, { signal }).catch(() => {});
    }
  }

  async #ask(url: string): Promise<boolean> {
    try {
      const limit = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(requestMs)]);
      const answer = await fetch(url, { signal: limit });
      await answer.arrayBuffer();
      return answer.ok;
    } catch {
      return false;
    }
  }
}

/**
 * When the first response arrived after which there were no more bad ones, counting those still pending at `sinceMs` or
 * requested later. NaN if that never happened.
 */
export function recoveredAtMs(answers: readonly ProbeAnswer[], sinceMs: number): number {
  const later = answers.filter(({ answeredAtMs }) => answeredAtMs >= sinceMs);
  return later[later.findLastIndex(({ ok }) => !ok) + 1]?.answeredAtMs ?? Number.NaN;
}
