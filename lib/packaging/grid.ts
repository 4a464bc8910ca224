/** Segment N of a broadcast covers [N·2 s, (N+1)·2 s) of stream time, for every rendition and every worker. */
export const segmentMs = 2000;

export const segmentNumberAt = (streamMs: number): number => Math.floor(streamMs / segmentMs);
export const segmentStartMs = (number: number): number => number * segmentMs;
