import { pauseMs } from '../../../retry/policy/backoff.ts';
import { sameButToken } from '../model/playback-link.ts';
import { mustReload, type PlaybackTarget, reloads } from '../model/playback-target.ts';
import type { PlaybackCondition, Refusal } from '../model/viewer-scene.ts';
import type { PlaybackEngine } from './engine.ts';

/** A picture frozen for this long counts as a stall; shorter hitches go unreported. */
const stallMs = 1_000;
const lookEveryMs = 250;

/**
 * Keeps a video element playing its target: loads it, starts it (muted if the browser requires that) unless the viewer paused, retries
 * after failures with backoff, and reports its condition.
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
  /** The target is loaded; false from a failure or the start of a load until the load completes. */
  #loaded = false;
  /** Playback position at the last motion, and the monotonic time of it. */
  #moved = { position: 0, atMs: 0 };
  /** Where the current target was seen playing last; undefined for one who is kept at the live edge. */
  #playedTo: number | undefined;
  /** The viewer paused: whatever is loaded waits for them. */
  #paused = false;

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
      const begins = this.#condition === 'loading' && this.#loaded;
      if (!(plays || begins) || video.ended) return;
      this.#paused = true;
      this.#become('paused');
    });
    on('play', () => {
      this.#paused = false;
      if (this.#condition !== 'paused') return;
      this.#moved = { ...this.#moved, atMs: performance.now() };
      this.#become('playing');
    });
    on('ended', () => {
      // What was left of a failed broadcast has played: reloading it would start again from the beginning.
      clearTimeout(this.#retry);
      this.#become('finished');
    });
    // No event covers every stall: a buffering engine may hold the rate at 0 while the element still fires "timeupdate".
    this.#look = setInterval(() => this.#lookForMotion(), lookEveryMs);
  }

  get target(): PlaybackTarget | undefined {
    return this.#target;
  }

  /** Loads `next` if it is a different broadcast from the current one; otherwise playback isn't disturbed. */
  follow(next: PlaybackTarget | undefined): void {
    if (next === undefined) return;
    if (this.#target && this.#target.url !== next.url && sameButToken(this.#target.url, next.url)) {
      this.#renew(next);
      return;
    }
    // A broadcast's URL may change when another encoder takes it over.
    const waits = this.#condition === 'failed' || this.#condition === 'stalled';
    const stuck = waits && this.#target?.url !== next.url;
    if (stuck || mustReload(this.#target, next)) {
      this.#failures = 0;
      this.#load(next);
    } else if (this.#target?.broadcastId === undefined) {
      // Loaded without the API; now we know which broadcast it is.
      this.#target = {
        ...this.#target,
        url: this.#target?.url ?? next.url,
        from: 'live',
        broadcastId: next.broadcastId,
      };
    }
  }

  /** The link was renewed. */
  #renew(next: PlaybackTarget): void {
    const target = { ...next, from: this.#target?.from ?? next.from };
    if (this.#engine.swapsTokens && this.#loaded) this.#target = target;
    else this.#load(target, 'loading', this.#here);
  }

  /** Reloads the current target immediately. It goes on where it was seen last, or at the live edge if that is where it was. */
  reload(): void {
    if (this.#target) this.#load(this.#target, 'loading', this.#playedTo);
  }

  /** Reloads it where it is. */
  reloadHere(): void {
    if (this.#target) this.#load(this.#target, 'loading', this.#here);
  }

  get #here(): number | undefined {
    if (!this.#loaded) return this.#playedTo;
    return this.#engine.facts().following ? undefined : this.#video.currentTime;
  }

  /** Like `reload`, but keeps the failure message on screen until the picture is back, to avoid flicker. */
  #tryAgain(): void {
    if (this.#target) this.#load(this.#target, 'failed', this.#playedTo);
  }

  /** Plays the broadcast from its first second; an ended live presentation is a recording. */
  replay(target: PlaybackTarget): void {
    this.#paused = false;
    this.#load({ ...target, from: 'start' });
  }

  /** The engine gave up. */
  failed(): void {
    // A failure after the target was dropped is a leftover of the old load.
    if (this.#events.signal.aborted || this.#target === undefined) return;
    this.#loaded = false;
    this.#become('failed');
    clearTimeout(this.#retry);
    this.#failures++;
    this.#retry = setTimeout(() => this.#tryAgain(), pauseMs(reloads, this.#failures, Math.random()));
  }

  /** Removes the picture immediately, because the stream may no longer be shown. `follow` with a target brings it back. */
  goDark(refusal: Refusal): void {
    if (this.#events.signal.aborted) return;
    clearTimeout(this.#retry);
    this.#target = undefined;
    this.#loaded = false;
    this.#become(refusal);
    this.#video.pause();
    this.#engine.unload().catch(() => {});
  }

  async destroy(): Promise<void> {
    this.#events.abort();
    clearTimeout(this.#retry);
    clearInterval(this.#look);
    await this.#engine.destroy();
  }

  #load(target: PlaybackTarget, condition: 'loading' | 'failed' = 'loading', position?: number): void {
    clearTimeout(this.#retry);
    this.#target = target;
    this.#loaded = false;
    this.#playedTo = position;
    this.#become(condition);
    this.#engine.load(target, position).then(
      () => {
        if (this.#target !== target) return;
        this.#loaded = true;
        if (this.#paused) this.#become('paused');
        else this.#play();
      },
      () => {
        if (this.#target === target) this.failed();
      },
    );
  }

  #play(): void {
    this.#video.play().catch((cause: unknown) => {
      // Autoplay with sound needs a user gesture; muted autoplay is refused only by the viewer's own settings.
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
        const { following, streamStart } = this.#engine.facts();
        // Without stream time, positions of another load may be others.
        this.#playedTo = following || streamStart === undefined ? undefined : position;
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
