import { liveMove } from './policy/live-rate.ts';
import { afterCalm, afterStall, type LiveTarget, startTarget, targetMs } from './policy/live-target.ts';

/** What live sync needs of the player; all in ms. */
export interface SyncedPlayer {
  /** Undefined while nothing live plays, or if the manifest has no clock. */
  latencyMs(): number | undefined;
  /** The latency at which the manifest would have playback. */
  manifestTargetMs(): number;
  setRate(rate: number): void;
  /** Forward to where the target is. */
  jump(byMs: number): void;
}

const lookEveryMs = 200;
/** A pause shorter than this is no wish to watch later. */
const briefPauseMs = 1_500;
/** Media missing this soon after a seek or a start is no sign of a bad network. */
const settleMs = 1_500;
/** Between two jumps: the latency of the first must show. */
const jumpEveryMs = 3_000;

/**
 * Keeps a viewer at the live target, by the rate and, where that would take long, by jumps. One who pauses or seeks back leaves the
 * live edge until they return to it; one whose network stalled doesn't.
 */
export class LiveSync {
  readonly #video: HTMLVideoElement;
  readonly #player: SyncedPlayer;
  readonly #events = new AbortController();
  readonly #look: ReturnType<typeof setInterval>;
  #following = true;
  #target: LiveTarget = startTarget;
  #pausedAtMs: number | undefined;
  #settledAtMs = 0;
  #jumpedAtMs = Number.NEGATIVE_INFINITY;

  constructor(video: HTMLVideoElement, player: SyncedPlayer) {
    this.#video = video;
    this.#player = player;
    const on = (name: string, act: () => void) =>
      video.addEventListener(name, act, { signal: this.#events.signal });
    on('pause', () => {
      if (video.ended) return;
      this.#pausedAtMs = this.#following ? performance.now() : undefined;
      this.#following = false;
    });
    on('play', () => {
      if (this.#pausedAtMs === undefined) return;
      this.#following = performance.now() - this.#pausedAtMs < briefPauseMs;
      this.#pausedAtMs = undefined;
    });
    on('seeking', () => {
      this.#settledAtMs = performance.now();
    });
    this.#look = setInterval(() => this.#step(), lookEveryMs);
  }

  /** Whether playback is kept at the target. */
  get following(): boolean {
    return this.#following;
  }

  get targetMs(): number {
    return targetMs(this.#target, this.#player.manifestTargetMs());
  }

  /** Playback begins anew, or the viewer went somewhere. */
  follow(following: boolean): void {
    this.#following = following;
    this.#pausedAtMs = undefined;
    this.#settledAtMs = performance.now();
    if (!following) this.#player.setRate(1);
  }

  /** The player ran out of media. */
  starved(): void {
    const nowMs = performance.now();
    if (!this.#following || this.#video.paused || nowMs - this.#settledAtMs < settleMs) return;
    this.#target = afterStall(this.#target, nowMs);
  }

  destroy(): void {
    this.#events.abort();
    clearInterval(this.#look);
  }

  #step(): void {
    if (!this.#following || this.#video.paused || this.#video.seeking) return;
    const latencyMs = this.#player.latencyMs();
    if (latencyMs === undefined) return;
    const nowMs = performance.now();
    this.#target = afterCalm(this.#target, nowMs);
    const move = liveMove({ latencyMs, targetMs: this.targetMs, bufferedMs: bufferedMs(this.#video) });
    if ('rate' in move) this.#player.setRate(move.rate);
    else if (nowMs - this.#jumpedAtMs >= jumpEveryMs) {
      this.#jumpedAtMs = nowMs;
      this.#player.jump(move.jumpMs);
    }
  }
}

/** Media without a gap ahead of the picture on screen. */
function bufferedMs({ buffered, currentTime }: HTMLVideoElement): number {
  for (let index = 0; index < buffered.length; index++) {
    if (buffered.start(index) <= currentTime + 0.05 && buffered.end(index) > currentTime) {
      return (buffered.end(index) - currentTime) * 1_000;
    }
  }
  return 0;
}
