import { nalLengthBytesOf } from '../../packaging/codec/avc-config.ts';
import { canBeginAt } from '../../packaging/codec/avc-start.ts';
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
import { classicAudio, classicVideo } from './policy/probe/classic-flv.ts';
import { EarlySound } from './policy/probe/early-sound.ts';
import { FormatChanges } from './policy/probe/format-changes.ts';
import { FormatSample } from './policy/probe/format-sample.ts';
import { PictureSizes } from './policy/probe/picture-sizes.ts';
import { type AnnouncedTracks, pictureWaitMs, type ShownTracks } from './policy/probe/picture-wait.ts';
import type { MediaMessage, SessionMedia } from './policy/probe/session-media.ts';
import { type Awaited, StartWait } from './policy/probe/start-wait.ts';

export interface SessionProbeHandler {
  /** The session's format has been determined; its media follows, starting with a key frame (or with any sound, if it is alone). */
  format(format: InputFormat): void;
  media(media: SessionMedia): void;
  /** Pictures were announced by a sequence header, and none came. Returns whether a slate can stand for them. */
  canShowSlate(format: InputFormat): boolean;
  /** Sound goes on without a picture, beginning with what has waited for one. `isFirst`: nothing has been on the air before. */
  soundWithoutPicture(waited: readonly SessionMedia[], isFirst: boolean): void;
  /** The session's pictures have waited for a key frame for some seconds. Called once a session. */
  keyframeAwaited(): void;
  /** The session's media cannot be used. Everything else from the session is ignored. */
  unusable(refusal: Refusal<JournaledRefusalReason>): void;
}

type UnusableReason = 'unsupported-codec' | 'no-starting-point' | 'picture-too-large' | 'unsteady-format';

/**
 * Finds out what a broadcast's publish sessions send, one session at a time: reads their sequence headers, waits for pictures,
 * decides the format. Passes on what can be decoded: H.264 and AAC, from a key frame on.
 */
export class SessionProbe {
  readonly #handler: SessionProbeHandler;
  #videoHeader?: Buffer;
  #audioHeader?: Buffer;
  #claimedFrameRate?: number;
  #announced: AnnouncedTracks;
  /** What the broadcast's latest media has. */
  #format?: InputFormat;
  /** What another worker has shown of the broadcast. */
  readonly #shownBefore: ShownTracks;
  readonly #early = new EarlySound();
  /** How much sound of the session came before its first picture, in ms, and its format, once it has been decided. */
  #earlyMs = 0;
  #earlyFormat: InputFormat | undefined;
  #sample?: FormatSample | undefined;
  #wait = new StartWait();
  readonly #changes = new FormatChanges();
  readonly #sizes = new PictureSizes();
  /** `waiting` for a key frame; `sound`: the session's sound flows without pictures; `probing` the format; `flowing`; `refused`. */
  #state: 'waiting' | 'sound' | 'probing' | 'flowing' | 'refused' = 'waiting';

  constructor(handler: SessionProbeHandler, shownBefore: ShownTracks) {
    this.#handler = handler;
    this.#shownBefore = shownBefore;
  }

  /** What the broadcast's latest media has; undefined before the first. */
  get format(): InputFormat | undefined {
    return this.#format;
  }

  /** Media flows, or a key frame has arrived. */
  get begun(): boolean {
    return this.#format !== undefined || this.#state === 'probing';
  }

  /** The session's media is kept until its format is known: for a second at most. */
  get isProbing(): boolean {
    return this.#state === 'probing';
  }

  /** The broadcast flows, and has no pictures. */
  get isSoundAlone(): boolean {
    return this.#format !== undefined && !this.#format.picture;
  }

  /** The messages that follow belong to another session. */
  beginSession(): void {
    this.#videoHeader = undefined;
    this.#audioHeader = undefined;
    this.#claimedFrameRate = undefined;
    this.#announced = undefined;
    this.#sample = undefined;
    this.#wait = new StartWait();
    this.#early.take();
    this.#earlyMs = 0;
    this.#earlyFormat = undefined;
    this.#state = 'waiting';
  }

  /** The frame rate that the publisher announces in its metadata. */
  claimFrameRate(frameRate: number): void {
    this.#claimedFrameRate = frameRate;
    this.#earlyFormat = undefined;
  }

  /** What the publisher's metadata says it sends. */
  announce(tracks: AnnouncedTracks): void {
    this.#announced = tracks;
  }

  push(message: MediaMessage): void {
    if (this.#state === 'refused') return;
    if (message.payload.length === 0) {
      if (message.type === 'video' && !this.#videoHeader) this.#lacks('default-track', message);
      return;
    }
    try {
      if (message.type === 'video') this.#video(message);
      else this.#audio(message);
    } catch (cause) {
      // A truncated tag is noise, but without a readable header nothing can be decoded.
      if (cause instanceof CodecConfigError) this.#refuse(cause.message);
      else if (!(cause instanceof FlvError)) throw cause;
    }
  }

  /** Decides a format whose probe has timed out. Call ten times a second. */
  tick(nowMs: number): void {
    if (this.#sample?.isOverdue(nowMs)) this.#decide();
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
      this.#useVideoHeader(payload);
      return;
    }
    const header = this.#videoHeader;
    if (payload.length <= classicVideoHeaderBytes) return;
    if (header === undefined) {
      this.#lacks('video-header', message);
      return;
    }
    const lengthBytes = nalLengthBytesOf(header.subarray(classicVideoHeaderBytes));
    if (this.#isTooLarge(this.#sizes.faultOfPicture(tag.data, lengthBytes))) return;
    // Encoders call the pictures at which an intra refresh or an open GOP begins inter pictures.
    const keyframe = tag.keyframe || canBeginAt(tag.data, lengthBytes);
    if (this.#isBeforePictures && keyframe) this.#begin();
    if (this.#isBeforePictures) this.#lacks('key-frame', message);
    else this.#take({ ...message, payload, keyframe, header });
  }

  #useVideoHeader(header: Buffer): void {
    this.#wait.over('default-track');
    this.#wait.over('video-header');
    if (this.#videoHeader?.equals(header)) return;
    if (this.#isTooLarge(this.#sizes.faultOfHeader(header))) return;
    const changed = this.#videoHeader !== undefined;
    this.#videoHeader = header;
    this.#earlyFormat = undefined;
    if (!changed || this.#state !== 'flowing') return;
    this.#state = 'waiting';
    this.#earlyMs = 0;
  }

  #isTooLarge(fault: string | undefined): boolean {
    if (fault !== undefined) this.#refuse(fault, 'picture-too-large');
    return fault !== undefined;
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
      this.#useAudioHeader(payload);
      return;
    }
    const header = this.#audioHeader;
    if (tag.data.length === 0) return;
    if (header === undefined) {
      this.#lacks('audio-header', message);
      return;
    }
    const sound: SessionMedia = { ...message, payload, keyframe: false, header };
    if (this.#state === 'waiting') this.#awaitPicture(sound, header);
    else this.#take(sound);
  }

  /** Other sound, or the first, of a session that is on the air leaves its pictures as they are. */
  #useAudioHeader(header: Buffer): void {
    this.#wait.over('audio-header');
    const changed = this.#audioHeader === undefined || !this.#audioHeader.equals(header);
    this.#audioHeader = header;
    this.#earlyFormat = undefined;
    if (!changed || !this.#format || (this.#state !== 'flowing' && this.#state !== 'sound')) return;
    this.#format = withSound(this.#format, header);
    this.#handler.format(this.#format);
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
  #awaitPicture(sound: SessionMedia, audioHeader: Buffer): void {
    this.#early.keep(sound);
    const known = this.#format;
    this.#earlyFormat ??= known ? withSound(known, audioHeader) : decideFormat(this.#said);
    const format = this.#earlyFormat;
    this.#earlyMs += format.audioFrameMs;
    const before = known ? (known.picture ? 'pictures' : 'sound-alone') : this.#shownBefore;
    if (this.#earlyMs < pictureWaitMs(this.#announced, before)) return;
    if (!known && format.picture) {
      if (!this.#handler.canShowSlate(format)) return;
    } else if (!format.picture && before === 'pictures') return;
    this.#flowWithoutPicture(format);
  }

  #flowWithoutPicture(format: InputFormat): void {
    const early = this.#early.take();
    this.#state = 'sound';
    const isFirst = this.#format === undefined;
    this.#format = format;
    this.#handler.format(format);
    this.#handler.soundWithoutPicture(early, isFirst);
  }

  /** Media can't be used for want of something that may still come. */
  #lacks(awaited: Awaited, { sessionMs }: MediaMessage): void {
    const verdict = this.#wait.count(awaited, sessionMs);
    if (verdict === 'warn') this.#handler.keyframeAwaited();
    else if (verdict) this.#refuse(verdict.refuse, 'no-starting-point');
  }

  #refuse(detail: string, reason: UnusableReason = 'unsupported-codec'): void {
    this.#state = 'refused';
    this.#sample = undefined;
    this.#handler.unusable({ reason, detail });
  }

  /** A key frame of a session whose format hasn't been determined. */
  #begin(): void {
    this.#wait.over('key-frame');
    const known = this.#format;
    const same =
      known?.picture !== undefined &&
      this.#videoHeader?.equals(known.picture.header) === true &&
      (this.#audioHeader?.equals(known.audioHeader) ?? known.audioCodec === undefined);
    if (same) {
      this.#state = 'flowing';
      this.#handler.format(known);
      this.#early.take();
    } else {
      this.#state = 'probing';
      this.#sample = new FormatSample();
    }
  }

  #take(media: SessionMedia): void {
    const sample = this.#sample;
    // Where sound has been flowing by itself, it goes on.
    if (!sample || (media.type === 'audio' && this.isSoundAlone)) {
      this.#handler.media(media);
      return;
    }
    if (sample.add(media, this.#audioHeader !== undefined)) this.#decide();
  }

  #decide(): void {
    const sample = this.#sample;
    if (!sample || !this.#videoHeader) return;
    this.#sample = undefined;
    const { media, frameRate } = sample;
    const input: ProbedInput = {
      ...this.#said,
      ...(frameRate !== undefined && { measuredFrameRate: frameRate }),
    };
    const known = this.#format;
    try {
      this.#format = decideFormat(input);
    } catch (cause) {
      if (!(cause instanceof CodecConfigError)) throw cause;
      this.#refuse(cause.message);
      return;
    }
    const isChange = known !== undefined && !sameFormat(known, this.#format);
    const now = media.at(-1)?.nowMs ?? 0;
    if (isChange && this.#changes.isTooMany(now)) {
      this.#refuse(`${picturesOf(known)} to ${picturesOf(this.#format)}`, 'unsteady-format');
      return;
    }
    this.#state = 'flowing';
    this.#handler.format(this.#format);
    // The first picture fixes the session's place in stream time; sound from before it has none.
    const [first, ...rest] = media;
    const early = this.#early
      .take()
      .filter(({ timestampMs }) => first && ((timestampMs - first.timestampMs) | 0) >= 0);
    for (const each of [...(first ? [first] : []), ...early, ...rest]) this.#handler.media(each);
  }
}

/** For the log and the journal. */
function picturesOf({ picture }: InputFormat): string {
  if (!picture) return 'sound alone';
  const { width, height, frameRate } = picture.input;
  return `${width}x${height} at ${Math.round(frameRate)} a second`;
}
