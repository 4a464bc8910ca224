import type { EdgeRequest, EdgeResponse, EdgeService } from '../../lib/edge/ports.ts';
import type { Part } from '../../lib/encoder/encoding/policy/segmenting/part.ts';
import { LiveBroadcast } from '../../lib/encoder/live/live-broadcast.ts';
import { LiveService } from '../../lib/encoder/live/live-service.ts';
import type { LiveView, PlaylistPosition } from '../../lib/encoder/publication/policy/live/live-view.ts';
import { partName } from '../../lib/object-store/object-names.ts';
import { segmentMs } from '../../lib/packaging/segment-grid.ts';
import type { BroadcastId, StreamId } from '../../lib/routing/ids.ts';
import type { Timeline } from '../world/timeline.ts';

export interface LiveWorkerOptions {
  readonly timeline: Timeline;
  readonly region: string;
  readonly stream: StreamId;
  readonly broadcast: BroadcastId;
  readonly epoch: number;
  readonly tracks: readonly string[];
  readonly partMs: number;
  /** The grid's number that it makes first. */
  readonly firstNumber: number;
  /** From the end of a segment until the object store has it. */
  readonly storeMs: number;
}

const partBytes = 64;
const tickMs = 100;
const chunk = [Buffer.alloc(partBytes, 'p')];

/** What a playlist would say, in a few bytes. */
class SimulatedView implements LiveView {
  readonly latency = 'low';
  ended = false;
  run = 1;
  readonly broadcastId: BroadcastId;
  readonly epoch: number;
  readonly renditions: readonly string[];
  readonly positions = new Map<string, PlaylistPosition>();
  readonly #lastPart: number;
  readonly #init = Buffer.from('init');

  constructor({ broadcast, epoch, tracks, partMs }: LiveWorkerOptions) {
    this.broadcastId = broadcast;
    this.epoch = epoch;
    this.renditions = tracks;
    this.#lastPart = segmentMs / partMs - 1;
  }

  position(rendition: string): PlaylistPosition | undefined {
    return this.positions.get(rendition);
  }

  mediaPlaylist(rendition: string): string {
    const { msn = -1, part } = this.positions.get(rendition) ?? {};
    const { number, index } = this.nextPart(rendition) ?? { number: 0, index: 0 };
    const hint = partName(number, index, this.epoch, this.run);
    return `#EXTM3U\n${msn} ${part ?? 'whole'}\n${hint}\n${this.ended ? '#EXT-X-ENDLIST\n' : ''}`;
  }

  index = (): string => '#EXTM3U\n';
  manifest = (): string => '<MPD/>';
  init = (): Buffer => this.#init;

  nextPart(rendition: string) {
    const { msn, part } = this.positions.get(rendition) ?? { msn: -1 };
    const isLast = part === undefined || part === this.#lastPart;
    return isLast
      ? { number: msn + 1, index: 0, run: this.run }
      : { number: msn, index: part + 1, run: this.run };
  }
}

/** A worker's media port in simulated time: its own memory of parts and its own answers, with an encoder that is always on time. */
export class LiveWorker implements EdgeService {
  readonly live: LiveBroadcast;
  readonly most = { segments: 0, takes: 0, bytes: 0, waiting: 0 };
  readonly #options: LiveWorkerOptions;
  readonly #view: SimulatedView;
  readonly #service: LiveService;
  #isGone = false;
  #number: number;
  #index = 0;

  constructor(options: LiveWorkerOptions) {
    const { timeline, region, stream, partMs } = options;
    this.#options = options;
    this.#number = options.firstNumber;
    this.#view = new SimulatedView(options);
    const nowMs = (): number => timeline.nowMs;
    this.live = new LiveBroadcast({
      view: this.#view,
      clock: { nowMs, wallMs: nowMs },
      partMs,
      faulted: (cause) => {
        throw cause;
      },
    });
    this.#service = new LiveService({
      region,
      streams: { find: (id) => (id === stream ? this.live : undefined) },
      admits: () => true,
    });
    for (const track of options.tracks) this.#view.positions.set(track, { msn: options.firstNumber - 1 });
  }

  /** Its process has ended. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** The newest number that is being made. */
  get number(): number {
    return this.#number;
  }

  handle(request: EdgeRequest, reply: (response: EdgeResponse) => void): void {
    this.#service.handle(request, (response) => {
      if (!this.#isGone) reply(response);
    });
    this.#measure();
  }

  /** Makes parts from its first number on: at once those that are due, then each when it is. `beganMs`: time of number 0. */
  start(beganMs: number): void {
    const { timeline, partMs } = this.#options;
    timeline.every(tickMs, tickMs, () => {
      if (this.#isGone) return;
      this.live.tick();
      this.#measure();
    });
    const make = (): void => {
      if (this.#isGone) return;
      const leftMs = beganMs + this.#number * segmentMs + (this.#index + 1) * partMs - timeline.nowMs;
      if (leftMs > 0) {
        timeline.after(leftMs, make);
        return;
      }
      this.#part(this.#number, this.#index++);
      if (this.#index === segmentMs / partMs) {
        this.#index = 0;
        this.#whole(this.#number++);
      }
      make();
    };
    make();
  }

  /** Dies with everything that it has in memory. */
  die(): void {
    this.#isGone = true;
    this.live.close(421);
  }

  /** Its encoder crashes and starts again: another run makes the segment under way, from its first part on. */
  crash(): void {
    this.live.crashed(this.#view.run);
    this.#view.run++;
    this.#index = 0;
    this.live.remade(this.#view.run, this.#number);
  }

  #measure(): void {
    const { usage } = this.live;
    for (const key of Object.keys(this.most) as (keyof typeof usage)[])
      this.most[key] = Math.max(this.most[key], usage[key]);
  }

  #part(number: number, index: number): void {
    const { tracks, partMs } = this.#options;
    const { run } = this.#view;
    for (const track of tracks) {
      this.#view.positions.set(track, { msn: number, part: index });
      this.live.part(track, this.#made(number, index, run, partMs));
    }
  }

  #whole(number: number): void {
    const { timeline, tracks, partMs, storeMs } = this.#options;
    const { run } = this.#view;
    const chunks = Array.from({ length: segmentMs / partMs }, () => chunk);
    const segment = {
      number,
      startTicks: number * segmentMs,
      durationTicks: segmentMs,
      samples: 60,
      bytes: chunks.length * partBytes,
      chunks,
    };
    this.live.group({ number, run, segments: new Map(tracks.map((track) => [track, segment])) });
    timeline.after(storeMs, () => this.live.stored(number));
  }

  #made(number: number, index: number, run: number, partMs: number): Part {
    return {
      ...{ number, index, run, chunk, bytes: partBytes, independent: index === 0 },
      startTicks: number * segmentMs + index * partMs,
      durationTicks: partMs,
    };
  }
}
