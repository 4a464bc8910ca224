import type { HealthSample } from '../../../../control-store/health/health-record.ts';
import { missingPictures } from './missing-pictures.ts';

/** A coded picture or frame of sound that was read. */
export interface MeasuredMedia {
  readonly type: 'video' | 'audio';
  readonly bytes: number;
  readonly keyframe: boolean;
  /** The publisher's: 32 bits, which wrap (RTMP 1.0 section 3). */
  readonly timestampMs: number;
  /** Stream time by the clock. */
  readonly nowMs: number;
  /** How far it is behind the clock. */
  readonly behindMs: number;
}

/** What the publisher sent in one step. A key frame interval is known early if one is overdue. */
export interface MeasuredStep extends Omit<HealthSample, 'atMs' | 'encoderSpeed'> {
  readonly forMs: number;
  /** Time by the publisher's timestamps. */
  readonly mediaMs: number;
}

/** A longer step of timestamps is a jump of the publisher's clock. */
const mostStepMs = 10_000;
/** A key frame that hasn't come for this long is told before it comes. */
const overdueMs = 4_500;
/** More pictures than that in a step say nothing else. */
const mostSteps = 2_000;

interface Track {
  bytes: number;
  frames: number;
  behindMs: number;
  mediaMs: number;
  /** Of the last one. */
  timestampMs?: number | undefined;
  heardMs?: number | undefined;
}

const newTrack = (): Track => ({ bytes: 0, frames: 0, behindMs: 0, mediaMs: 0 });

/** Measures what a publisher sends, in steps: cheap enough for each picture of each broadcast. */
export class StepMeter {
  #tracks = { video: newTrack(), audio: newTrack() };
  #sinceMs: number | undefined;
  #gapMs = 0;
  #late = 0;
  #stepsMs: number[] = [];
  #usualMs: number | undefined;
  /** Timestamp of the last key frame, the interval before it, and the longest interval that ended in this step. */
  #keyFrameMs: number | undefined;
  #intervalMs: number | undefined;
  #longestMs = 0;

  /** The publisher's timestamps are unrelated to those before. */
  beginSession(): void {
    this.#tracks = { video: newTrack(), audio: newTrack() };
    this.#sinceMs = undefined;
    this.#usualMs = undefined;
    this.#keyFrameMs = undefined;
    this.#intervalMs = undefined;
    this.#clear();
  }

  /** The clock was set forward by this much: nothing was missing in that time. */
  clockMoved(byMs: number): void {
    for (const track of Object.values(this.#tracks)) if (track.heardMs !== undefined) track.heardMs += byMs;
  }

  media({ type, bytes, keyframe, timestampMs, nowMs, behindMs }: MeasuredMedia): void {
    const track = this.#tracks[type];
    this.#sinceMs ??= nowMs;
    const stepMs = track.timestampMs === undefined ? 0 : (timestampMs - track.timestampMs) | 0;
    const isStep = stepMs > 0 && stepMs < mostStepMs;
    track.bytes += bytes;
    track.frames++;
    track.behindMs += behindMs;
    if (isStep) track.mediaMs += stepMs;
    if (type === 'video' && isStep && this.#stepsMs.length < mostSteps) this.#stepsMs.push(stepMs);
    if (this.#shown === track) this.#gapMs = Math.max(this.#gapMs, nowMs - (track.heardMs ?? nowMs));
    track.timestampMs = timestampMs;
    track.heardMs = nowMs;
    if (type === 'video' && keyframe) this.#keyFrame(timestampMs);
  }

  /** A picture that was read came too late to be shown. */
  pictureLate(): void {
    this.#late++;
  }

  /** What came since this was last called; undefined if no media of the session has come at all. */
  take(nowMs: number): MeasuredStep | undefined {
    const sinceMs = this.#sinceMs;
    if (sinceMs === undefined || nowMs <= sinceMs) return undefined;
    const { video, audio } = this.#tracks;
    const forMs = nowMs - sinceMs;
    const bps = ({ bytes }: Track): number => Math.round((bytes * 8_000) / forMs);
    const { usualMs, missing } = missingPictures(this.#stepsMs, this.#usualMs);
    const step: MeasuredStep = {
      forMs,
      videoBps: bps(video),
      audioBps: bps(audio),
      frameRate: (video.frames * 1_000) / forMs,
      keyFrameIntervalMs: this.#keyFrameIntervalMs,
      lostPictures: missing + this.#late,
      avOffsetMs:
        video.frames > 0 && audio.frames > 0
          ? audio.behindMs / audio.frames - video.behindMs / video.frames
          : undefined,
      gapMs: Math.max(this.#gapMs, nowMs - (this.#shown.heardMs ?? sinceMs)),
      mediaMs: Math.max(video.mediaMs, audio.mediaMs),
    };
    this.#usualMs = usualMs;
    this.#sinceMs = nowMs;
    for (const track of [video, audio])
      Object.assign(track, { bytes: 0, frames: 0, behindMs: 0, mediaMs: 0 });
    this.#clear();
    return step;
  }

  /** The track whose gaps viewers see. */
  get #shown(): Track {
    const { video, audio } = this.#tracks;
    return video.timestampMs === undefined ? audio : video;
  }

  #keyFrame(timestampMs: number): void {
    const intervalMs = this.#keyFrameMs === undefined ? 0 : (timestampMs - this.#keyFrameMs) | 0;
    if (intervalMs > 0) {
      this.#intervalMs = intervalMs;
      this.#longestMs = Math.max(this.#longestMs, intervalMs);
    }
    this.#keyFrameMs = timestampMs;
  }

  get #keyFrameIntervalMs(): number | undefined {
    const { timestampMs } = this.#tracks.video;
    if (timestampMs === undefined || this.#keyFrameMs === undefined) return undefined;
    const openMs = (timestampMs - this.#keyFrameMs) | 0;
    const known = this.#longestMs > 0 ? this.#longestMs : this.#intervalMs;
    if (known === undefined) return openMs > overdueMs ? openMs : undefined;
    return Math.max(known, openMs);
  }

  #clear(): void {
    this.#gapMs = 0;
    this.#late = 0;
    this.#stepsMs = [];
    this.#longestMs = 0;
  }
}
