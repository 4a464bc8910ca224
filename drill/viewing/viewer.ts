import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Arrival, type Playback, simulatePlayer } from '../../lib/canary/policy/playhead.ts';
import { whenInterrupted } from '../../testkit/cleanup.ts';
import { fetchMediaPlaylist, fetchMultivariant } from '../../testkit/media/playback.ts';

/** A segment as received by a viewer. */
export interface SeenSegment extends Arrival {
  /** Media sequence number. */
  readonly number: number;
  readonly sha256: string;
}

/** What went wrong with a request: an error status, or no response. */
export interface ViewerError {
  readonly atMs: number;
  readonly url: string;
  readonly reason: string;
}

export interface ViewerOptions {
  /** URL of the multivariant playlist. */
  readonly url: string;
  /** The clock for all times. */
  readonly now: () => number;
}

/** A request that gets nothing for this long is abandoned and repeated, as players do. */
const requestMs = 4000;
/** As players do after an error. */
const retryMs = 500;

/**
 * Watches a live broadcast at the edge like players, one for each rendition, and records when each segment arrived. A
 * playlist is requested again after its target duration, or after half of that if it hadn't changed (RFC 8216 6.3.4).
 */
export class Viewer implements AsyncDisposable {
  /** By the URI of the rendition's playlist, such as `…/360p/playlist.m3u8`. */
  readonly seen = new Map<string, SeenSegment[]>();
  readonly errors: ViewerError[] = [];
  readonly #options: ViewerOptions;
  readonly #stopping = new AbortController();
  readonly #watching: Promise<unknown>;
  readonly #settled: () => void;

  /** Starts at once; the stream need not be live. */
  constructor(options: ViewerOptions) {
    this.#options = options;
    this.#settled = whenInterrupted(() => this.stop());
    this.#watching = this.#watch();
  }

  /** Playback of each rendition, by its playlist. Leaves out renditions that no player could start. */
  playback(bufferMs?: number): Map<string, Playback> {
    const played = new Map<string, Playback>();
    for (const [url, segments] of this.seen) {
      const playback = simulatePlayer(segments, bufferMs);
      if (playback) played.set(url, playback);
    }
    return played;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
    this.#settled();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #watch(): Promise<void> {
    const { url } = this.#options;
    const variants = await this.#retry(url, async () => {
      const { variants } = await fetchMultivariant(url);
      if (variants.length === 0) throw new Error('the multivariant playlist names no variant');
      return variants;
    });
    if (!variants) return;
    const uris = variants.flatMap(({ uri, audio }) => [
      uri,
      ...audio.flatMap((sound) => (sound.uri ? [sound.uri] : [])),
    ]);
    // The stream's own playlist may point to another broadcast later; a player stays with the one it started.
    const playlists = [...new Set(uris.map((uri) => new URL(uri, url).href))];
    await Promise.all(playlists.map((each) => this.#follow(each)));
  }

  async #follow(url: string): Promise<void> {
    const segments: SeenSegment[] = [];
    this.seen.set(url, segments);
    let nextNumber = -1;
    let mediaEndMs = 0;
    while (!this.#stopping.signal.aborted) {
      const playlist = await this.#retry(url, () => fetchMediaPlaylist(url));
      if (!playlist) return;
      let changed = false;
      for (const { uri, mediaSequenceNumber: number, duration, gap } of playlist.segments) {
        if (number < nextNumber) continue;
        const mediaStartMs = nextNumber < 0 ? number * duration * 1000 : mediaEndMs;
        mediaEndMs = mediaStartMs + duration * 1000;
        nextNumber = number + 1;
        changed = true;
        if (gap) continue;
        const at = new URL(uri, url).href;
        const body = await this.#retry(at, () => this.#bytes(at));
        if (!body) return;
        const sha256 = createHash('sha256').update(body).digest('hex');
        segments.push({ number, mediaStartMs, mediaEndMs, arrivedAtMs: this.#options.now(), sha256 });
      }
      if (playlist.endlist) return;
      const targetMs = playlist.targetDuration * 1000;
      await this.#pause(changed ? targetMs : targetMs / 2);
    }
  }

  async #bytes(url: string): Promise<Uint8Array> {
    const answer = await fetch(url, { signal: AbortSignal.timeout(requestMs) });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  }

  /** Retries until it succeeds; undefined if the viewer was stopped. Failures are recorded once the stream exists. */
  async #retry<Answer>(url: string, ask: () => Promise<Answer>): Promise<Answer | undefined> {
    while (!this.#stopping.signal.aborted) {
      try {
        return await Promise.race([
          ask(),
          sleep(requestMs, undefined, { ref: false }).then(() => Promise.reject(new Error('no answer'))),
        ]);
      } catch (fault) {
        const reason = fault instanceof Error ? fault.message : String(fault);
        if (this.seen.size > 0) this.errors.push({ atMs: this.#options.now(), url, reason });
        await this.#pause(retryMs);
      }
    }
    return undefined;
  }

  #pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }
}
