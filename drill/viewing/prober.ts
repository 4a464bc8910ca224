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
 * Requests a playlist as players near the live edge do: each request is for the part that comes next, so no cache has its response and it
 * goes through all tiers to the worker, which answers when the part is there. One request is under way at a time. A second loop
 * repeats a single name, and so sees how long errors are cached.
 */
export class Prober implements AsyncDisposable {
  /** Requests that no cache had a response to. */
  readonly uncached: ProbeAnswer[] = [];
  /** One request, repeated, that no cache had a response to at first. */
  readonly repeated: ProbeAnswer[] = [];
  readonly #url: string;
  readonly #now: () => number;
  readonly #stopping = new AbortController();
  readonly #asking: Promise<unknown>;

  private constructor(url: string, playlist: string, now: () => number) {
    this.#url = url;
    this.#now = now;
    const first = nextIn(playlist);
    this.#asking = Promise.all([
      this.#askOn(this.uncached, first, nextIn),
      this.#askOn(this.repeated, first, () => first),
    ]);
  }

  /** `url`: of a media playlist on air. */
  static async start(url: string, now: () => number): Promise<Prober> {
    return new Prober(url, await (await fetch(url)).text(), now);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#asking;
  }

  /** `after`: what to ask for when this playlist has arrived. */
  async #askOn(answers: ProbeAnswer[], first: string, after: (playlist: string) => string): Promise<void> {
    const { signal } = this.#stopping;
    for (let asked = first; !signal.aborted; ) {
      const askedAtMs = this.#now();
      const playlist = await this.#ask(`${this.#url}?${asked}`);
      if (signal.aborted) return;
      answers.push({ askedAtMs, answeredAtMs: this.#now(), ok: playlist !== undefined });
      if (playlist !== undefined) asked = after(playlist);
      await sleep(everyMs, undefined, { signal }).catch(() => {});
    }
  }

  async #ask(url: string): Promise<string | undefined> {
    try {
      const limit = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(requestMs)]);
      const answer = await fetch(url, { signal: limit });
      const body = await answer.text();
      return answer.ok ? body : undefined;
    } catch {
      return undefined;
    }
  }
}

/** Directives for what follows a playlist's last part, or last segment if it has no parts (rfc8216bis 6.2.5.2). */
export function nextIn(playlist: string): string {
  const [, segment, part] = /^#EXT-X-PRELOAD-HINT:.*URI="(\d+)\.(\d+)-/m.exec(playlist) ?? [];
  if (segment !== undefined) return `_HLS_msn=${segment}&_HLS_part=${part}`;
  const last = Math.max(
    -1,
    ...[...playlist.matchAll(/^(?:.*\/)?(\d+)\.m4s$/gm)].map(([, number]) => Number(number)),
  );
  return `_HLS_msn=${last + 1}`;
}

/**
 * When the first response arrived after which there were no more bad ones, counting those still pending at `sinceMs` or
 * requested later. NaN if that never happened.
 */
export function recoveredAtMs(answers: readonly ProbeAnswer[], sinceMs: number): number {
  const later = answers.filter(({ answeredAtMs }) => answeredAtMs >= sinceMs);
  return later[later.findLastIndex(({ ok }) => !ok) + 1]?.answeredAtMs ?? Number.NaN;
}
