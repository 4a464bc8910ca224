import { cellMs, cellsPerSprite } from '../../../../packaging/storyboard/cells.ts';

/**
 * After how many pictures the object store gets what there is. With live origins, which serve the young ones from the worker's memory,
 * whole sprites are enough. Without them all viewers read the store: 8 s is less than they are behind.
 */
export const cellsPerWrite = (liveOrigin = true): number => (liveOrigin ? cellsPerSprite : 2);

/** A sprite, two storyboards (the broadcast's and the stream's), and two posters at most. */
const objectsPerWrite = 5;

/** Objects written for a stream on air, per second. */
export const pictureWritesPerSecond = (liveOrigin = true): number =>
  (objectsPerWrite * 1000) / (cellsPerWrite(liveOrigin) * cellMs);
