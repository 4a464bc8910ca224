import type { InputFormat } from '../../../policy/input-format.ts';

/** AAC frames of 1,024 samples at 48 kHz begin on a whole millisecond this often: one in three. */
const wholeMs = 64;
const frameMs = wholeMs / 3;
/** ffmpeg fills a hole of more than 40 ms with exactly as much silence; a shorter one it stretches away over a second. */
const shortestHoleMs = 45;

/**
 * Stream time of a silent frame to put before a run's first sound. The AAC encoder counts its frames from the first sample that
 * it gets: from this one on they are those of stream time, and the sound behind the hole has its place to the sample.
 * `fromMs`: the run's first segment begins here; it is silent until the sound does.
 */
export function silenceBefore(
  firstMs: number,
  fromMs: number,
  { audioFrameMs }: Pick<InputFormat, 'audioFrameMs'>,
): number {
  const beforeSoundMs = Math.floor((firstMs - audioFrameMs - shortestHoleMs) / wholeMs) * wholeMs;
  return Math.min(beforeSoundMs, Math.floor(fromMs / wholeMs) * wholeMs);
}

/**
 * The beginning of the frame of stream time that is nearest, in whole ms. The first sound of a filter graph goes here where
 * silence can't precede it; ffmpeg then stretches the difference away until less than 5 ms are left.
 */
export const nearestFrameMs = (streamMs: number): number =>
  Math.round(Math.round(streamMs / frameMs) * frameMs);
