import { pauseMs } from '../../../retry/policy/backoff.ts';
import { mustReload, type PlaybackTarget, reloads } from '../model/playback-target.ts';
import type { PlaybackCondition } from '../model/viewer-scene.ts';
import type { PlaybackEngine } from './engine.ts';

/** A picture that stands still for this long counts as a stall; shorter hitches are not worth a word. */
const stallMs = 1_000;
const lookEveryMs = 250;

/**
 * Keeps one video element playing what it is told to: loads, starts (muted where the browser wants it so), tries again after failures with
 * back-off, and says in one word how it goes.
 */
export class PlaybackSession {
  readonly #video: HTMLVideoElement;
  readonly #engine: PlaybackEngine;
  readonly #changed: (condition: PlaybackCondition) => void;
  readonly #events = new AbortController();
  #target: PlaybackTarget | undefined;
  #condition: PlaybackCondition = 'empty';
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  readonly #look: ReturnType<typeof setInterval>;
  /** What is loaded is good; false from a failure, or the begin of a load, until it is done. */
  #loaded = false;
  /** Where the picture was when it last moved, and when that was by the monotonic clock. */
  #moved = { position: 0, atMs: 0 };

  constructor(
    video: HTMLVideoElement,
    engine: PlaybackEngine,
    changed: (condition: PlaybackCondition) => void,
  ) {
    this.#video = video;
    this.#engine = engine;
    this.#changed = changed;
    const on = (name: string, act: () => void) =>
      video.addEventListener(name, act, { signal: this.#events.signal });
    on('pause', () => {
      const plays = this.#condition === 'playing' || this.#condition === 'stalled';
      if (plays && !video.ended) this.#become('paused');
    });
    on('play', () => {
      if (this.#condition !== 'paused') return;
      this.#moved = { ...this.#moved, atMs: performance.now() };
      this.#become('playing');
    });
    on('ended', () => this.#become('finished'));
    // No event tells of every stall: an engine that buffers may hold the rate at 0, and the element still says "timeupdate".
    this.#look = setInterval(() => this.#lookForMotion(), lookEveryMs);
  }

  get target(): PlaybackTarget | undefined {
    return this.#target;
  }

  /** Loads `next` if it is another broadcast than the one that plays; otherwise nothing is disturbed. */
  follow(next: PlaybackTarget | undefined): void {
    if (next === undefined) return;
    // A broadcast may be found elsewhere after another encoder took it over.
    const waits = this.#condition === 'failed' || this.#condition === 'stalled';
    const stuck = waits && this.#target?.url !== next.url;
    if (stuck || mustReload(this.#target, next)) {
      this.#failures = 0;
      this.#load(next);
    } else if (this.#target?.broadcastId === undefined) {
      // Loaded without the API's help; now it has said which broadcast this is.
      this.#target = {
        ...this.#target,
        url: this.#target?.url ?? next.url,
        from: 'live',
        broadcastId: next.broadcastId,
      };
    }
  }

  /** Loads the same again, now. */
  reload(): void {
    if (this.#target) this.#load(this.#target);
  }

  /** As `reload`, but the words for the failure stay on screen until the picture is back: they would flicker otherwise. */
  #tryAgain(): void {
    if (this.#target) this.#load(this.#target, 'failed');
  }

  /** Plays the broadcast from its first second; a live presentation that ended has become a recording. */
  replay(target: PlaybackTarget): void {
    this.#load({ ...target, from: 'start' });
  }

  /** The engine gave up. */
  failed(): void {
    // What fails after the picture went is a rest of what was loaded.
    if (this.#events.signal.aborted || this.#target === undefined) return;
    this.#loaded = false;
    this.#become('failed');
    clearTimeout(this.#retry);
    this.#failures++;
    this.#retry = setTimeout(() => this.#tryAgain(), pauseMs(reloads, this.#failures, Math.random()));
  }

  /** Nothing of the stream may be seen any more: the picture goes at once, and comes back when `follow` has a target again. */
  goDark(): void {
    if (this.#events.signal.aborted) return;
    clearTimeout(this.#retry);
    this.#target = undefined;
    this.#loaded = false;
    this.#become('taken-down');
    this.#video.pause();
    this.#engine.unload().catch(() => {});
  }

  async destroy(): Promise<void> {
    this.#events.abort();
    clearTimeout(this.#retry);
    clearInterval(this.#look);
    await this.#engine.destroy();
  }

  #load(target: PlaybackTarget, condition: 'loading' | 'failed' = 'loading'): void {
    clearTimeout(this.#retry);
    this.#target = target;
    this.#loaded = false;
    this.#become(condition);
    this.#engine.load(target).then(
      () => {
        if (this.#target !== target) return;
        this.#loaded = true;
        this.#play();
      },
      () => {
        if (this.#target === target) this.failed();
      },
    );
  }

  #play(): void {
    this.#video.play().catch((cause: unknown) => {
      // Autoplay with sound is refused without a gesture, and without sound only where the viewer set it so.
      if (cause instanceof DOMException && cause.name === 'NotAllowedError') {
        if (!this.#video.muted) {
          this.#video.muted = true;
          this.#play();
        } else this.#become('paused');
      }
    });
  }

  #lookForMotion(): void {
    const { currentTime: position, paused, ended, seeking } = this.#video;
    const nowMs = performance.now();
    const by = position - this.#moved.position;
    if (by !== 0) {
      this.#moved = { position, atMs: nowMs };
      // A jump is a seek, not motion.
      const playsOn = by > 0 && by < 2 && !paused && !ended && !seeking;
      if (playsOn && this.#loaded) {
        this.#failures = 0;
        this.#become('playing');
      }
    } else if (this.#condition === 'playing' && !paused && !ended && nowMs - this.#moved.atMs >= stallMs) {
      this.#become('stalled');
    }
  }

  #become(condition: PlaybackCondition): void {
    if (condition === this.#condition || this.#events.signal.aborted) return;
    this.#condition = condition;
    this.#changed(condition);
  }
}
