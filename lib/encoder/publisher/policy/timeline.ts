export type Track = 'video' | 'audio';

/** A forward step above this is a jump unless the clock confirms it. */
const forwardLimitMs = 1000;
/**
 * A backward step up to this is jitter: the tag is moved to just after the last one. A larger one means the publisher has
 * reset its clock.
 */
const backwardToleranceMs = 100;
/** How far the clock and a publisher may disagree about a pause before the pause counts as a jump. */
const clockToleranceMs = 250;
const longestFrameMs = 200;

interface TrackState {
  /** Stream time of the last tag, filler included; -1 before the first. */
  lastMs: number;
  /** Publisher's time of this session's last tag, unwrapped. */
  lastPublisherMs?: number;
  /** Stream time minus publisher's time. */
  offsetMs: number;
  /** Smoothed interval between tags, for placing a tag when the publisher's timestamps don't help. */
  frameMs: number;
}

/**
 * Maps the timestamps of a broadcast's publish sessions onto stream time (milliseconds since the broadcast began).
 *
 * For any input, stream time strictly increases within each track, and no step is longer than {@link forwardLimitMs} or the
 * time that has really passed. Both tracks of a session share one offset, so they stay synchronised as the publisher sent
 * them; when one track jumps, the other follows once it jumps too. RTMP timestamps are 32 bits wide and wrap (RTMP 1.0
 * section 3): only differences are used, as signed 32-bit numbers.
 */
export class Timeline {
  readonly #tracks: Record<Track, TrackState>;
  #startMs: number;
  /** Publisher's time of the session's last tag on either track. */
  #lastPublisherMs?: number;
  /** Number of tags placed without using the publisher's timestamps, since the broadcast began. */
  #anchors = 0;

  /** `startMs`: stream time already produced by another worker. */
  constructor(startMs = 0) {
    this.#startMs = startMs;
    this.#tracks = {
      video: { lastMs: startMs - 1, offsetMs: 0, frameMs: 33 },
      audio: { lastMs: startMs - 1, offsetMs: 0, frameMs: 21 },
    };
  }

  /** Places the first tag at `startMs`. Call before the first tag. */
  startAt(startMs: number): void {
    this.#startMs = startMs;
    for (const track of Object.values(this.#tracks)) track.lastMs = startMs - 1;
  }

  /** End of the longer track; just before the start if there is no media. */
  get endMs(): number {
    return Math.max(this.#tracks.video.lastMs, this.#tracks.audio.lastMs);
  }

  /** Stream time of the track's last tag; just before the start if there is none. */
  lastOf(track: Track): number {
    return this.#tracks[track].lastMs;
  }

  /** How often a jump, a reset or a new session made the timeline choose a position on its own. */
  get anchors(): number {
    return this.#anchors;
  }

  /** The next tag belongs to another publish session, whose timestamps are unrelated to the last one's. */
  beginSession(): void {
    this.#lastPublisherMs = undefined;
    for (const track of Object.values(this.#tracks)) track.lastPublisherMs = undefined;
  }

  /**
   * Returns the stream time of a tag with RTMP timestamp `timestamp` (any 32-bit number), read when the clock was at `nowMs`
   * of stream time.
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

  /** Reserves stream time for a filler tag; returns its time, which is `atMs` or just after the last tag. */
  fill(track: Track, atMs: number): number {
    const state = this.#tracks[track];
    state.lastMs = Math.max(Math.floor(atMs), state.lastMs + 1);
    return state.lastMs;
  }

  /** Converts a stream time to the session's current publisher time (unwrapped, counted from the value of its first tag). */
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

  /** Adopts the other track's offset if that puts the tag near `expectedMs`; otherwise anchors the tag there. */
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
