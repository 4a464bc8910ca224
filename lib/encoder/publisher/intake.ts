import { segmentMs } from '../../packaging/segment-grid.ts';
import type { JournaledRefusalReason, Refusal } from '../../protocol/refusals.ts';
import { type InputFormat, sameFormat } from '../policy/input-format.ts';
import { repeatTag, type StreamTag, silenceTag } from '../policy/stream-tag.ts';
import { StepMeter } from '../report/policy/health/step-meter.ts';
import {
  type Filler,
  fillerFor,
  fillerToEnd,
  repeatsBetween,
  silencesBetween,
  type TrackNeed,
} from './policy/filler.ts';
import { heldCost } from './policy/held-cost.ts';
import { InputMeter } from './policy/input-meter.ts';
import type { AnnouncedTracks, ShownTracks } from './policy/probe/picture-wait.ts';
import type { MediaMessage, SessionMedia } from './policy/probe/session-media.ts';
import { type Slate, slateAfterMs, slatePicture, slateWantedAfterMs } from './policy/slate.ts';
import { type HeardTag, Timeline } from './policy/timeline/timeline.ts';
import type { Track } from './policy/timeline/timeline-track.ts';
import { SessionProbe } from './session-probe.ts';

export interface IntakeHandler {
  /** The session's format has been determined; its media follows, starting with a key frame (or with any sound, if it is alone). */
  format(format: InputFormat): void;
  /** `sessionMs` is undefined for filler. */
  tag(tag: StreamTag, sessionMs?: number): void;
  /** The publisher has been away for a while: make a slate that matches this sequence header and pass it to `slate`. */
  slateWanted(videoHeader: Buffer): void;
  /** The session's pictures have waited for a key frame for some seconds. Called once a session. */
  keyframeAwaited?(): void;
  /** The session's media cannot be used. Everything else from the session is ignored. */
  unusable(refusal: Refusal<JournaledRefusalReason>): void;
}

/** Media is held for its place up to this much. */
const mostHeldBytes = 8 * 1024 * 1024;

interface HeldMedia {
  readonly media: SessionMedia;
  readonly heard: HeardTag;
}

/**
 * Brings the media of a broadcast's publish sessions, one session at a time, into stream time for ffmpeg, with filler and a slate
 * while the publisher is silent.
 */
export class Intake {
  readonly timeline: Timeline;
  readonly meter = new InputMeter();
  /** What is measured for the broadcast's health. */
  readonly steps = new StepMeter();
  readonly #handler: IntakeHandler;
  readonly #session: SessionProbe;
  readonly #partMs: number;
  /** The last key frame, whose timing a slate takes over. */
  #keyframe?: Buffer;
  /** Media whose place in stream time is not known yet. */
  #held: HeldMedia[] = [];
  #heldBytes = 0;
  /** Made for the format in `#slateFormat`. */
  #slate?: Slate;
  #slateFormat?: InputFormat;
  #slateShown = false;
  /** Filler has been sent since the publisher's last tag. */
  #filled = false;
  /** Stream time of the publisher's last tag. */
  #lastRealMs = 0;
  /** Sound, or silence, has been handed on. */
  #hasSounded = false;

  /**
   * `startMs`: stream time already produced by another worker. `shownBefore`: what that worker has shown. `partMs`: of what viewers are
   * given at once.
   */
  constructor(
    handler: IntakeHandler,
    startMs = 0,
    shownBefore: ShownTracks = 'nothing',
    partMs: number = segmentMs,
  ) {
    this.timeline = new Timeline(startMs);
    this.#partMs = partMs;
    this.#handler = handler;
    this.#session = new SessionProbe(
      {
        format: (format) => {
          // What is held has the format before.
          this.#release();
          handler.format(format);
        },
        media: (media) => this.#map(media),
        canShowSlate: (format) => {
          this.#wantSlate(format);
          return this.#slate !== undefined;
        },
        soundWithoutPicture: (waited, isFirst) => this.#beginWithoutPicture(waited, isFirst),
        keyframeAwaited: () => handler.keyframeAwaited?.(),
        unusable: (refusal) => handler.unusable(refusal),
      },
      shownBefore,
    );
  }

  /** Media flows, or a key frame has arrived: stream time is running. */
  get begun(): boolean {
    return this.#session.begun;
  }

  /** What viewers see at the end of stream time. */
  get shown(): 'media' | 'last-picture' | 'slate' | 'silence' {
    if (this.#slateShown) return 'slate';
    if (!this.#filled) return 'media';
    return this.#format?.picture ? 'last-picture' : 'silence';
  }

  /** The messages that follow belong to another session. */
  beginSession(): void {
    this.#release();
    this.timeline.beginSession();
    this.steps.beginSession();
    this.#session.beginSession();
  }

  /** The clock was set forward by this much. */
  clockMoved(byMs: number): void {
    this.timeline.clockMoved(byMs);
    this.steps.clockMoved(byMs);
  }

  /** The frame rate that the publisher announces in its metadata. */
  claimFrameRate(frameRate: number): void {
    this.#session.claimFrameRate(frameRate);
  }

  /** What the publisher's metadata says it sends. */
  announce(tracks: AnnouncedTracks): void {
    this.#session.announce(tracks);
  }

  /** The slate for the header last passed to `slateWanted`. */
  slate(slate: Slate): void {
    this.#slate = slate;
  }

  push(message: MediaMessage): void {
    this.#session.push(message);
  }

  /** Adds filler up to now, and decides a format whose probe has timed out. Call ten times a second. */
  tick(nowMs: number, publisherPresent: boolean): void {
    this.#session.tick(nowMs);
    if (!this.timeline.isUndecided(nowMs)) this.#release();
    const format = this.#format;
    // What is probed was read already, and has its place at that time.
    if (!format || this.#session.isProbing) return;
    const filler = fillerFor({
      nowMs,
      // Without pictures none is missing: else the list of them would grow with the broadcast.
      video: this.#need(format.picture ? 'video' : 'audio', nowMs),
      audio: this.#need('audio', nowMs),
      audioFrameMs: format.audioFrameMs,
      publisherPresent,
      hasSound: format.audioCodec !== undefined,
      mayCatchUp: publisherPresent && this.timeline.mayCatchUp(nowMs),
      partMs: this.#partMs,
    });
    this.#fill(filler);
    if (nowMs - this.#lastRealMs > slateWantedAfterMs) this.#wantSlate(format);
  }

  /** Nothing follows: both tracks end together. */
  end(): void {
    const { timeline } = this;
    this.#release();
    if (!this.#format?.picture) return;
    const { audioFrameMs } = this.#format;
    const partMs = this.#partMs;
    this.#fill(fillerToEnd(timeline.lastOf('video'), timeline.lastOf('audio'), { audioFrameMs, partMs }));
  }

  #fill({ video, audio }: Filler): void {
    const hasPicture = this.#format?.picture !== undefined;
    if (hasPicture) for (const at of video) this.#fillVideo(at);
    for (const at of audio) this.#fillAudio(at);
    this.#filled ||= (hasPicture ? video : audio).length > 0;
  }

  #need(track: Track, nowMs: number): TrackNeed {
    const { timeline } = this;
    return {
      lastMs: timeline.lastOf(track),
      lagMs: timeline.lagOf(track),
      silentMs: timeline.silentMs(track, nowMs),
      filled: timeline.isFilled(track),
    };
  }

  /** Requests a slate once per format; sound alone needs none. */
  #wantSlate(format: InputFormat): void {
    if (!format.picture || (this.#slateFormat && sameFormat(this.#slateFormat, format))) return;
    this.#slateFormat = format;
    this.#slate = undefined;
    this.#handler.slateWanted(format.picture.header);
  }

  get #format(): InputFormat | undefined {
    return this.#session.format;
  }

  #beginWithoutPicture(waited: readonly SessionMedia[], isFirst: boolean): void {
    const [first, last] = [waited[0]!, waited.at(-1)!];
    const { picture, audioFrameMs } = this.#format!;
    // The slate comes first, since encoding begins with it, but the sound has its place before it is given one.
    const slateMs = isFirst && picture ? this.timeline.lastOf('video') + 1 : undefined;
    if (slateMs !== undefined) this.#handler.tag(this.#fillerAt(slateMs));
    // Until media flows, stream time stands: what was kept counts as read at its own pace.
    const stood = isFirst && first.nowMs === last.nowMs;
    for (const [index, media] of waited.entries()) {
      const laterMs = stood ? index * audioFrameMs : 0;
      this.#map({ ...media, nowMs: media.nowMs + laterMs });
    }
    if (slateMs !== undefined) this.timeline.fill('video', slateMs);
  }

  #map(media: SessionMedia): void {
    const { type, timestampMs, payload, nowMs, keyframe } = media;
    const heard = this.timeline.hear(type, timestampMs, nowMs);
    const bytes = payload.length;
    this.meter.count(type, bytes, nowMs);
    this.steps.media({ type, bytes, keyframe, timestampMs, nowMs, behindMs: this.timeline.behindOf(type) });
    this.#held.push({ media, heard });
    this.#heldBytes += heldCost(media);
    if (!this.timeline.isUndecided(nowMs) || this.#heldBytes > mostHeldBytes) this.#release();
  }

  /** Gives media its place that waited for it to be known. */
  #release(): void {
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    for (const each of held) this.#place(each);
  }

  #place({ media, heard }: HeldMedia): void {
    const { type, payload, sessionMs, keyframe, header } = media;
    const lastMs = this.timeline.lastOf(type);
    const { streamMs, late } = this.timeline.settle(heard);
    if (type === 'audio') {
      if (late) return;
      if (this.#hasSounded) this.#silenceBetween(lastMs, streamMs);
      this.#hasSounded = true;
      this.#lastRealMs = Math.max(this.#lastRealMs, streamMs);
      const isAlone = this.#session.isSoundAlone;
      if (isAlone) this.#filled = false;
      this.#handler.tag({ type, streamMs, payload, keyframe: isAlone, audioHeader: header }, sessionMs);
      return;
    }
    if (!late) {
      if (this.#keyframe)
        for (const at of repeatsBetween(lastMs, streamMs, this.#partMs))
          this.#handler.tag(this.#fillerAt(at));
      this.#lastRealMs = Math.max(this.#lastRealMs, streamMs);
      this.#slateShown = false;
      this.#filled = false;
    } else this.steps.pictureLate();
    if (keyframe) this.#keyframe = payload;
    const tag: StreamTag = { type, streamMs, payload, keyframe, videoHeader: header };
    this.#handler.tag(late ? { ...tag, hidden: true } : tag, sessionMs);
  }

  #fillVideo(atMs: number): void {
    this.#handler.tag(this.#fillerAt(this.timeline.fill('video', atMs)));
  }

  #fillerAt(streamMs: number): StreamTag {
    const slate = this.#slateAt(streamMs);
    return slate ? { type: 'video', streamMs, keyframe: true, filler: true, ...slate } : repeatTag(streamMs);
  }

  /** Undefined while the last picture should still be shown. Once shown, the slate stays until a real picture arrives. */
  #slateAt(streamMs: number): { payload: Buffer; videoHeader: Buffer } | undefined {
    const slate = this.#slate;
    const isDue = !this.#keyframe || streamMs - this.#lastRealMs >= slateAfterMs;
    this.#slateShown ||= slate !== undefined && isDue;
    if (!this.#slateShown || !slate) return undefined;
    return { payload: slatePicture(slate, streamMs, this.#keyframe), videoHeader: slate.videoHeader };
  }

  /** ffmpeg fills a hole itself, but not where sound of another form follows: it would last as long as its last frame. */
  #silenceBetween(lastMs: number, nextMs: number): void {
    const { silence, audioHeader, audioFrameMs } = this.#format ?? {};
    if (!silence || !audioHeader || !audioFrameMs) return;
    for (const at of silencesBetween(lastMs, nextMs, audioFrameMs))
      this.#handler.tag(silenceTag(at, silence, audioHeader));
  }

  #fillAudio(atMs: number): void {
    const { silence, audioHeader } = this.#format ?? {};
    if (!silence || !audioHeader) return;
    this.#hasSounded = true;
    this.#handler.tag(silenceTag(this.timeline.fill('audio', atMs), silence, audioHeader));
  }
}
