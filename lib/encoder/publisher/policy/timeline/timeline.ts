import { shortestPictureMs } from '../../../policy/stream-tag.ts';
import { Drift } from './drift.ts';
import { Lateness, patienceMs, tooLateMs } from './lateness.ts';
import { followJump, jitterMs, jumpMs } from './publisher-clock.ts';
import { aliveTracks, behindClockMs, laterBehindMs, learnLag } from './session-lag.ts';
import {
  applyShifts,
  forgetSession,
  moveTrack,
  newTrack,
  type Shift,
  type Track,
  type TrackState,
  unwrap,
} from './timeline-track.ts';

/** A tag that was read and has not been given its place. */
export interface HeardTag {
  readonly track: Track;
  /** Where it belongs by its timestamp; moves with a session that turns out to be late for good. */
  streamMs: number;
}

/** Where a tag belongs in stream time. */
export interface Placement {
  readonly streamMs: number;
  /**
   * Filler or later media has taken the tag's time, or a repeat has just begun to be shown. `streamMs` is then that of the track's
   * last tag: a picture is decoded for the sake of those that refer to it, and not shown; sound is dropped.
   */
  readonly late: boolean;
}

/** Tracks whose timestamps are further apart than this have nothing to do with each other. */
const mostApartMs = 10_000;
/** Media that is further ahead of the clock than this was held up when the session got its place. */
const mostAheadMs = 300;
const longestFrameMs = 200;

/**
 * Maps the timestamps of a broadcast's publish sessions onto stream time (milliseconds since the broadcast began).
 *
 * The publisher's time is that of its timestamps, without jumps of its clock, which both tracks share. Stream time is the publisher's
 * time plus one offset for both tracks, fixed when a session begins: when a tag arrives never moves it against the other track. The
 * offset changes in three cases only, for both tracks from the same publisher's time on: the publisher's clock stood still, so that its
 * media would stay late for good; the session got its place by media that was held up, so that what follows at once would be ahead of
 * the clock; or, softly, to follow a clock that drifts.
 * Within a track the stream time of tags that are shown strictly increases. RTMP timestamps are 32 bits wide and wrap (RTMP 1.0
 * section 3): only differences are used, as signed 32-bit numbers.
 */
export class Timeline {
  readonly #tracks: Record<Track, TrackState>;
  #startMs: number;
  #anchors = 0;
  readonly #lateness = new Lateness();
  readonly #drift = new Drift();
  /** How much media may be still to come at once, since the session got its place: as much as there was nothing before. */
  #heldUpMs = 0;
  /** How far the earlier track usually is ahead of the clock: sound, of pictures that are sent late. */
  #usualLeadMs = 0;
  /** Such media has begun to come: the session is moved back. Undefined once something is shown in its new place. */
  #burst?: Shift | undefined;
  #burstUntilMs = Number.NEGATIVE_INFINITY;

  /** `startMs`: stream time already produced by another worker. */
  constructor(startMs = 0) {
    this.#startMs = startMs;
    this.#tracks = { video: newTrack(startMs, 33), audio: newTrack(startMs, 21) };
  }

  get #both(): readonly TrackState[] {
    return Object.values(this.#tracks);
  }

  /** Places the first tag at `startMs`. Call before the first tag. */
  startAt(startMs: number): void {
    this.#startMs = startMs;
    for (const track of this.#both) track.lastMs = startMs - 1;
  }

  /** End of the longer track; just before the start if there is no media. */
  get endMs(): number {
    return Math.max(this.#tracks.video.lastMs, this.#tracks.audio.lastMs);
  }

  /** Stream time of the track's last tag; just before the start if there is none. */
  lastOf(track: Track): number {
    return this.#tracks[track].lastMs;
  }

  /** The track's last tag was filler. */
  isFilled(track: Track): boolean {
    return this.#tracks[track].filled;
  }

  /** How late the track's tags usually are, 0 to 3,000 ms. */
  lagOf(track: Track): number {
    return this.#tracks[track].lagMs;
  }

  /** By how much the track's last tag was behind the clock. */
  behindOf(track: Track): number {
    return this.#tracks[track].behindMs;
  }

  /** How long ago the track's last tag of this session was read. */
  silentMs(track: Track, nowMs: number): number {
    const { publisherMs, heardMs } = this.#tracks[track];
    return publisherMs === undefined ? Number.POSITIVE_INFINITY : nowMs - heardMs;
  }

  /** Media that is late has just begun to arrive: it may be up with the clock in a moment. */
  mayCatchUp(nowMs: number): boolean {
    return this.#lateness.mayCatchUp(nowMs);
  }

  /** How far both tracks have got: what a player can show. A track that is not sent does not count. */
  reachedMs(nowMs: number): number {
    const alive = aliveTracks(this.#both, nowMs);
    return alive.length === 0 ? this.endMs : Math.min(...alive.map(({ lastMs }) => lastMs));
  }

  /** How often the timeline chose an offset, since the broadcast began. */
  get anchors(): number {
    return this.#anchors;
  }

  /** The next tag belongs to another publish session, whose timestamps are unrelated to the last one's. */
  beginSession(): void {
    this.#lateness.caughtUp();
    this.#usualLeadMs = 0;
    for (const track of this.#both) forgetSession(track);
  }

  /** The clock was set forward by this much: whatever was read is as much later than it seemed. */
  clockMoved(byMs: number): void {
    for (const track of this.#both) {
      track.heardMs += byMs;
      track.behindMs += byMs;
    }
    this.#drift.clockMoved(byMs);
  }

  /**
   * Reads a tag with RTMP timestamp `timestamp` (any 32-bit number) when the clock is at `nowMs` of stream time. `settle` it
   * unless `isUndecided`.
   */
  hear(track: Track, timestamp: number, nowMs: number): HeardTag {
    const state = this.#tracks[track];
    const other = this.#tracks[track === 'video' ? 'audio' : 'video'];
    const now = Math.floor(nowMs);
    const last = state.publisherMs === undefined ? other : state;
    const timestampMs = unwrap(timestamp, last.publisherMs === undefined ? undefined : last.timestampMs);
    const anchors = this.#anchors;
    if (state.publisherMs === undefined) this.#join(state, other, timestampMs, now);
    else if (followJump(state, other, timestampMs - state.timestampMs, now)) this.#anchored(now);
    state.timestampMs = timestampMs;
    const publisherMs = timestampMs - state.jumpedMs;
    applyShifts(state, publisherMs);
    const stepMs = publisherMs - (state.publisherMs ?? publisherMs);
    if (stepMs > 0 && stepMs <= longestFrameMs) state.frameMs += (stepMs - state.frameMs) / 8;
    learnLag(state, other, { publisherMs, isLate: this.#lateness.isLate, now });
    this.#lateness.came(now - Math.max(state.heardMs, other.heardMs), stepMs);
    state.publisherMs = publisherMs;
    state.heardMs = now;
    if (anchors === this.#anchors) this.#pullBack(state, other, now);
    const heard: HeardTag = { track, streamMs: publisherMs + state.offsetMs };
    this.#catchUp({ heard, publisherMs }, heard.streamMs <= state.lastMs, now);
    this.#followDrift(now);
    return heard;
  }

  /**
   * Media that is late has begun to arrive, and it is not known yet whether it catches up (then filler has taken its time) or
   * stays late (then all of it is shown, later). True for 600 ms at most.
   */
  isUndecided(nowMs: number): boolean {
    return this.#lateness.isUndecided(nowMs);
  }

  /** Reads a tag and gives it its place at once. */
  place(track: Track, timestamp: number, nowMs: number): Placement {
    return this.settle(this.hear(track, timestamp, nowMs));
  }

  /** Gives a tag its place. */
  settle({ track, streamMs }: HeardTag): Placement {
    const state = this.#tracks[track];
    const shownMs = state.filled && track === 'video' ? shortestPictureMs - 1 : 0;
    const overlapMs = state.lastMs + shownMs - streamMs;
    if (overlapMs >= 0 && (state.filled || state.moved || overlapMs > jitterMs))
      return { streamMs: state.lastMs, late: true };
    state.lastMs = Math.max(streamMs, state.lastMs + 1);
    state.filled = false;
    state.moved = false;
    this.#burst = undefined;
    return { streamMs: state.lastMs, late: false };
  }

  /** Reserves stream time for a filler tag; returns its time, which is `atMs` or just after the last tag. */
  fill(track: Track, atMs: number): number {
    const state = this.#tracks[track];
    state.lastMs = Math.max(Math.floor(atMs), state.lastMs + 1);
    state.filled = true;
    return state.lastMs;
  }

  /** The first tag of a track: of the session, or at the other one's times, unless theirs have nothing to do with each other. */
  #join(state: TrackState, other: TrackState, timestampMs: number, now: number): void {
    if (other.publisherMs === undefined) {
      const offsetMs = Math.round(this.#nextFor(now)) - timestampMs;
      for (const track of [state, other]) track.offsetMs = offsetMs;
      this.#anchored(now);
      return;
    }
    this.#drift.forget(now);
    state.jumpedMs = other.jumpedMs;
    const streamMs = timestampMs - state.jumpedMs + state.offsetMs;
    if (Math.abs(streamMs - now) <= mostApartMs) return;
    state.jumpedMs += Math.round(streamMs - Math.max(now, state.lastMs + state.frameMs));
    this.#anchored(now);
  }

  /**
   * Where media that was heard at `now` may begin so that the last tag of either track, filler too, lasts as long as any. Filler
   * that is far beyond has taken the time of media that waited: sound, for a picture.
   */
  #nextFor(now: number): number {
    if (this.endMs < this.#startMs) return Math.max(now, this.#startMs);
    const tracks = this.#both.filter(({ filled, lastMs }) => !filled || lastMs <= now + jumpMs);
    return Math.max(now, ...tracks.map(({ lastMs, frameMs }) => lastMs + frameMs));
  }

  /** The session got its place, or its clock jumped. */
  #anchored(now: number): void {
    this.#anchors++;
    const tracks = this.#both;
    const silentMs = now - Math.max(...tracks.map(({ heardMs }) => heardMs));
    this.#heldUpMs = Number.isFinite(silentMs)
      ? Math.max(silentMs, ...tracks.map(({ behindMs }) => behindMs))
      : 0;
    this.#burst = undefined;
    this.#burstUntilMs = Number.NEGATIVE_INFINITY;
    this.#drift.forget(now);
  }

  /** Nothing can be sent before its time: what is ahead of the clock belongs to media that got its place when it was late. */
  #pullBack(state: TrackState, other: TrackState, now: number): void {
    const stillMs = state.shifts.reduce((sum, { byMs }) => sum + byMs, 0);
    const aheadMs = Math.floor(stillMs - state.behindMs - other.skewMs);
    if (aheadMs <= (now < this.#burstUntilMs ? 0 : mostAheadMs) || this.#heldUpMs < aheadMs) return;
    this.#heldUpMs -= aheadMs;
    if (now >= this.#burstUntilMs) this.#burstUntilMs = now + patienceMs;
    const burst = this.#burst;
    if (!burst) {
      this.#burst = this.#shift(-aheadMs, now);
      return;
    }
    for (const track of this.#both) if (!track.shifts.includes(burst)) moveTrack(track, -aheadMs);
    burst.byMs -= aheadMs;
  }

  /** A session that does not catch up is late for good: its clock stood still, or the network is too slow for it. */
  #catchUp(tag: { heard: HeardTag; publisherMs: number }, isTaken: boolean, now: number): void {
    const byClockMs = behindClockMs(this.#both, now);
    const behindMs = byClockMs + this.#usualLeadMs;
    if (behindMs <= tooLateMs) {
      this.#usualLeadMs += (Math.max(0, -byClockMs) - this.#usualLeadMs) / 8;
      this.#lateness.caughtUp();
      return;
    }
    const newestMs = this.#newestMs;
    if (this.#lateness.judge(tag, { behindMs, isTaken, newestMs }, now)) this.#shift(behindMs, now);
  }

  /** The newest publisher's time of either track. */
  get #newestMs(): number {
    const times = this.#both.map(({ publisherMs }) => publisherMs);
    return Math.max(...times.map((ms) => ms ?? Number.NEGATIVE_INFINITY));
  }

  /**
   * Moves the session to a later time, both tracks from the same publisher's time on: what the later track has still to send from
   * before it belongs to pictures that were shown already.
   */
  #shift(behindMs: number, now: number): Shift {
    this.#anchors++;
    const byMs = Math.round(behindMs);
    const tracks = this.#both;
    const undecided = this.#lateness.decide(now);
    const fromMs = undecided?.fromMs ?? this.#newestMs;
    for (const { heard, publisherMs } of undecided?.tags ?? []) {
      if (publisherMs >= fromMs) heard.streamMs += byMs;
    }
    const shift = { fromMs, byMs };
    for (const track of tracks) {
      track.shifts = [...track.shifts, shift];
      if (track.publisherMs !== undefined) applyShifts(track, track.publisherMs);
    }
    this.#drift.forget(now);
    return shift;
  }

  #followDrift(now: number): void {
    const stepMs = this.#drift.follow(behindClockMs(this.#both, now), laterBehindMs(this.#both, now), now);
    if (stepMs === 0) return;
    for (const track of this.#both) {
      track.offsetMs += stepMs;
      track.behindMs -= stepMs;
    }
  }
}
