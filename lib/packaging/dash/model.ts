/** What an MPD says, in our words: times in ms, the rest from the ladder. Pure data. */
export interface DashModel {
  /** `dynamic` while on air; `static` for a recording. Everything marked "dynamic" is left out of a static one. */
  readonly type: 'dynamic' | 'static';
  /**
   * Dynamic. Unix ms at which stream time 0 counts as on the air. A segment is asked for at this plus its end: put the
   * time that encoding and publishing take into it, or players meet 404s.
   */
  readonly availabilityStartTimeMs: number;
  /** Dynamic. Rises with each change. */
  readonly publishTimeMs: number;
  /** Dynamic. How long a player may go without asking for the MPD again. */
  readonly minimumUpdatePeriodMs: number;
  /** Dynamic. How far back a viewer can seek; absent: to the start. */
  readonly timeShiftBufferDepthMs?: number;
  /** Dynamic. */
  readonly suggestedPresentationDelayMs: number;
  readonly minBufferTimeMs: number;
  readonly maxSegmentDurationMs: number;
  /** Static: the length, from stream time 0. */
  readonly mediaPresentationDurationMs?: number;
  /** Dynamic. A URL that answers with the time in ISO 8601 (urn:mpeg:dash:utc:http-iso:2014). */
  readonly utcTimingUrl?: string;
  /** Dynamic. The latency players should keep, and the speeds they may use for that. */
  readonly latency?: DashLatency;
  /** What relative URLs go through, ending in `/`: the stream's manifest names its broadcast's folder. */
  readonly baseUrl?: string;
  /** At least one, by start. */
  readonly periods: readonly DashPeriod[];
}

export interface DashLatency {
  readonly targetMs: number;
  readonly minMs?: number;
  readonly maxMs?: number;
  readonly minPlaybackRate?: number;
  readonly maxPlaybackRate?: number;
}

/** A run of segments of unchanged codec parameters and unbroken time. */
export interface DashPeriod {
  /** Unchanged from one MPD to the next. */
  readonly id: string;
  /** In stream time. */
  readonly startMs: number;
  /** Where a gap follows, or the recording ends: its length. Else it lasts to the next period's start. */
  readonly durationMs?: number;
  /** Id of the period that this one continues without a change of codec parameters or timestamps. */
  readonly continues?: string;
  /** Media time, as in `tfdt`, at the period's start. On our grid that is its `startMs`. */
  readonly mediaStartMs: number;
  /** `$Number$` of the segment that begins at the period's start. */
  readonly startNumber: number;
  /** Last number, where it is known: players ask for none after it, even if the duration has room for one. */
  readonly endNumber?: number;
  readonly segmentDurationMs: number;
  readonly video?: DashVideoSet;
  readonly audio?: DashAudioSet;
  /** When the media of this period met the wall clock, for latency targets. */
  readonly producerReference?: { readonly wallClockMs: number; readonly mediaTimeMs: number };
}

interface DashSet {
  /** Ticks a second of its media. */
  readonly timescale: number;
  /** With `$RepresentationID$`, for example `$RepresentationID$/init-1.mp4`. */
  readonly initialization: string;
  /** With `$RepresentationID$` and `$Number$`. */
  readonly media: string;
  /**
   * The segments that there are, one after the other from `startNumber`, as media times. Where it is given a `SegmentTimeline`
   * is written in place of `duration`. Give it for every period of a presentation, or none: players do not survive a period
   * that changes from one to the other.
   *
   * Without it players make up segment numbers as time passes, through a gap too: Shaka Player ends a period only at
   * the next one's start, asks for what a publisher never sent, and does not get over the 404s.
   */
  readonly timeline?: readonly DashTimelineEntry[];
}

export interface DashTimelineEntry {
  readonly startTicks: number;
  readonly durationTicks: number;
}

export interface DashVideoSet extends DashSet {
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
