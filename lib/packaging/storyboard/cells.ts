import { segmentMs } from '../segment-grid.ts';

/** One picture of the storyboard stands for this much stream time. A multiple of the grid, so every worker cuts alike. */
export const cellMs = 2 * segmentMs;

/** Pictures in a whole sprite: a minute. Taller ones than 4,096 px are more than some phones can show. */
export const cellsPerSprite = 15;

export const cellAt = (streamMs: number): number => Math.floor(streamMs / cellMs);

/**
 * A name says which sprite it is (`lib/object-store/object-names.ts`): `count` cells from `from` on, made under this epoch, each of
 * these many pixels.
 */
export interface Sprite {
  readonly from: number;
  readonly count: number;
  readonly epoch: number;
  readonly width: number;
  readonly height: number;
}
