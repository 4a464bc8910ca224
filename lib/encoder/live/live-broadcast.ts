import type { Clock } from '../../net/clock.ts';
import { SharedBody } from '../../net/shared-body.ts';
import type { Part } from '../encoding/policy/segmenting/part.ts';
import type { SegmentGroup } from '../encoding/policy/segmenting/segment-groups.ts';
import type { LiveView } from '../publication/policy/live/live-view.ts';
import type { PictureView } from '../publication/policy/pictures/picture-view.ts';
import { HeldRequests } from './held-requests.ts';
import { judgeReload } from './policy/blocking-reload.ts';
import { liveLimits } from './policy/live-limits.ts';
import type { Directives, LiveRequest, PartName } from './policy/live-request.ts';
import { type HeldBytes, TrackMemory } from './track-memory.ts';

/**
 * 400 and 404 are final. 421: this worker doesn't hold the stream (any more). 503: not here; the object store may have it. 500: our
 * fault.
 */
export type LiveAnswer = HeldBytes | { readonly status: 400 | 404 | 421 | 500 | 503 };

export interface LiveBroadcastOptions {
  readonly view: LiveView;
  /** @default none */
  readonly pictures?: PictureView;
  readonly clock: Clock;
  /** Length of a part on the grid, in ms. */
  readonly partMs: number;
  /** Answering failed unexpectedly. */
  faulted(cause: unknown): void;
}

type Verdict = LiveAnswer | 'wait';
const is = (status: 400 | 404 | 421 | 500 | 503): LiveAnswer => ({ status });

/**
 * What viewers read of a broadcast while it is made: the bytes of the last few segments and of the open one, the playlists, and
 * whoever waits for the next of them. Bounded by `liveLimits`.
 */
export class LiveBroadcast {
  readonly #options: LiveBroadcastOptions;
  readonly #tracks = new Map<string, TrackMemory>();
  readonly #held = new HeldRequests<LiveRequest, LiveAnswer>(liveLimits.waiting);
  /** Texts of the current versions, made when first asked for. */
  readonly #texts = new Map<string, SharedBody>();
  /** Init segments, and the newest poster. */
  readonly #whole = new WeakMap<Buffer, SharedBody>();
  #newest = -1;
  /** The newest encoder, and the first number that it made anything of. */
  #made = { run: 0, fromNumber: 0 };
  /** What everything is answered with from now on. */
  #closed?: LiveAnswer;

  constructor(options: LiveBroadcastOptions) {
    this.#options = options;
  }

  get usage(): { segments: number; takes: number; bytes: number; waiting: number } {
    const tracks = [...this.#tracks.values()];
    const sum = (of: (track: TrackMemory) => number): number =>
      tracks.reduce((all, each) => all + of(each), 0);
    return {
      segments: sum(({ segments }) => segments),
      takes: sum(({ takes }) => takes),
      bytes: sum(({ bytes }) => bytes),
      waiting: this.#held.count,
    };
  }

  /** A part is out. The publication knows it already. */
  part(track: string, part: Part): void {
    if (this.#options.view.latency === 'standard' || this.#closed) return;
    this.#track(track).add(part);
    const { run, number } = part;
    if (run > this.#made.run) this.#made = { run, fromNumber: number };
    this.#reached(number);
    this.#settle();
  }

  /** Every rendition has finished this number. The publication knows it already. */
  group({ number, run, segments }: SegmentGroup): void {
    if (this.#closed) return;
    const nowMs = this.#options.clock.nowMs();
    for (const id of segments.keys()) this.#track(id);
    for (const [id, track] of this.#tracks) track.complete(number, run, segments.get(id), nowMs);
    this.#reached(number);
    this.#limitBytes(number);
    this.#settle();
  }

  /** The object store has this number. `foreign`: renditions of which it has another encoder's segment. */
  stored(number: number, foreign: ReadonlySet<string> = new Set()): void {
    for (const [id, track] of this.#tracks) {
      if (foreign.has(id)) track.withdraw(number);
      else track.stored(number);
    }
    this.#settle();
  }

  /** Encoder `run` makes everything from `fromNumber` on; what earlier ones began of it is made again. */
  remade(run: number, fromNumber: number): void {
    this.#fail((take, number) => take.run < run && number >= fromNumber);
  }

  /** Encoder `run` is gone; what it left incomplete is made again. */
  crashed(run: number): void {
    this.#fail((take) => take.run === run);
  }

  /** Call about every 100 ms. */
  tick(): void {
    const nowMs = this.#options.clock.nowMs();
    for (const track of this.#tracks.values()) track.endLate(nowMs - liveLimits.endsAfterMs);
    this.#held.expire(nowMs, is(503));
  }

  /** The playlists say something else than before. */
  changed(): void {
    this.#settle();
  }

  /** The broadcast is over, and the playlists say so: answers everything that waits. */
  end(): void {
    for (const track of this.#tracks.values()) {
      track.stored(Number.POSITIVE_INFINITY);
    }
    this.#fail(() => true);
  }

  /**
   * Serves nothing more: 421 where another worker goes on with the broadcast, 503 where nobody may watch it. Open bodies fail: their
   * bytes are made again, or must not be seen.
   */
  close(status: 421 | 503): void {
    this.#closed ??= is(status);
    this.#fail(() => true);
    this.#tracks.clear();
  }

  /** Replies once: at once if it can be known by now, otherwise when it is, at the latest after `liveLimits.holdMs`. Never throws. */
  answer(request: LiveRequest, target: string, reply: (answer: LiveAnswer) => void): void {
    const verdict = this.#judge(request);
    if (verdict !== 'wait') {
      reply(verdict);
      return;
    }
    const untilMs = this.#options.clock.nowMs() + liveLimits.holdMs;
    if (!this.#held.hold(target, request, untilMs, reply)) reply(is(503));
  }

  #track(id: string): TrackMemory {
    const known = this.#tracks.get(id);
    if (known) return known;
    const track = new TrackMemory();
    this.#tracks.set(id, track);
    return track;
  }

  #fail(matches: (take: { readonly run: number }, number: number) => boolean): void {
    for (const track of this.#tracks.values()) track.failOpen(matches);
    this.#settle();
  }

  #reached(number: number): void {
    if (number <= this.#newest) return;
    this.#newest = number;
    this.#dropBefore(number - liveLimits.segments + 1);
  }

  #dropBefore(number: number): void {
    for (const [id, track] of this.#tracks) {
      track.dropBefore(number);
      if (track.segments === 0) this.#tracks.delete(id);
    }
  }

  /** The open segment and the last complete one stay in any case. */
  #limitBytes(number: number): void {
    for (
      let from = number - liveLimits.segments;
      from < number && this.usage.bytes > liveLimits.bytes;
      from++
    )
      this.#dropBefore(from + 1);
  }

  #settle(): void {
    this.#texts.clear();
    this.#held.settle((request) => this.#judge(request));
  }

  #judge(request: LiveRequest): Verdict {
    if (this.#closed) return this.#closed;
    try {
      return this.#find(request);
    } catch (cause) {
      this.#options.faulted(cause);
      return is(500);
    }
  }

  #find(request: LiveRequest): Verdict {
    const { view } = this.#options;
    if (request.broadcast !== undefined && request.broadcast !== view.broadcastId) return is(503);
    if (request.kind === 'index' || request.kind === 'manifest') {
      const scope = request.broadcast === undefined ? 'stream' : 'broadcast';
      return this.#text(`${request.kind} ${scope}`, () => view[request.kind](scope));
    }
    if (request.kind === 'poster' || request.kind === 'storyboard' || request.kind === 'sprite')
      return this.#picture(request);
    const { rendition } = request;
    if (view.renditions.length === 0) return is(503);
    if (!view.renditions.includes(rendition)) return is(404);
    if (request.kind === 'playlist') return this.#playlist(rendition, request);
    if (request.kind === 'part') return this.#part(rendition, request);
    if (request.kind === 'segment') return this.#segment(rendition, request.number);
    const init = view.init(rendition, request.name);
    return init ? { body: this.#body(init) } : is(503);
  }

  #picture(request: LiveRequest & { readonly kind: 'poster' | 'storyboard' | 'sprite' }): Verdict {
    const { view, pictures } = this.#options;
    if (request.kind === 'sprite') {
      const sprite = pictures?.sprite(request.from, request.count, request.epoch);
      return sprite ? { body: SharedBody.of(sprite) } : is(503);
    }
    const scope = request.broadcast === undefined ? 'stream' : 'broadcast';
    const poster = request.kind === 'poster' ? pictures?.poster() : undefined;
    if (poster) return { body: this.#body(poster) };
    const text = request.kind === 'storyboard' ? pictures?.storyboard(scope) : undefined;
    if (text !== undefined) return { body: SharedBody.of(Buffer.from(text)) };
    // What the store has under the stream's names may be of an earlier broadcast.
    const isSoundAlone = view.renditions.length > 0 && view.renditions.every((id) => id === 'audio');
    return is(isSoundAlone ? 404 : 503);
  }

  #playlist(rendition: string, directives: Directives): Verdict {
    const { view, partMs } = this.#options;
    const { skip } = directives;
    const text = (): LiveAnswer =>
      this.#text(`${rendition} ${skip}`, () => view.mediaPlaylist(rendition, skip));
    // "A Server MUST ignore" them once the playlist has ended (6.2.5.2).
    if (view.ended) return text();
    if (directives.malformed) return is(400);
    const position = view.position(rendition);
    if (!position) return text();
    const track = this.#tracks.get(rendition);
    const partsOf = (msn: number): number | undefined => track?.partsOf(msn);
    const { latency } = view;
    const verdict = judgeReload(directives, { position, latency, partMs, partsOf });
    if (verdict === 'wait') return verdict;
    return verdict === 'now' ? text() : is(400);
  }

  #part(rendition: string, { number, index, epoch, run }: PartName): Verdict {
    const { view } = this.#options;
    if (epoch !== view.epoch) return is(404);
    const track = this.#tracks.get(rendition);
    const found = track?.part(number, index, run);
    if (found) return found;
    if (view.ended) return is(404);
    const hint = view.nextPart(rendition);
    const isHinted = hint?.number === number && hint.index === index && hint.run === run;
    // A rendition that the newest encoder doesn't make has no next part.
    const isReplaced = run < this.#made.run && number >= this.#made.fromNumber;
    const isNext = !isReplaced && track?.isNext(number, index, run) === true;
    return isHinted || isNext ? 'wait' : is(404);
  }

  #segment(rendition: string, number: number): Verdict {
    const { view } = this.#options;
    const track = this.#tracks.get(rendition);
    const found = track?.segment(number);
    if (found) return found;
    const { msn, part } = view.position(rendition) ?? { msn: -1 };
    const open = Math.max(track?.openNumber ?? 0, part === undefined ? msn + 1 : msn);
    if (number < open) return is(503);
    return view.ended || number > open + 1 ? is(404) : 'wait';
  }

  #text(name: string, make: () => string | undefined): LiveAnswer {
    const known = this.#texts.get(name);
    if (known) return { body: known };
    const text = make();
    if (text === undefined) return is(503);
    const body = SharedBody.of(Buffer.from(text));
    this.#texts.set(name, body);
    return { body };
  }

  #body(bytes: Buffer): SharedBody {
    const known = this.#whole.get(bytes);
    if (known) return known;
    const body = SharedBody.of(bytes);
    this.#whole.set(bytes, body);
    return body;
  }
}
