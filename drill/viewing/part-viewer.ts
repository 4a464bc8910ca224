import { setTimeout as sleep } from 'node:timers/promises';
import { parseChunks, parseInit } from '../../lib/packaging/cmaf/reader.ts';
import { whenInterrupted } from '../../testkit/cleanup.ts';
import { fetchMultivariant } from '../../testkit/media/playback.ts';
import { type ListedParts, listedParts } from './listed-parts.ts';
import type { GotPart } from './part-playback.ts';
import type { ViewerError } from './viewer.ts';

/** A part as received by a viewer. */
export interface SeenPart extends GotPart {
  readonly media: Buffer;
}

/** What a viewer of one rendition got. */
export interface SeenRendition {
  readonly video: boolean;
  /** Each place of each segment once, in order. */
  readonly parts: SeenPart[];
  init: Buffer;
  /** `PART-HOLD-BACK`: how far behind the end of the playlist players stay. */
  holdBackMs: number;
}

export interface PartViewerOptions {
  /** URL of the multivariant playlist of a broadcast on air. */
  readonly url: string;
  /** The clock for all times. */
  readonly now: () => number;
}

/** Longer than any tier holds an answer. */
const requestMs = 10_000;
/** As players do after an error. */
const retryMs = 500;

/**
 * Watches a live broadcast at the edge like low-latency players, one for each rendition: asks for the playlist that has the next part, and
 * then for that part. Begins with the segment under way.
 */
export class PartViewer implements AsyncDisposable {
  /** By the URL of the rendition's playlist. */
  readonly seen = new Map<string, SeenRendition>();
  readonly errors: ViewerError[] = [];
  readonly #options: PartViewerOptions;
  readonly #stopping = new AbortController();
  readonly #watching: Promise<unknown>;
  readonly #settled: () => void;

  constructor(options: PartViewerOptions) {
    this.#options = options;
    this.#settled = whenInterrupted(() => this.stop());
    this.#watching = this.#watch();
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
    const { variants } = await fetchMultivariant(url);
    const sounds = variants.flatMap(({ audio }) => audio.flatMap(({ uri }) => (uri ? [uri] : [])));
    const at = (uri: string): string => new URL(uri, url).href;
    await Promise.all([
      ...variants.map(({ uri }) => this.#follow(at(uri), true)),
      ...[...new Set(sounds)].map((uri) => this.#follow(at(uri), false)),
    ]);
  }

  async #follow(url: string, video: boolean): Promise<void> {
    const rendition: SeenRendition = { video, parts: [], init: Buffer.alloc(0), holdBackMs: Number.NaN };
    this.seen.set(url, rendition);
    let next: ListedParts['next'] | undefined;
    while (!this.#stopping.signal.aborted) {
      const query = next ? `?_HLS_msn=${next.number}&_HLS_part=${next.index}` : '';
      try {
        const listed = listedParts((await this.#bytes(url + query)).toString());
        rendition.holdBackMs = listed.holdBackMs;
        if (listed.ended) return;
        await this.#take(url, rendition, listed);
        next = listed.next;
      } catch (fault) {
        if (this.#stopping.signal.aborted) return;
        const reason = fault instanceof Error ? fault.message : String(fault);
        this.errors.push({ atMs: this.#options.now(), url: url + query, reason });
        await sleep(retryMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
      }
    }
  }

  async #take(
    url: string,
    { video, parts, ...rendition }: SeenRendition,
    listed: ListedParts,
  ): Promise<void> {
    const seen = this.seen.get(url) as SeenRendition;
    const from = parts.at(-1) ?? { number: listed.next.number, index: -1 };
    for (const { number, index, uri, init, independent } of listed.pieces) {
      if (number < from.number || (number === from.number && index <= from.index)) continue;
      if (rendition.init.length === 0) seen.init = await this.#bytes(new URL(init, url).href);
      const media = await this.#bytes(new URL(uri, url).href);
      const arrivedAtMs = this.#options.now();
      const { timescale } = parseInit(seen.init);
      const chunks = parseChunks(media);
      const [first, last] = [chunks[0], chunks.at(-1)];
      if (!first || !last) throw new Error(`${uri} is empty`);
      const startTicks = Number(first.baseMediaDecodeTime);
      const endTicks = Number(last.baseMediaDecodeTime) + last.durationTicks;
      parts.push({
        number,
        index,
        by: /-(\d+-\d+)\.m4s$/.exec(uri)?.[1] ?? '',
        // What the playlist says is not enough: the first picture must be one.
        independent: (independent || !video) && first.samples[0]?.keyframe === true,
        mediaStartMs: (startTicks * 1000) / timescale,
        mediaEndMs: (endTicks * 1000) / timescale,
        arrivedAtMs,
        media,
      });
    }
  }

  async #bytes(url: string): Promise<Buffer> {
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(requestMs)]);
    const answer = await fetch(url, { signal });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return Buffer.from(await answer.arrayBuffer());
  }
}
