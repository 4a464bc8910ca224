import { partLengthsMs } from '../config/defaults.ts';

export { defaultPartMs, partLengthsMs } from '../config/defaults.ts';

/**
 * The segment length, defined only here: segment N of a broadcast covers [N·segmentMs, (N+1)·segmentMs) of stream time, for every
 * rendition and every worker. Must be whole seconds, because EXT-X-TARGETDURATION and MediaLive accept nothing else. All workers
 * of a broadcast must agree on it, so deploy a different length only while nobody is on air.
 */
export const segmentMs = 2000;
export const segmentSeconds = segmentMs / 1000;

/** The most parts that a segment can have: those of the grid, and one for what comes later than the grid says. */
export const mostParts = segmentMs / Math.min(...partLengthsMs) + 1;

/** HLS players start three segments behind the live edge (RFC 8216 6.3.3), so they can buffer this much. */
export const playerBufferMs = 3 * segmentMs;

export const segmentNumberAt = (streamMs: number): number => Math.floor(streamMs / segmentMs);
export const segmentStartMs = (number: number): number => number * segmentMs;
/** The number of segments needed to hold this much media. */
export const segmentsFor = (mediaMs: number): number => Math.ceil(mediaMs / segmentMs);
