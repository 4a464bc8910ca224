import { shortestPictureMs } from '../../policy/stream-tag.ts';
import { RecentLeast } from './recent-least.ts';

export type Track = 'video' | 'audio';

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

/** A step of a track's timestamps that differs from the clock's by more than this is a jump: the publisher reset its clock. */
const jumpMs = 1000;
/** A backward step up to this among real media is jitter: the tag is moved to just after the last one. */
const jitterMs = 100;
/** Tracks whose timestamps are further apart than this have nothing to do with each other. */
const mostApartMs = 10_000;
/** A track may always be this much later than its timestamps say; filler waits for it. */
const mostLagMs = 3000;
/** How fast a learned lag is forgotten, in ms a second. */
const forgetLagMsPerSecond = 200;
/** A track heard within this counts for the session's lag and lead. */
const aliveMs = 3000;
/** A session that is this late for good is placed anew; less is corrected softly. */
const tooLateMs = 700;
/** Whether it catches up is judged over this, if its time is taken already, or if it still has its place. */
const judgeLateMs = 400;
const judgeBehindMs = 3000;
/** Tags must have come at this many moments to show a pace. */
const judgeMoments = 4;
/** After a gap that is this much longer than a tag's step, the pace is judged anew: what was held up arrives now. */
const mostGapMs = 200;
/** A burst is given this long before filler goes on. */
const patienceMs = 600;
/** Drift is corrected by 1 ms at most once in this time: 5,000 ppm. */
const slewEveryMs = 200;
const slewWindowMs = 5000;
const slewToleranceMs = 150;
const longestFrameMs = 200;

interface TrackState {
  /** Stream time of the last tag, filler included; just before the start if there is none. */
  lastMs: number;
  /** The last tag was filler. */
  filled: boolean;
  /** Publisher's time of this session's last tag, unwrapped. */
  publisherMs?: number | undefined;
  /** Stream time by the clock when it was read. */
  heardMs: number;
  /** Stream time minus publisher's time. */
  offsetMs: number;
  /** The session was moved to a later time, from this publisher's time on. */
  shift?: { readonly fromMs: number; readonly byMs: number } | undefined;
  /** By how much the last tag was behind the clock. */
  behindMs: number;
  /** By how much more than the other track's, usually: sound that is sent late is not media that the network holds up. */
  skewMs: number;
  /** By how much the track's tags usually are. */
  lagMs: number;
  /** Smoothed interval between tags. */
  frameMs: number;
}

/** What was read since it is not known whether it is late for good. */
interface Undecided {
  readonly sinceMs: number;
  /** Publisher's time from which on nothing has its place. */
  readonly fromMs: number;
  readonly tags: { readonly heard: HeardTag; readonly publisherMs: number }[];
}

/**
 * Maps the timestamps of a broadcast's publish sessions onto stream time (milliseconds since the broadcast began).
 *
 * Stream time is the publisher's time plus one offset for both tracks, fixed when a session begins: when a tag arrives never moves
 * it against the other track. The offset changes in three cases only, for both tracks: a track's own timestamps jump against the
 * clock; the publisher's clock stood still, so that its media would stay late for good; or, softly, to follow a clock that drifts.
 * Within a track the stream time of tags that are shown strictly increases. RTMP timestamps are 32 bits wide and wrap (RTMP 1.0
 * section 3): only differences are used, as signed 32-bit numbers.
 */
export class Timeline {
  readonly #tracks: Record<Track, TrackState>;
  #startMs: number;
  #anchors = 0;
  /** The session is late, and is given time to catch up. */
  #late?: { readonly sinceMs: number; readonly behindMs: number; moments: number } | undefined;
  #lateFromMs: number | undefined;
  #undecided?: Undecided | undefined;
  /** By how much the session is behind the clock by its earlier track, and by its later one. */
  #earlier = new RecentLeast(slewWindowMs, 0);
  #later = new RecentLeast(slewWindowMs, 0);
  #slewedMs = 0;

  /** `startMs`: stream time already produced by another worker. */
  constructor(startMs = 0) {
    this.#startMs = startMs;
    const track = (frameMs: number): TrackState => ({
      lastMs: startMs - 1,
      filled: false,
      heardMs: Number.NEGATIVE_INFINITY,
      offsetMs: 0,
      behindMs: 0,
      skewMs: 0,
      lagMs: 0,
      frameMs,
    });
    this.#tracks = { video: track(33), audio: track(21) };
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

  /** The track's last tag was filler. */
  isFilled(track: Track): boolean {
    return this.#tracks[track].filled;
  }

  /** How late the track's tags usually are, 0 to 3,000 ms. */
  lagOf(track: Track): number {
    return this.#tracks[track].lagMs;
  }

  /** How long ago the track's last tag of this session was read. */
  silentMs(track: Track, nowMs: number): number {
    const { publisherMs, heardMs } = this.#tracks[track];
    return publisherMs === undefined ? Number.POSITIVE_INFINITY : nowMs - heardMs;
  }

  /** Media that is late has just begun to arrive: it may be up with the clock in a moment. */
  mayCatchUp(nowMs: number): boolean {
    return this.#lateFromMs !== undefined && nowMs - this.#lateFromMs < patienceMs;
  }

  /** How far both tracks have got: what a player can show. A track that is not sent does not count. */
  reachedMs(nowMs: number): number {
    const alive = this.#alive(nowMs);
    return alive.length === 0 ? this.endMs : Math.min(...alive.map(({ lastMs }) => lastMs));
  }

  /** How often the timeline chose an offset, since the broadcast began. */
  get anchors(): number {
    return this.#anchors;
  }

  /** The next tag belongs to another publish session, whose timestamps are unrelated to the last one's. */
  beginSession(): void {
    this.#caughtUp();
    for (const track of Object.values(this.#tracks)) {
      track.publisherMs = undefined;
      track.shift = undefined;
      track.behindMs = 0;
      track.skewMs = 0;
      track.lagMs = 0;
    }
  }

  /** The clock was set forward by this much: whatever was read is as much later than it seemed. */
  clockMoved(byMs: number): void {
    for (const track of Object.values(this.#tracks)) {
      track.heardMs += byMs;
      track.behindMs += byMs;
    }
    this.#earlier.move(byMs);
    this.#later.move(byMs);
  }

  /**
   * Reads a tag with RTMP timestamp `timestamp` (any 32-bit number) when the clock is at `nowMs` of stream time. `settle` it
   * unless `isUndecided`.
   */
  hear(track: Track, timestamp: number, nowMs: number): HeardTag {
    const state = this.#tracks[track];
    const other = this.#tracks[track === 'video' ? 'audio' : 'video'];
    const now = Math.floor(nowMs);
    const publisherMs = unwrap(timestamp, state.publisherMs ?? other.publisherMs);
    this.#fixOffset(state, other, publisherMs, now);
    applyShift(state, publisherMs);
    const stepMs = publisherMs - (state.publisherMs ?? publisherMs);
    if (stepMs > 0 && stepMs <= longestFrameMs) state.frameMs += (stepMs - state.frameMs) / 8;
    this.#learn(state, other, publisherMs, now);
    const gapMs = now - Math.max(state.heardMs, other.heardMs);
    if (gapMs > Math.max(stepMs, 0) + mostGapMs) this.#late = undefined;
    else if (gapMs > 0 && this.#late) this.#late.moments++;
    state.publisherMs = publisherMs;
    state.heardMs = now;
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
    return this.#undecided !== undefined && nowMs - this.#undecided.sinceMs < patienceMs;
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
    if (overlapMs >= 0 && (state.filled || overlapMs > jitterMs))
      return { streamMs: state.lastMs, late: true };
    state.lastMs = Math.max(streamMs, state.lastMs + 1);
    state.filled = false;
    return { streamMs: state.lastMs, late: false };
  }

  /** Reserves stream time for a filler tag; returns its time, which is `atMs` or just after the last tag. */
  fill(track: Track, atMs: number): number {
    const state = this.#tracks[track];
    state.lastMs = Math.max(Math.floor(atMs), state.lastMs + 1);
    state.filled = true;
    return state.lastMs;
  }

  #fixOffset(state: TrackState, other: TrackState, publisherMs: number, now: number): void {
    if (state.publisherMs === undefined) {
      if (other.publisherMs === undefined) {
        this.#anchor(state, publisherMs, this.#nextFor(now));
      } else {
        this.#share(state, other, publisherMs, now, mostApartMs);
        this.#forgetDrift(now);
      }
      return;
    }
    const stepMs = publisherMs - state.publisherMs;
    const isBack = stepMs < -jitterMs && now - state.heardMs - stepMs > jumpMs;
    const isAhead = publisherMs + state.offsetMs > now + jumpMs && stepMs > now - state.heardMs + jumpMs;
    if (this.#follows(state, other, stepMs, now))
      [state.offsetMs, state.shift] = [other.offsetMs, other.shift];
    else if (isBack || isAhead) this.#share(state, other, publisherMs, now, jumpMs);
  }

  /** The other track's clock has jumped, and with this tag the same happens here: it is as late as it was before. */
  #follows(state: TrackState, other: TrackState, stepMs: number, now: number): boolean {
    const jumpedMs = other.offsetMs - state.offsetMs;
    if (other.publisherMs === undefined || state.shift || Math.abs(jumpedMs) <= tooLateMs) return false;
    const apartMs = Math.abs(stepMs + jumpedMs - (now - state.heardMs));
    return apartMs < Math.min(jumpMs, Math.abs(jumpedMs) / 2);
  }

  /** Takes over the other track's offset if that puts the tag within `toleranceMs` of now; otherwise anchors the track by itself. */
  #share(state: TrackState, other: TrackState, publisherMs: number, now: number, toleranceMs: number): void {
    const isShared = state.publisherMs !== undefined && state.offsetMs === other.offsetMs;
    if (
      other.publisherMs !== undefined &&
      !isShared &&
      Math.abs(publisherMs + other.offsetMs - now) <= toleranceMs
    )
      [state.offsetMs, state.shift] = [other.offsetMs, other.shift];
    else this.#anchor(state, publisherMs, Math.max(now, state.lastMs + state.frameMs));
  }

  /**
   * Where media that was heard at `now` may begin so that the last tag of either track, filler too, lasts as long as any. Filler
   * that is far beyond has taken the time of media that waited: sound, for a picture.
   */
  #nextFor(now: number): number {
    if (this.endMs < this.#startMs) return Math.max(now, this.#startMs);
    const tracks = Object.values(this.#tracks).filter(
      ({ filled, lastMs }) => !filled || lastMs <= now + jumpMs,
    );
    return Math.max(now, ...tracks.map(({ lastMs, frameMs }) => lastMs + frameMs));
  }

  #anchor(state: TrackState, publisherMs: number, streamMs: number): void {
    this.#anchors++;
    state.offsetMs = Math.round(streamMs) - publisherMs;
    state.shift = undefined;
    this.#forgetDrift(streamMs);
  }

  #alive(now: number): TrackState[] {
    return Object.values(this.#tracks).filter(
      ({ publisherMs, heardMs }) => publisherMs !== undefined && now - heardMs < aliveMs,
    );
  }

  /**
   * By how much the session is behind the clock: its earlier track counts. What a track that is always sent late has still to send
   * from before a pause shows nothing of it.
   */
  #behindMs(now: number): number {
    const alive = this.#alive(now);
    const prompt = alive.filter(({ skewMs }) => skewMs <= tooLateMs);
    return Math.min(...(prompt.length > 0 ? prompt : alive).map(({ behindMs, skewMs }) => behindMs - skewMs));
  }

  #learn(state: TrackState, other: TrackState, publisherMs: number, now: number): void {
    if (state.publisherMs !== undefined) {
      const forgottenMs = ((now - state.heardMs) * forgetLagMsPerSecond) / 1000;
      state.lagMs = Math.max(0, state.lagMs - forgottenMs);
    }
    state.behindMs = now - (publisherMs + state.offsetMs);
    if (state.behindMs <= mostLagMs) state.lagMs = Math.max(state.lagMs, state.behindMs);
    const isLate = this.#lateFromMs !== undefined;
    if (isLate || other.publisherMs === undefined || now - other.heardMs >= aliveMs) return;
    const skewMs = Math.max(0, state.behindMs - other.behindMs);
    state.skewMs += (skewMs - state.skewMs) / 8;
  }

  /** A session that does not catch up is late for good: its clock stood still, or the network is too slow for it. */
  #catchUp(tag: { heard: HeardTag; publisherMs: number }, isLate: boolean, now: number): void {
    const behindMs = this.#behindMs(now);
    if (behindMs <= tooLateMs) {
      this.#caughtUp();
      return;
    }
    if (isLate) this.#undecided ??= { sinceMs: now, fromMs: this.#newestMs, tags: [] };
    if (this.isUndecided(now)) this.#undecided?.tags.push(tag);
    this.#lateFromMs ??= now;
    this.#late ??= { sinceMs: now, behindMs, moments: 0 };
    const { sinceMs, behindMs: firstMs, moments } = this.#late;
    const elapsedMs = now - sinceMs;
    if (moments < judgeMoments || elapsedMs < (isLate ? judgeLateMs : judgeBehindMs)) return;
    this.#late = undefined;
    if (firstMs - behindMs < elapsedMs / 2) this.#shift(behindMs, now);
  }

  /** The newest publisher's time of either track. */
  get #newestMs(): number {
    const times = Object.values(this.#tracks).map(({ publisherMs }) => publisherMs);
    return Math.max(...times.map((ms) => ms ?? Number.NEGATIVE_INFINITY));
  }

  #caughtUp(): void {
    this.#late = undefined;
    this.#lateFromMs = undefined;
    this.#undecided = undefined;
  }

  /**
   * Moves the session to a later time, both tracks from the same publisher's time on: what the later track has still to send from
   * before it belongs to pictures that were shown already.
   */
  #shift(behindMs: number, now: number): void {
    this.#anchors++;
    const byMs = Math.round(behindMs);
    const tracks = Object.values(this.#tracks);
    const undecided = this.isUndecided(now) ? this.#undecided : undefined;
    this.#undecided = undefined;
    const fromMs = undecided?.fromMs ?? this.#newestMs;
    for (const { heard, publisherMs } of undecided?.tags ?? []) {
      if (publisherMs >= fromMs) heard.streamMs += byMs;
    }
    for (const track of tracks) {
      applyShift(track, Number.POSITIVE_INFINITY);
      track.shift = { fromMs, byMs };
      if (track.publisherMs !== undefined) applyShift(track, track.publisherMs);
    }
    this.#forgetDrift(now);
  }

  #forgetDrift(now: number): void {
    this.#earlier = new RecentLeast(slewWindowMs, now);
    this.#later = new RecentLeast(slewWindowMs, now);
  }

  /**
   * What the network holds up comes and goes; the least of it over some seconds shows how the publisher's clock runs. A session is
   * behind if its earlier track is, and ahead only if both are: a track that is sent early is not a clock that runs fast.
   */
  #followDrift(now: number): void {
    this.#earlier.add(this.#behindMs(now), now);
    this.#later.add(Math.max(...this.#alive(now).map(({ behindMs }) => behindMs)), now);
    const { value: behindMs = 0 } = this.#earlier;
    const { value: aheadMs = 0 } = this.#later;
    const stepMs = behindMs > slewToleranceMs ? 1 : aheadMs < -slewToleranceMs ? -1 : 0;
    if (stepMs === 0 || now - this.#slewedMs < slewEveryMs) return;
    this.#slewedMs = now;
    for (const track of Object.values(this.#tracks)) {
      track.offsetMs += stepMs;
      track.behindMs -= stepMs;
    }
    this.#earlier.move(-stepMs);
    this.#later.move(-stepMs);
  }
}

function applyShift(track: TrackState, publisherMs: number): void {
  if (!track.shift || publisherMs < track.shift.fromMs) return;
  const { byMs } = track.shift;
  track.shift = undefined;
  track.offsetMs += byMs;
  track.behindMs -= byMs;
  track.lagMs = Math.max(0, track.lagMs - byMs);
}

function unwrap(timestamp: number, lastMs: number | undefined): number {
  return lastMs === undefined ? timestamp >>> 0 : lastMs + ((timestamp - lastMs) | 0);
}
