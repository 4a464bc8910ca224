import { z } from 'zod';

const bps = z.int().min(50_000).max(100_000_000);
const side = z.int().min(16).max(8192);
export const ladderSchema = z.object({
  rungs: z
    .array(
      z.object({
        id: z
          .string()
          .regex(/^[0-9a-z]{1,16}$/)
          .describe('Its name in URLs and playlists, such as `720p`.'),
        longSide: side.describe('Longer side of the picture at most, in pixels.'),
        shortSide: side.describe('Shorter side of the picture at most, in pixels.'),
        videoBps: bps.describe('Video bits a second up to 30 frames a second.'),
        highRateVideoBps: bps.describe('Video bits a second above that.'),
        maxFrameRate: z
          .union([z.literal(30), z.literal(60)])
          .describe('Frames a second at most; of more, every second or third is taken.'),
      }),
    )
    .min(1)
    .max(8)
    .describe('Biggest first. A rendition that is bigger than the publisher’s picture is not made.'),
  audioBps: z.int().min(16_000).max(512_000).describe('Audio bits a second, in every rendition.'),
});

/** Reads a ladder from JSON in the form of {@link LadderConfig}. Throws where it is not one. */
export const readLadder = (json: string): LadderConfig => ladderSchema.parse(JSON.parse(json));

/** One row of the ladder: a picture box (longer and shorter side, so portrait works too) and what it may cost. */
export interface Rung {
  readonly id: string;
  readonly longSide: number;
  readonly shortSide: number;
  readonly videoBps: number;
  /** The budget above 30 frames a second. */
  readonly highRateVideoBps: number;
  /** Pictures a second at most; above that every second, third … picture is taken. */
  readonly maxFrameRate: 30 | 60;
}

export interface LadderConfig {
  /** Biggest first. */
  readonly rungs: readonly Rung[];
  readonly audioBps: number;
}

export const defaultLadder: LadderConfig = {
  rungs: [
    {
      id: '1080p',
      longSide: 1920,
      shortSide: 1080,
      videoBps: 4_500_000,
      highRateVideoBps: 6_000_000,
      maxFrameRate: 60,
    },
    {
      id: '720p',
      longSide: 1280,
      shortSide: 720,
      videoBps: 2_500_000,
      highRateVideoBps: 3_500_000,
      maxFrameRate: 60,
    },
    {
      id: '480p',
      longSide: 854,
      shortSide: 480,
      videoBps: 1_100_000,
      highRateVideoBps: 1_100_000,
      maxFrameRate: 30,
    },
    {
      id: '360p',
      longSide: 640,
      shortSide: 360,
      videoBps: 600_000,
      highRateVideoBps: 600_000,
      maxFrameRate: 30,
    },
  ],
  audioBps: 128_000,
};
