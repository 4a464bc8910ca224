import { CodecConfigError } from '../../packaging/codec/errors.ts';
import { parseAudioTag } from '../../protocol/flv/audio-tag.ts';
import { FlvError } from '../../protocol/flv/errors.ts';
import { classicVideoHeaderBytes, parseVideoTag } from '../../protocol/flv/video-tag.ts';
import type { JournaledRefusalReason, Refusal } from '../../protocol/refusals.ts';
import { audioCodec, videoCodec } from '../../protocol/rtmp/media-tag.ts';
import {
  decideFormat,
  type InputFormat,
  type ProbedInput,
  sameFormat,
  withSound,
} from '../policy/input-format.ts';
import { repeatTag, type StreamTag, silenceTag } from '../policy/stream-tag.ts';
import { classicAudio, classicVideo } from './policy/classic-flv.ts';
import { type Filler, fillerFor, fillerToEnd, repeatsBetween, type TrackNeed } from './policy/filler.ts';
import { InputMeter } from './policy/input-meter.ts';
import { type AnnouncedTracks, pictureWaitMs, type ShownTracks } from './policy/picture-wait.ts';
import { type Slate, slateAfterMs, slatePicture, slateWantedAfterMs } from './policy/slate.ts';
import { type HeardTag, Timeline, type Track } from './policy/timeline.ts';

/** One RTMP audio or video message, read when the clock was at `nowMs` of stream time. */
export interface MediaMessage {
  readonly type: Track;
  readonly timestampMs: number;
  readonly payload: Buffer;
  readonly nowMs: number;
  /** Time since the session's first message, as counted by the proxy. */
  readonly sessionMs: number;
}

export interface IntakeHandler {
  /** The session's format has been determined; its media follows, starting with a key frame (or with any sound, if it is alone). */
  format(format: InputFormat): void;
  /** `sessionMs` is undefined for filler. */
  tag(tag: StreamTag, sessionMs?: number): void;
  /** The publisher has been away for a while: make a slate that matches this sequence header and pass it to `slate`. */
  slateWanted(videoHeader: Buffer): void;
  /** The session's media cannot be used. Everything else from the session is ignored. */
  unusable(refusal: Refusal<JournaledRefusalReason>): void;
}

/** The format is decided after this much time or this many pictures, whichever comes first. */
const probeMs = 1000;
const probePictures = 10;
const probeBytes = 8 * 1024 * 1024;
/** Media is held for its place up to this much. */
const mostHeldBytes = 8 * 1024 * 1024;
/** Sound that comes before the first picture is kept for it, up to this many frames. */
const mostEarlySound = 500;

interface HeldMessage {
  readonly message: MediaMessage;
  readonly keyframe: boolean;
  readonly heard: HeardTag;
}

interface Probe {
  readonly messages: MediaMessage[];
  bytes: number;
  pictures: number;
  firstPictureMs: number;
  lastPictureMs: number;
}

/**
 * Prepares the media of a broadcast's publish sessions, one session at a time, for ffmpeg: H.264 and AAC only, starting at a
 * key frame, in stream time, with filler while the publisher is silent.
 */
export class Intake {
  readonly timeline: Timeline;
  readonly meter = new InputMeter();
  readonly #handler: IntakeHandler;
  #videoHeader?: Buffer;
  #audioHeader?: Buffer;
  #claimedFrameRate?: number;
  #announced: AnnouncedTracks;
  #format?: InputFormat;
  /** What another worker has shown of the broadcast. */
  readonly #shownBefore: ShownTracks;
  /** The last key frame, whose timing a slate takes over. */
  #keyframe?: Buffer;
  /** Media whose place in stream time is not known yet. */
  #held: HeldMessage[] = [];
  #heldBytes = 0;
  /** Sound of the session before its first picture, and how long it was in all, in ms. */
  #early: MediaMessage[] = [];
  #earlyMs = 0;
  /** Made for the format in `#slateFormat`. */
  #slate?: Slate;
  #slateFormat?: InputFormat;
  #slateShown = false;
  /** Filler has been sent since the publisher's last tag. */
  #filled = false;
  /** Stream time of the publisher's last tag. */
  #lastRealMs = 0;
  #probe?: Probe;
  /** `waiting` for a key frame; `sound`: the session's sound flows without pictures; `probing` the format; `flowing`; `refused`. */
  #state: 'waiting' | 'sound' | 'probing' | 'flowing' | 'refused' = 'waiting';

  /** `startMs`: stream time already produced by another worker. `shownBefore`: what that worker has shown. */
  constructor(handler: IntakeHandler, startMs = 0, shownBefore: ShownTracks = 'nothing') {
    this.timeline = new Timeline(startMs);
    this.#handler = handler;
    this.#shownBefore = shownBefore;
  }

  /** Media flows, or a key frame has arrived: stream time is running. */
  get begun(): boolean {
    return this.#format !== undefined || this.#state === 'probing';
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
    this.#videoHeader = undefined;
    this.#audioHeader = undefined;
    this.#claimedFrameRate = undefined;
    this.#announced = undefined;
    this.#probe = undefined;
    this.#early = [];
    this.#earlyMs = 0;
    this.#state = 'waiting';
  }

  /** The frame rate that the publisher announces in its metadata. */
  claimFrameRate(frameRate: number): void {
    this.#claimedFrameRate = frameRate;
  }

  /** What the publisher's metadata says it sends. */
  announce(tracks: AnnouncedTracks): void {
    this.#announced = tracks;
  }

  /** The slate for the header last passed to `slateWanted`. */
  slate(slate: Slate): void {
    this.#slate = slate;
  }

  push(message: MediaMessage): void {
    if (this.#state === 'refused' || message.payload.length === 0) return;
    try {
      if (message.type === 'video') this.#video(message);
      else this.#audio(message);
    } catch (cause) {
      // A truncated tag is noise, but without a readable header nothing can be decoded.
      if (cause instanceof CodecConfigError) this.#refuse(cause.message);
      else if (!(cause instanceof FlvError)) throw cause;
    }
  }

  /** Adds filler up to now, and decides a format whose probe has timed out. Call ten times a second. */
  tick(nowMs: number, publisherPresent: boolean): void {
    const first = this.#probe?.messages[0];
    if (first && nowMs - first.nowMs > probeMs) this.#decide();
    if (!this.timeline.isUndecided(nowMs)) this.#release();
    const format = this.#format;
    if (!format) return;
    const filler = fillerFor({
      nowMs,
      // Without pictures none is missing: else the list of them would grow with the broadcast.
      video: this.#need(format.picture ? 'video' : 'audio', nowMs),
      audio: this.#need('audio', nowMs),
      audioFrameMs: format.audioFrameMs,
      publisherPresent,
      hasSound: format.audioCodec !== undefined,
      mayCatchUp: publisherPresent && this.timeline.mayCatchUp(nowMs),
    });
    this.#fill(filler);
    if (nowMs - this.#lastRealMs > slateWantedAfterMs) this.#wantSlate(format);
  }

  /** Nothing follows: both tracks end together. */
  end(): void {
    const { timeline } = this;
    this.#release();
    if (!this.#format?.picture) return;
    this.#fill(fillerToEnd(timeline.lastOf('video'), timeline.lastOf('audio'), this.#format.audioFrameMs));
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

  #video(message: MediaMessage): void {
    const tag = parseVideoTag(message.payload);
    if (tag.packetType === 'other' || tag.packetType === 'end') return;
    if (tag.codec !== 'avc') {
      this.#refuse(`${videoCodec(message.payload)?.name ?? tag.codec} video`);
      return;
    }
    const payload = classicVideo(message.payload, tag);
    if (tag.packetType === 'sequence-header') {
      const changed = this.#videoHeader !== undefined && !this.#videoHeader.equals(payload);
      this.#release();
      this.#videoHeader = payload;
      if (changed && this.#state === 'flowing') {
        this.#state = 'waiting';
        this.#earlyMs = 0;
      }
      return;
    }
    if (this.#videoHeader === undefined || payload.length <= classicVideoHeaderBytes) return;
    if (this.#isBeforePictures && tag.keyframe) this.#begin();
    if (!this.#isBeforePictures) this.#take({ ...message, payload }, tag.keyframe);
  }

  /** No picture of the session can be used yet. */
  get #isBeforePictures(): boolean {
    return this.#state === 'waiting' || this.#state === 'sound';
  }

  #audio(message: MediaMessage): void {
    const tag = parseAudioTag(message.payload);
    if (tag.packetType === 'other' || tag.packetType === 'end') return;
    if (tag.codec !== 'aac') {
      this.#refuse(`${audioCodec(message.payload)?.name ?? tag.codec} audio`);
      return;
    }
    const payload = classicAudio(message.payload, tag);
    if (tag.packetType === 'sequence-header') {
      const changed = this.#audioHeader === undefined || !this.#audioHeader.equals(payload);
      this.#release();
      this.#audioHeader = payload;
      if (changed && (this.#state === 'flowing' || this.#state === 'sound')) this.#changeSound(payload);
      return;
    }
    if (this.#audioHeader === undefined || tag.data.length === 0) return;
    if (this.#state === 'waiting') this.#awaitPicture({ ...message, payload });
    else this.#take({ ...message, payload }, false);
  }

  /** The broadcast flows, and has no pictures. */
  get #isSoundAlone(): boolean {
    return this.#format !== undefined && !this.#format.picture;
  }

  /** What the session has said of its format, without what its pictures show. */
  get #said(): ProbedInput {
    return {
      ...(this.#videoHeader ? { videoHeader: this.#videoHeader } : {}),
      ...(this.#audioHeader ? { audioHeader: this.#audioHeader } : {}),
      ...(this.#claimedFrameRate === undefined ? {} : { claimedFrameRate: this.#claimedFrameRate }),
    };
  }

  /** Keeps sound for the session's first picture, until it has waited for that long enough. */
  #awaitPicture(message: MediaMessage): void {
    if (this.#early.push(message) > mostEarlySound) this.#early.shift();
    const known = this.#format;
    const format = known ? withSound(known, this.#audioHeader!) : decideFormat(this.#said);
    this.#earlyMs += format.audioFrameMs;
    const before = known ? (known.picture ? 'pictures' : 'sound-alone') : this.#shownBefore;
    if (this.#earlyMs < pictureWaitMs(this.#announced, before)) return;
    if (!known && format.picture) {
      // Pictures were begun and none came: a slate stands for them.
      this.#wantSlate(format);
      if (!this.#slate) return;
    } else if (!format.picture && before === 'pictures') return;
    this.#flowWithoutPicture(format);
  }

  #flowWithoutPicture(format: InputFormat): void {
    const early = this.#early;
    this.#early = [];
    this.#state = 'sound';
    const isFirst = this.#format === undefined;
    this.#format = format;
    this.#handler.format(format);
    const [first, last] = [early[0]!, early.at(-1)!];
    // The slate comes first, since encoding begins with it, but the sound has its place before it is given one.
    const slateMs = isFirst && format.picture ? this.timeline.lastOf('video') + 1 : undefined;
    if (slateMs !== undefined) this.#handler.tag(this.#fillerAt(slateMs));
    // Until media flows, stream time stands: what was kept counts as read at its own pace.
    const stood = isFirst && first.nowMs === last.nowMs;
    for (const [index, message] of early.entries()) {
      const laterMs = stood ? index * format.audioFrameMs : 0;
      this.#map({ ...message, nowMs: message.nowMs + laterMs }, false);
    }
    if (slateMs !== undefined) this.timeline.fill('video', slateMs);
  }

  /** Other sound, or the first, of a session that is on the air: its pictures go on as they are. */
  #changeSound(audioHeader: Buffer): void {
    if (!this.#format) return;
    this.#format = withSound(this.#format, audioHeader);
    this.#handler.format(this.#format);
  }

  #refuse(detail: string): void {
    this.#state = 'refused';
    this.#probe = undefined;
    this.#handler.unusable({ reason: 'unsupported-codec', detail });
  }

  /** A key frame of a session whose format hasn't been determined. */
  #begin(): void {
    const known = this.#format;
    const same =
      known?.picture !== undefined &&
      this.#videoHeader?.equals(known.picture.header) === true &&
      (this.#audioHeader?.equals(known.audioHeader) ?? known.audioCodec === undefined);
    if (same) {
      this.#state = 'flowing';
      this.#handler.format(known);
      this.#early = [];
    } else {
      this.#state = 'probing';
      this.#probe = { messages: [], bytes: 0, pictures: 0, firstPictureMs: 0, lastPictureMs: 0 };
    }
  }

  #take(message: MediaMessage, keyframe: boolean): void {
    const probe = this.#probe;
    // Where sound has been flowing by itself, it goes on.
    if (!probe || (message.type === 'audio' && this.#isSoundAlone)) {
      this.#map(message, keyframe);
      return;
    }
    probe.messages.push(message);
    probe.bytes += message.payload.length;
    if (message.type === 'video') {
      if (probe.pictures === 0) probe.firstPictureMs = message.timestampMs;
      probe.pictures++;
      probe.lastPictureMs = message.timestampMs;
    }
    const spanMs = (message.timestampMs - probe.firstPictureMs) | 0;
    const seen = probe.pictures >= probePictures && this.#audioHeader !== undefined;
    if (seen || Math.abs(spanMs) >= probeMs || probe.bytes > probeBytes) this.#decide();
  }

  #decide(): void {
    const probe = this.#probe;
    if (!probe || !this.#videoHeader) return;
    this.#probe = undefined;
    const spanMs = (probe.lastPictureMs - probe.firstPictureMs) | 0;
    const input: ProbedInput = {
      ...this.#said,
      ...(spanMs > 0 ? { measuredFrameRate: ((probe.pictures - 1) * 1000) / spanMs } : {}),
    };
    try {
      this.#format = decideFormat(input);
    } catch (cause) {
      if (!(cause instanceof CodecConfigError)) throw cause;
      this.#refuse(cause.message);
      return;
    }
    this.#state = 'flowing';
    this.#handler.format(this.#format);
    // The first picture fixes the session's place in stream time; sound from before it has none.
    const [first, ...rest] = probe.messages;
    const early = this.#early.filter(
      ({ timestampMs }) => first && ((timestampMs - first.timestampMs) | 0) >= 0,
    );
    this.#early = [];
    for (const message of [...(first ? [first] : []), ...early, ...rest]) {
      this.#map(message, message.type === 'video' && message.payload[0]! >> 4 === 1);
    }
  }

  #map(message: MediaMessage, keyframe: boolean): void {
    const { type, timestampMs, payload, nowMs } = message;
    const heard = this.timeline.hear(type, timestampMs, nowMs);
    this.meter.count(type, payload.length, nowMs);
    this.#held.push({ message, keyframe, heard });
    this.#heldBytes += payload.length;
    if (!this.timeline.isUndecided(nowMs) || this.#heldBytes > mostHeldBytes) this.#release();
  }

  /** Gives media its place that waited for it to be known. */
  #release(): void {
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    for (const each of held) this.#place(each);
  }

  #place({ message, keyframe, heard }: HeldMessage): void {
    const { type, payload, sessionMs } = message;
    const lastMs = this.timeline.lastOf(type);
    const { streamMs, late } = this.timeline.settle(heard);
    if (type === 'audio') {
      const audioHeader = this.#audioHeader;
      if (late || !audioHeader) return;
      this.#lastRealMs = Math.max(this.#lastRealMs, streamMs);
      const isAlone = this.#isSoundAlone;
      if (isAlone) this.#filled = false;
      this.#handler.tag({ type, streamMs, payload, keyframe: isAlone, audioHeader }, sessionMs);
      return;
    }
    if (!late) {
      if (this.#keyframe)
        for (const at of repeatsBetween(lastMs, streamMs)) this.#handler.tag(this.#fillerAt(at));
      this.#lastRealMs = Math.max(this.#lastRealMs, streamMs);
      this.#slateShown = false;
      this.#filled = false;
    }
    if (keyframe) this.#keyframe = payload;
    const videoHeader = this.#videoHeader;
    const tag: StreamTag = { type, streamMs, payload, keyframe, ...(late && { hidden: true }) };
    this.#handler.tag(videoHeader ? { ...tag, videoHeader } : tag, sessionMs);
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

  #fillAudio(atMs: number): void {
    const { silence, audioHeader } = this.#format ?? {};
    if (!silence || !audioHeader) return;
    this.#handler.tag(silenceTag(this.timeline.fill('audio', atMs), silence, audioHeader));
  }
}
