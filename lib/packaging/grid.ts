/**
 * The length of a segment, and the only place that says it: segment N of a broadcast covers [N·segmentMs, (N+1)·segmentMs) of
 * stream time, for every rendition and every worker. Whole seconds, as EXT-X-TARGETDURATION and MediaLive take nothing else.
 * All workers of a broadcast must agree on it, so deploy another length only while nobody is on air.
 */
export const segmentMs = 2000;
export const segmentSeconds = segmentMs / 1000;

/** A part ends at each of these steps of stream time. Divides a segment. */
export const partMs = 500;

/** HLS players begin three segments behind the live edge (RFC 8216 6.3.3): this much is what they have ahead. */
export const playerBufferMs = 3 * segmentMs;

export const segmentNumberAt = (streamMs: number): number => Math.floor(streamMs / segmentMs);
export const segmentStartMs = (number: number): number => number * segmentMs;
/** How many segments it takes to hold this much media. */
export const segmentsFor = (mediaMs: number): number => Math.ceil(mediaMs / segmentMs);
