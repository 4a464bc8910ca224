import { longestPictureMs } from '../../../policy/stream-tag.ts';

/** One part of a segment of one rendition, handed on as soon as its last frame is out. */
export interface Part {
  /** The encoder run that made it; counted from 1 in an epoch. */
  readonly run: number;
  readonly number: number;
  /** Its place among the parts of its segment, from 0, without holes. */
  readonly index: number;
  readonly startTicks: number;
  readonly durationTicks: number;
  readonly bytes: number;
  /** Of pictures: the stream time from which the next part has them. An encoder that makes that again needs a key frame there. */
  readonly nextMs?: number;
  /** Begins with a key frame. Sound always does. */
  readonly independent: boolean;
  /** One CMAF chunk. The segment is the concatenation of its parts, byte for byte. */
  readonly chunk: readonly Buffer[];
}

/** Pictures come out of ffmpeg with times in whole ms. */
const roundingMs = 1;
/** Floating point must not make a frame more of a whole number of them. */
const epsilon = 1e-6;
/** rfc8216bis 4.4.4.9. */
const leastShare = 0.85;

/**
 * The part target in ms for frames of this length: no part is longer (rfc8216bis 4.4.4.9: MUST). A part holds the frames that begin in
 * its span, so it lasts up to a frame more than `partMs` where pictures come unevenly. But no part may be shorter than 85 % of the
 * target, so that room is given only as far as parts of evenly spaced frames allow it. Pictures that come more seldom than they are
 * repeated have a repeat near the end of each part: that may be a little early or late.
 */
export function partTargetMs(partMs: number, frameMs: number): number {
  if (frameMs > longestPictureMs) return Math.floor((2 * partMs) / (1 + leastShare));
  const frames = partMs / frameMs;
  const longest = Math.ceil(Math.ceil(frames - epsilon) * frameMs - epsilon) + roundingMs;
  const allowed = (Math.floor(frames + epsilon) * frameMs - roundingMs) / leastShare;
  return Math.max(longest, Math.floor(Math.min(partMs + frameMs + epsilon, allowed)));
}
