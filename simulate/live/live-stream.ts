import { segmentsUntilWrite } from '../../lib/encoder/publication/policy/playlist-pace.ts';
import { segmentMs } from '../../lib/packaging/segment-grid.ts';
import type { BroadcastId, MemberId, StreamId } from '../../lib/routing/ids.ts';
import { skewed } from '../viewers/followers.ts';
import { audience, cdn } from '../world/facts.ts';
import type { Random } from '../world/random.ts';
import type { Timeline } from '../world/timeline.ts';
import { LiveTiers } from './live-tiers.ts';
import { LiveWorker } from './live-worker.ts';
import { ask, newViewing, type Viewing, watchParts, watchSegments } from './near-viewers.ts';
import { Stored } from './stored.ts';

export interface LiveStreamOptions {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly pops: number;
  readonly viewers: number;
  readonly partMs: number;
  /** Renditions of the picture, largest first. */
  readonly pictures: readonly string[];
  readonly cacheBytes?: number;
}

const region = 'r';
const stream = '7h2kq4m8n5v3x9zc' as StreamId;
const broadcast = '0jm8q4m8n5v3x9zc' as BroadcastId;
const sound = 'audio';
/** From the end of a segment until the object store has it. Assumed: S3. */
const storeMs = 80;

/** One stream with low latency: its worker, every tier, and viewers at every edge. */
export class LiveStream {
  readonly tiers: LiveTiers;
  readonly stored = new Stored();
  /** Of HLS, and of DASH. */
  readonly hls: Viewing[] = [];
  readonly dash: Viewing[] = [];
  worker: LiveWorker;
  readonly #options: LiveStreamOptions;
  readonly #beganMs: number;
  #epoch = 0;

  constructor(options: LiveStreamOptions) {
    this.#options = options;
    const { timeline, pops, cacheBytes } = options;
    this.#beganMs = timeline.nowMs;
    this.tiers = new LiveTiers({
      ...{ timeline, pops, store: this.stored },
      ...(cacheBytes !== undefined && { cacheBytes }),
    });
    this.worker = this.#next(0);
    this.worker.start(this.#beganMs);
    timeline.every(segmentMs * segmentsUntilWrite(true), 0, () => {
      this.stored.listed = this.worker.number - 1;
    });
  }

  get #tracks(): readonly string[] {
    return [...this.#options.pictures, sound];
  }

  /** Whoever watches, once there is a segment, until `untilMs`. */
  watch(untilMs: number): void {
    const { timeline, random, pops, viewers, partMs, pictures } = this.#options;
    const shares = skewed(pops, cdn.popSkew);
    const madeAtMs = (number: number, index: number): number =>
      this.#beganMs + number * segmentMs + (index + 1) * partMs;
    for (const [pop, share] of shares.entries())
      for (const track of this.#tracks) {
        const at = pictures.indexOf(track);
        const ofTrack = track === sound ? 1 : audience.renditionShares[at]!;
        const folder = `/${region}/${stream}/${broadcast}/${track}/`;
        const watching = { timeline, edge: this.tiers.pop(pop), folder, partMs, madeAtMs };
        const count = viewers * share * ofTrack;
        const begin = (players: number, start: (viewing: Viewing) => void, all: Viewing[]): void => {
          // Few viewers: perhaps nobody, as chance has it.
          if (random.next() < Math.exp(-players)) return;
          const viewing = newViewing();
          all.push(viewing);
          start(viewing);
        };
        const { hlsShare } = audience;
        begin(
          count * hlsShare,
          (viewing) =>
            timeline.after(
              segmentMs + random.between(0, partMs),
              () => void watchParts(watching, viewing, untilMs),
            ),
          this.hls,
        );
        begin(
          count * (1 - hlsShare),
          (viewing) => watchSegments(watching, viewing, segmentMs + partMs + random.between(0, 100)),
          this.dash,
        );
      }
  }

  /** Somebody asks for a playlist that no cache has, and how long that takes, in ms. */
  async newcomer(): Promise<number> {
    const { timeline } = this.#options;
    const askedMs = timeline.nowMs;
    const path = `/${region}/${stream}/${broadcast}/${sound}/playlist.m3u8`;
    const { status } = await ask(this.tiers.pop(0), path);
    return status === 200 ? timeline.nowMs - askedMs : Number.POSITIVE_INFINITY;
  }

  /** The worker's process ends. Another one has the lease after `leaseMs`, and makes its first part after `partMs`, if there is one. */
  loseWorker(next?: { readonly leaseMs: number; readonly partMs: number }): void {
    const { timeline } = this.#options;
    const { number } = this.worker;
    this.tiers.kill(this.#id);
    if (next === undefined) return;
    timeline.after(next.leaseMs, () => {
      this.worker = this.#next(number);
      timeline.after(next.partMs - next.leaseMs, () => this.worker.start(this.#beganMs));
    });
  }

  get #id(): MemberId {
    return `encoder-${this.#epoch}` as MemberId;
  }

  #next(firstNumber: number): LiveWorker {
    const { timeline, partMs } = this.#options;
    const epoch = ++this.#epoch;
    const worker = new LiveWorker({
      ...{ timeline, region, stream, broadcast, epoch, partMs, firstNumber, storeMs },
      tracks: this.#tracks,
    });
    this.tiers.add(this.#id, worker);
    this.tiers.lease = {
      ...{ streamId: stream, workerId: this.#id, broadcastId: broadcast, epoch, version: 1 },
      ...{ released: false, endRequested: false },
    };
    return worker;
  }
}
