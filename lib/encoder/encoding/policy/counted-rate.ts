import type { VideoInput } from '../../../packaging/ladder-fit.ts';

/** The most that ffmpeg believes of what it is told; above it takes the millisecond time base for the rate. */
const mostTold = 60;
/** From here on it does not believe the sequence header. */
const unbelievable = 210;

/** The frame rate that the input's metadata is to tell ffmpeg, in pictures a second. */
export const toldRate = ({ frameRate }: VideoInput): number => Math.min(frameRate, mostTold);

/**
 * The frame rate that ffmpeg hands on to an encoder: the sequence header's where there is one, else what it is told
 * (or what the first pictures show, where there are enough of them to tell). Leaving pictures out does not change it.
 */
export function countedRate(input: VideoInput): number {
  const { headerFrameRate } = input;
  return headerFrameRate !== undefined && headerFrameRate <= unbelievable ? headerFrameRate : toldRate(input);
}
