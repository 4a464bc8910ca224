export type Track = 'video' | 'audio';

/** A forward step above this is a jump unless the clock confirms it. */
const forwardLimitMs = 1000;
/** A backward step up to this is jitter: the tag is pushed to just after the last one. Above it the publisher has reset its clock. */
const backwardToleranceMs = 100;
/** How far the clock and a publisher may disagree about a pause before the pause counts as a jump. */
const clockToleranceMs = 250;
const longestFrameMs = 200;

interface TrackState {
  /** Stream time of the last tag, also of filler; -1 before the first. */
  lastMs: number;
  /** Publisher's time of the last tag of this session, unwrapped. */
  lastPublisherMs?: number;
  /** Stream time minus the publisher's time. */
  offsetMs: number;
  /** Smoothed distance of tags, for where a tag must be placed without help from its publisher. */
  frameMs: number;
}

/**
 * Maps the timestamps of a broadcast's publish sessions onto stream time (milliseconds since the broadcast began).
 *
 * For any input stream time rises strictly within each track, and a step is never longer than {@link forwardLimitMs} or the time
 * that has really passed. Both tracks of a session share one offset, so they stay as the publisher synchronised them;
 * a jump of one is followed by the other when that one jumps too. RTMP timestamps are 32 bits wide and wrap
 * (RTMP 1.0 section 3): only differences are read, as signed 32-bit numbers.
 */
export class Timeline {
  readonly #tracks: Record<Track, TrackState>;
  #startMs: number;
  /** Publisher's time of the session's last tag of any track. */
  #lastPublisherMs?: number;
  /** Tags placed against their publisher's timestamps, since the broadcast began. */
  #anchors = 0;

  /** `startMs`: what another worker has made already. */
  constructor(startMs = 0) {
    this.#startMs = startMs;
    this.#tracks = {
      video: { lastMs: startMs - 1, offsetMs: 0, frameMs: 33 },
      audio: { lastMs: startMs - 1, offsetMs: 0, frameMs: 21 },
    };
  }

  /** Before the first tag: the first one is placed at `startMs`. */
  startAt(startMs: number): void {
    this.#startMs = startMs;
    for (const track of Object.values(this.#tracks)) track.lastMs = startMs - 1;
  }

  /** Where the longer track ends; just before the start where there is no media. */
  get endMs(): number {
    return Math.max(this.#tracks.video.lastMs, this.#tracks.audio.lastMs);
  }

  /** Stream time of the track's last tag; just before the start where there is none. */
  lastOf(track: Track): number {
    return this.#tracks[track].lastMs;
  }

  /** How often a jump, a reset or a new session made the timeline place media by itself. */
  get anchors(): number {
    return this.#anchors;
  }

  /** The next tag belongs to another publish session, whose timestamps say nothing about the last one's. */
  beginSession(): void {
    this.#lastPublisherMs = undefined;
    for (const track of Object.values(this.#tracks)) track.lastPublisherMs = undefined;
  }

  /**
   * Stream time of a tag with RTMP timestamp `timestamp` (any 32-bit number), read while the clock shows `nowMs` of
   * stream time.
   */
  map(track: Track, timestamp: number, nowMs: number): number {
    const state = this.#tracks[track];
    const publisherMs = this.#unwrap(timestamp);
    const mapped = this.#place(track, state, publisherMs, Math.floor(nowMs));
    state.lastPublisherMs = publisherMs;
    this.#lastPublisherMs = publisherMs;
    state.lastMs = mapped;
    return mapped;
  }

  /** Claims stream time for a tag that no publisher sent; returns its time, which is `atMs` or just after the last tag. */
  fill(track: Track, atMs: number): number {
    const state = this.#tracks[track];
    state.lastMs = Math.max(Math.floor(atMs), state.lastMs + 1);
    return state.lastMs;
  }

  /** The session's publisher time (unwrapped, from the value of its first tag) that a stream time stands for now. */
  toPublisherMs(track: Track, streamMs: number): number {
    return streamMs - this.#tracks[track].offsetMs;
  }

  #unwrap(timestamp: number): number {
    if (this.#lastPublisherMs === undefined) return timestamp >>> 0;
    return this.#lastPublisherMs + ((timestamp - this.#lastPublisherMs) | 0);
  }

  #place(track: Track, state: TrackState, publisherMs: number, nowMs: number): number {
    const other = this.#tracks[track === 'video' ? 'audio' : 'video'];
    if (state.lastPublisherMs === undefined) {
      if (other.lastPublisherMs === undefined) {
        return this.#anchor(
          state,
          publisherMs,
          this.endMs < this.#startMs
            ? Math.max(nowMs, this.#startMs)
            : Math.max(nowMs, this.endMs + state.frameMs),
        );
      }
      return this.#follow(state, other, publisherMs, other.lastMs);
    }
    const step = publisherMs - state.lastPublisherMs;
    const mapped = publisherMs + state.offsetMs;
    const ahead = mapped - state.lastMs;
    const real = mapped <= nowMs + clockToleranceMs;
    if (ahead < -backwardToleranceMs || (ahead > forwardLimitMs && !real)) {
      return this.#follow(state, other, publisherMs, state.lastMs + state.frameMs);
    }
    if (step > 0 && step <= longestFrameMs) state.frameMs += (step - state.frameMs) / 8;
    return Math.max(mapped, state.lastMs + 1);
  }

  /** Takes over the other track's offset where that puts the tag near `expectedMs`, otherwise anchors it there. */
  #follow(state: TrackState, other: TrackState, publisherMs: number, expectedMs: number): number {
    const shared = publisherMs + other.offsetMs;
    const isNear = shared >= expectedMs - backwardToleranceMs && shared <= expectedMs + forwardLimitMs;
    if (other.lastPublisherMs !== undefined && isNear) {
      state.offsetMs = other.offsetMs;
      return Math.max(shared, state.lastMs + 1);
    }
    return this.#anchor(state, publisherMs, expectedMs);
  }

  #anchor(state: TrackState, publisherMs: number, streamMs: number): number {
    this.#anchors++;
    const placed = Math.max(Math.round(streamMs), state.lastMs + 1);
    state.offsetMs = placed - publisherMs;
    return placed;
  }
}
