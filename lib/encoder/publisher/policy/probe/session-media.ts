import type { Track } from '../timeline/timeline-track.ts';

/** One RTMP audio or video message, read when the clock was at `nowMs` of stream time. */
export interface MediaMessage {
  readonly type: Track;
  readonly timestampMs: number;
  readonly payload: Buffer;
  readonly nowMs: number;
  /** Time since the session's first message, as counted by the proxy. */
  readonly sessionMs: number;
}

/** A coded picture or frame of sound, with the classic FLV header. */
export interface SessionMedia extends MediaMessage {
  readonly keyframe: boolean;
  /** The sequence header that it is decoded with: a whole FLV payload. */
  readonly header: Buffer;
}
