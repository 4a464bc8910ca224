import { setTimeout as sleep } from 'node:timers/promises';
import { parseChunks, parseInit } from '../../lib/packaging/cmaf/reader.ts';
import { whenInterrupted } from '../../testkit/cleanup.ts';
import { fetchMultivariant } from '../../testkit/media/playback.ts';
import { type ListedParts, type ListedPiece, listedParts } from './listed-parts.ts';
import type { GotPart } from './part-playback.ts';
import type { ViewerError } from './viewer.ts';

/** A part, or a whole segment, as received by a viewer. */
export interface SeenPart extends GotPart {
  readonly isWhole: boolean;
  readonly discontinuity: boolean;
  readonly init: Buffer;
  readonly media: Buffer;
}

/** What a viewer of one rendition got. */
export interface SeenRendition {
  readonly video: boolean;
  /** In order of arrival: each place of each segment once, and the segment whole where its parts were no longer to be had. */
  readonly parts: SeenPart[];
  /** `PART-HOLD-BACK`: how far behind the end of the playlist players stay. */
  holdBackMs: number;
}

export interface PartViewerOptions {
  /** URL of the multivariant playlist of a broadcast on air. */
  readonly url: string;
  /** The clock for all times. */
  readonly now: () => number;
  /** `least`: the smallest picture, and the sound. @default all */
  readonly renditions?: 'all' | 'least';
}

/** Longer than any tier holds an answer. */
const requestMs = 10_000;
/** As players do after an error. */
const retryMs = 500;
/** Where nothing can be held, a playlist is asked for this often. */
const pollMs = 500;
/** Of a segment's length in a playlist. */
const roundingMs = 50;

/**
 * Watches a live broadcast at the edge like low-latency players, one for each rendition: asks for the playlist that has the next part, and
 * then for that part. Begins with the segment under way. Where there are no parts, it takes whole segments.
 */
export class PartViewer implements AsyncDisposable {
  /** By the URL of the rendition's playlist. */
  readonly seen = new Map<string, SeenRendition>();
  readonly errors: ViewerError[] = [];
  /** When playlists without parts arrived. */
  readonly fallbacksAtMs: number[] = [];
  readonly #options: PartViewerOptions;
  readonly #stopping = new AbortController();
  readonly #watching: Promise<unknown>;
  readonly #settled: () => void;
  readonly #inits = new Map<string, Buffer>();

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
    const { url, renditions = 'all' } = this.#options;
    const { variants } = await fetchMultivariant(url);
    const pictures = variants.map(({ uri }) => uri);
    const sounds = variants.flatMap(({ audio }) => audio.flatMap(({ uri }) => (uri ? [uri] : [])));
    const at = (uri: string): string => new URL(uri, url).href;
    await Promise.all([
      ...pictures.slice(renditions === 'all' ? 0 : -1).map((uri) => this.#follow(at(uri), true)),
      ...[...new Set(sounds)].map((uri) => this.#follow(at(uri), false)),
    ]);
  }

  async #follow(url: string, video: boolean): Promise<void> {
    const { signal } = this.#stopping;
    const rendition: SeenRendition = { video, parts: [], holdBackMs: Number.NaN };
    this.seen.set(url, rendition);
    let next: ListedParts['next'] | undefined;
    while (!signal.aborted) {
      const query = next ? `?_HLS_msn=${next.number}&_HLS_part=${next.index}` : '';
      try {
        const listed = listedParts((await this.#bytes(url + query)).toString());
        const hasParts = Number.isFinite(listed.holdBackMs);
        if (hasParts) rendition.holdBackMs = listed.holdBackMs;
        else if (!listed.ended) this.fallbacksAtMs.push(this.#options.now());
        await this.#take(url, rendition, listed);
        if (listed.ended) return;
        next = listed.next;
        if (!hasParts) await sleep(pollMs, undefined, { signal });
      } catch (fault) {
        if (signal.aborted) return;
        const reason = fault instanceof Error ? fault.message : String(fault);
        this.errors.push({ atMs: this.#options.now(), url: url + query, reason });
        await sleep(retryMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  async #take(url: string, { video, parts }: SeenRendition, listed: ListedParts): Promise<void> {
    const first = parts.at(-1) ?? { number: listed.next.number, index: -1 };
    for (const piece of listed.pieces) {
      const { number, index, uri, isWhole } = piece;
      if (number < first.number || !isMissing(parts, piece)) continue;
      const init = await this.#init(new URL(piece.init, url).href);
      const media = await this.#bytes(new URL(uri, url).href);
      const arrivedAtMs = this.#options.now();
      const { timescale } = parseInit(init);
      const chunks = parseChunks(media);
      const [begins, ends] = [chunks[0], chunks.at(-1)];
      if (!begins || !ends) throw new Error(`${uri} is empty`);
      const startTicks = Number(begins.baseMediaDecodeTime);
      const endTicks = Number(ends.baseMediaDecodeTime) + ends.durationTicks;
      const { discontinuity, independent } = piece;
      const made = isWhole ? 'whole' : (/-(\d+-\d+)\.m4s$/.exec(uri)?.[1] ?? '');
      parts.push({
        ...{ number, index, isWhole, discontinuity, init, media, arrivedAtMs, by: made },
        // What the playlist says is not enough: the first picture must be one.
        independent: (independent || !video) && begins.samples[0]?.keyframe === true,
        mediaStartMs: (startTicks * 1000) / timescale,
        mediaEndMs: (endTicks * 1000) / timescale,
      });
    }
  }

  async #init(url: string): Promise<Buffer> {
    const known = this.#inits.get(url) ?? (await this.#bytes(url));
    this.#inits.set(url, known);
    return known;
  }

  async #bytes(url: string): Promise<Buffer> {
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(requestMs)]);
    const answer = await fetch(url, { signal });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return Buffer.from(await answer.arrayBuffer());
  }
}

/** Whether a player that has these lacks the piece. */
function isMissing(parts: readonly SeenPart[], { number, index, isWhole, segmentMs }: ListedPiece): boolean {
  const own = parts.filter((part) => part.number === number);
  if (own.some((part) => part.isWhole)) return false;
  const last = own.at(-1);
  if (!last) return true;
  if (!isWhole) return index > last.index;
  return last.mediaEndMs - own[0]!.mediaStartMs < (segmentMs ?? 0) - roundingMs;
}
