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
          .describe('Name in URLs and playlists, such as `720p`.'),
        longSide: side.describe('Maximum length of the longer side, in pixels.'),
        shortSide: side.describe('Maximum length of the shorter side, in pixels.'),
        videoBps: bps.describe('Video bit rate up to 30 frames per second, in bits per second.'),
        highRateVideoBps: bps.describe('Video bit rate above 30 frames per second, in bits per second.'),
        maxFrameRate: z
          .union([z.literal(30), z.literal(60)])
          .describe('Maximum frames per second; above that, only every second or third frame is used.'),
      }),
    )
    .min(1)
    .max(8)
    .describe(
      'Largest first. Larger ones than the publisher’s picture are skipped; a picture between two keeps its own size on top.',
    ),
  audioBps: z
    .int()
    .min(16_000)
    .max(512_000)
    .describe('Audio bit rate of every rendition, in bits per second.'),
});

/** Reads a {@link LadderConfig} from JSON. Throws if it is invalid. */
export const readLadder = (json: string): LadderConfig => ladderSchema.parse(JSON.parse(json));

/** One rendition of the ladder: a bounding box (longer and shorter side, so portrait works too) and a bit rate. */
export interface Rung {
  readonly id: string;
  readonly longSide: number;
  readonly shortSide: number;
  readonly videoBps: number;
  /** Video bit rate above 30 frames per second. */
  readonly highRateVideoBps: number;
  /** Maximum frames per second; above that only every second, third … frame is used. */
  readonly maxFrameRate: 30 | 60;
}

export interface LadderConfig {
  /** Largest first. */
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
