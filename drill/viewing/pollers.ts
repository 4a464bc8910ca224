import { setTimeout as sleep } from 'node:timers/promises';
import { fetchMediaPlaylist } from '../../testkit/media/playback.ts';

/** One response to one request. */
export interface PollResult {
  /** The edge's status; 0 if there was no response. */
  readonly status: number;
  readonly askedAtMs: number;
  /** When the last byte had arrived. */
  readonly answeredAtMs: number;
}

export interface OnlookersOptions {
  /** The media playlists of a live broadcast. */
  readonly playlists: readonly string[];
  /** Other URLs to request: the manifests. */
  readonly manifests: readonly string[];
  /** Number of viewers per playlist. */
  readonly each: number;
  readonly now: () => number;
}

const pauseMs = 20;
const requestMs = 4_000;

/**
 * Viewers of a broadcast, each in one rendition, that send requests far more often than players do: the playlist, its init
 * segment, its newest segment and its oldest one, in turn. They continue even when refused.
 */
export class ViewerPollers implements AsyncDisposable {
  readonly results: PollResult[] = [];
  readonly #now: () => number;
  readonly #stopping = new AbortController();
  readonly #looking: Promise<unknown>;

  constructor({ playlists, manifests, each, now }: OnlookersOptions) {
    this.#now = now;
    const viewers = playlists.flatMap((url) => Array.from({ length: each }, () => this.#watch(url)));
    this.#looking = Promise.all([...viewers, ...manifests.map((url) => this.#poll(() => [url]))]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#looking;
  }

  async #watch(url: string): Promise<void> {
    let known = [url];
    const refresh = async (): Promise<void> => {
      const { segments } = await fetchMediaPlaylist(url);
      const [oldest, newest] = [segments[0], segments.at(-1)];
      const media = [oldest?.map?.uri, newest?.uri, oldest?.uri].filter((uri) => uri !== undefined);
      known = [url, ...media.map((uri) => new URL(uri, url).href)];
    };
    await this.#poll(() => known, refresh);
  }

  /** `refresh`: finds the current targets; if that fails, requests continue with the known ones. */
  async #poll(targets: () => readonly string[], refresh = async (): Promise<void> => {}): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await refresh().catch(() => {});
      for (const url of targets()) {
        await this.#look(url);
        await sleep(pauseMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
      }
    }
  }

  async #look(url: string): Promise<void> {
    const askedAtMs = this.#now();
    const status = await fetch(url, { signal: AbortSignal.timeout(requestMs) })
      .then(async (answer) => {
        await answer.arrayBuffer();
        return answer.status;
      })
      .catch(() => 0);
    this.results.push({ status, askedAtMs, answeredAtMs: this.#now() });
  }
}

/** When viewers last got anything of the broadcast, on their clock. */
export const lastDeliveredAtMs = (looks: readonly PollResult[]): number =>
  Math.max(
    ...looks.filter(({ status }) => status > 0 && status < 400).map(({ answeredAtMs }) => answeredAtMs),
  );
