/** A tag in stream time. */
export interface StreamTag {
  readonly type: 'video' | 'audio';
  readonly streamMs: number;
  /** Empty if it repeats a picture. */
  readonly payload: Buffer;
  /** A picture that decoding can start from. */
  readonly keyframe: boolean;
  /** The sequence header that a picture is decoded with: a whole FLV payload. */
  readonly videoHeader?: Buffer;
  /** The same for sound. */
  readonly audioHeader?: Buffer;
  /** Not from the publisher: a repeated picture, a slate, silence. */
  readonly filler?: true;
  /** Its time has been taken: it is decoded for the sake of pictures that refer to it, and not shown. */
  readonly hidden?: true;
}

/** A picture that stands is repeated this often. */
export const repeatMs = 100;
/** One that is followed by another within this time isn't repeated. */
export const longestPictureMs = 1.5 * repeatMs;
/**
 * Where repeats and the publisher's pictures meet, each is shown for at least this long: as long as one of 24 a second. What counts
 * in frames, as many players and decoders do, takes two that are closer for one.
 */
export const shortestPictureMs = 42;

/** Shows the newest picture again. */
export const repeatTag = (streamMs: number): StreamTag => ({
  type: 'video',
  streamMs,
  payload: noBytes,
  keyframe: false,
  filler: true,
});

/** One frame of silence; `silence` is its FLV payload. */
export const silenceTag = (streamMs: number, silence: Buffer, audioHeader: Buffer): StreamTag => ({
  type: 'audio',
  streamMs,
  payload: silence,
  keyframe: false,
  audioHeader,
  filler: true,
});

export const isRepeat = ({ type, payload }: StreamTag): boolean => type === 'video' && payload.length === 0;

const noBytes = Buffer.alloc(0);
