/** The contents of an MPD as pure data: times in ms, the rest from the ladder. */
export interface DashModel {
  /** `dynamic` while on air; `static` for a recording. Fields marked "Dynamic" are omitted from static MPDs. */
  readonly type: 'dynamic' | 'static';
  /**
   * Dynamic. Unix ms at which stream time 0 counts as on air. Players request a segment at this time plus the segment's end, so
   * it must include the time for encoding and publishing, or players get 404s.
   */
  readonly availabilityStartTimeMs: number;
  /** Dynamic. Increases with each change. */
  readonly publishTimeMs: number;
  /** Dynamic. How long a player may wait before reloading the MPD. */
  readonly minimumUpdatePeriodMs: number;
  /** Dynamic. How far back a viewer can seek. @default to the start */
  readonly timeShiftBufferDepthMs?: number;
  /** Dynamic. */
  readonly suggestedPresentationDelayMs: number;
  readonly minBufferTimeMs: number;
  readonly maxSegmentDurationMs: number;
  /** Static. The duration, from stream time 0. */
  readonly mediaPresentationDurationMs?: number;
  /** Dynamic. A URL that returns the time in ISO 8601 (urn:mpeg:dash:utc:http-iso:2014). */
  readonly utcTimingUrl?: string;
  /** Dynamic. The latency that players should keep, and the playback rates they may use for it. */
  readonly latency?: DashLatency;
  /** Base of relative URLs, ending in `/`: the stream's manifest refers to its broadcast's folder. */
  readonly baseUrl?: string;
  /** At least one, ordered by start. */
  readonly periods: readonly DashPeriod[];
}

export interface DashLatency {
  readonly targetMs: number;
  readonly minMs?: number;
  readonly maxMs?: number;
  readonly minPlaybackRate?: number;
  readonly maxPlaybackRate?: number;
}

/** Consecutive segments with unchanged codec parameters and no gap in time. */
export interface DashPeriod {
  /** Unchanged from one MPD to the next. */
  readonly id: string;
  /** In stream time. */
  readonly startMs: number;
  /** Duration, if a gap follows or the recording ends. @default to the next period's start */
  readonly durationMs?: number;
  /** Id of the period that this one continues without a change of codec parameters or timestamps. */
  readonly continues?: string;
  /** Media time, as in `tfdt`, at the period's start. On our grid that is its `startMs`. */
  readonly mediaStartMs: number;
  /** `$Number$` of the segment at the period's start. */
  readonly startNumber: number;
  /** Last number, if known: players request none after it, even if the duration would allow one. */
  readonly endNumber?: number;
  readonly segmentDurationMs: number;
  /**
   * Segments can be requested this long before they are whole, and then grow part by part. Only with `segmentDurationMs`, not with
   * timelines.
   * @default players request whole segments
   */
  readonly availabilityTimeOffsetMs?: number;
  readonly video?: DashVideoSet;
  readonly audio?: DashAudioSet;
  /** Maps this period's media time to the wall clock, for latency targets. `inband`: the chunks have `prft` boxes that say so, too. */
  readonly producerReference?: {
    readonly wallClockMs: number;
    readonly mediaTimeMs: number;
    readonly inband?: boolean;
  };
}

interface DashSet {
  /** Timescale of its media, in ticks per second. */
  readonly timescale: number;
  /** With `$RepresentationID$`, for example `$RepresentationID$/init-1.mp4`. */
  readonly initialization: string;
  /** With `$RepresentationID$` and `$Number$`. */
  readonly media: string;
  /**
   * The available segments, consecutive from `startNumber`, as media times. If given, a `SegmentTimeline` is written instead of
   * `duration`. Give it for every period of a presentation, or for none: players do not survive a period that changes from one
   * to the other.
   *
   * Without it, players derive segment numbers from the time, even through a gap: Shaka Player ends a period only at the next
   * one's start, requests media that the publisher never sent, and does not recover from the 404s.
   */
  readonly timeline?: readonly DashTimelineEntry[];
}

export interface DashTimelineEntry {
  readonly startTicks: number;
  readonly durationTicks: number;
}

export interface DashVideoSet extends DashSet {
  /** Channels of captions in the pictures: CEA-608 (`CC1`), CEA-708 (`SERVICE1`). @default none */
  readonly captions?: readonly string[];
  /** At least one. */
  readonly representations: readonly DashVideo[];
}

export interface DashAudioSet extends DashSet {
  /** RFC 5646. */
  readonly language?: string;
  /** At least one. */
  readonly representations: readonly DashAudio[];
}

export interface DashVideo {
  readonly id: string;
  /** RFC 6381. */
  readonly codecs: string;
  readonly bandwidthBps: number;
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  /** Default 1:1. */
  readonly sampleAspectRatio?: { readonly width: number; readonly height: number };
}

export interface DashAudio {
  readonly id: string;
  /** RFC 6381. */
  readonly codecs: string;
  readonly bandwidthBps: number;
  readonly sampleRate: number;
  readonly channels: number;
}
