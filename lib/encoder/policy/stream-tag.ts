/** A tag in stream time, ready for ffmpeg. */
export interface StreamTag {
  readonly type: 'video' | 'audio';
  readonly streamMs: number;
  readonly payload: Buffer;
  /** A picture from which decoding can begin. */
  readonly keyframe: boolean;
  /** The sequence header that a picture is decoded with, a whole FLV payload; undefined for audio. */
  readonly videoHeader?: Buffer;
}
