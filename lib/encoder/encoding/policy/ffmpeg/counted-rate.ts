import type { VideoInput } from '../../../../packaging/ladder-fit.ts';

/** The highest frame rate that ffmpeg accepts from metadata; above this it uses the millisecond time base instead. */
const maxMetadataRate = 60;
/** The highest frame rate that ffmpeg accepts from a sequence header. */
const maxHeaderRate = 210;

/** The frame rate to put into the metadata of ffmpeg's input, in pictures a second. */
export const metadataRate = ({ frameRate }: VideoInput): number => Math.min(frameRate, maxMetadataRate);

/**
 * The frame rate that ffmpeg passes to an encoder: the sequence header's if it has one, else the metadata's (or the one that
 * the first pictures show, if there are enough of them). Dropping pictures doesn't change it.
 */
export function countedRate(input: VideoInput): number {
  const { headerFrameRate } = input;
  return headerFrameRate !== undefined && headerFrameRate <= maxHeaderRate
    ? headerFrameRate
    : metadataRate(input);
}
