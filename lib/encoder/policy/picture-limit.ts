import type { AvcSps } from '../../packaging/codec/avc-sps.ts';

/** Level 5.2 (ITU-T H.264 table A-1): 4096×2304, and five reference pictures of that size or more of a smaller one. */
const most = { macroblocks: 36_864, referenceMacroblocks: 184_320 } as const;
const macroblockPixels = 16 * 16;
/** One side is this many times the other at most, as shown: renditions are made of the shape that pixels are said to have. */
const mostOblong = 8;

/** For ffmpeg, which refuses whatever gets around {@link pictureFault}. */
export const maxPicturePixels = most.macroblocks * macroblockPixels;

/**
 * Why pictures would cost too much memory, whatever few bytes they are coded in; undefined if they don't. For the publisher and the
 * journal, in ASCII.
 */
export function pictureFault({ width, height, sampleAspectRatio, slices }: AvcSps): string | undefined {
  const size = `${width}x${height}`;
  const { macroblocks, maxReferenceFrames } = slices;
  if (macroblocks > most.macroblocks) return `${size}; send 4096x2304 or less`;
  if (macroblocks * maxReferenceFrames > most.referenceMacroblocks) {
    const fits = Math.floor(most.referenceMacroblocks / macroblocks);
    return `${size} with ${maxReferenceFrames} reference pictures; send ${fits} or fewer of them`;
  }
  const shape = (width * sampleAspectRatio.width) / (height * sampleAspectRatio.height);
  if (Math.max(shape, 1 / shape) > mostOblong)
    return `${size} with pixels of ${sampleAspectRatio.width}:${sampleAspectRatio.height}; send a picture that is less oblong`;
  return undefined;
}
