import { setTimeout as sleep } from 'node:timers/promises';

/** One request: when it was made, when its answer was whole, and whether it was one to play with. */
export interface ProbeAnswer {
  readonly askedAtMs: number;
  readonly answeredAtMs: number;
  readonly ok: boolean;
}

const everyMs = 50;
const requestMs = 4000;

/**
 * Asks for a playlist all the time, past every cache: each request has a name of its own, so it goes through all tiers to
 * the origin. One request is under way at a time. A second asker takes one name only, and so sees what is kept of errors.
 */
export class Prober implements AsyncDisposable {
  /** Of requests that no cache has an answer to. */
  readonly uncached: ProbeAnswer[] = [];
  /** Of one request, made again and again, that no cache had an answer to at first. */
  readonly repeated: ProbeAnswer[] = [];
  readonly #url: string;
  readonly #now: () => number;
  readonly #stopping = new AbortController();
  readonly #asking: Promise<unknown>;

  /** `url`: of a media playlist. `once`: tells this prober's names from another's of the same playlist. */
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
      // The directive is part of the cache key, and the origin does not look at it.
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
 * When the first answer came after which there was no bad one any more, of those that were still awaited at `sinceMs` or
 * asked for later. NaN where that never came.
 */
export function goodAgainAtMs(answers: readonly ProbeAnswer[], sinceMs: number): number {
  const later = answers.filter(({ answeredAtMs }) => answeredAtMs >= sinceMs);
  return later[later.findLastIndex(({ ok }) => !ok) + 1]?.answeredAtMs ?? Number.NaN;
}
