import { mostParts } from '../../packaging/segment-grid.ts';

/**
 * What may become part of a cache key: one rule for the local edge and for the function in front of CloudFront's cache. Each name or
 * value that no writer and no player of ours would use is another miss, and another read of the origin, for whoever makes it up.
 */

/**
 * The names that our writers give to objects (`lib/object-store/object-names.ts`; below `managed/`, MediaLive's own). A path that ends in
 * any other name can't exist, so it is answered without asking anyone: a second spelling of a number (`017.m4s`), a random word, a
 * segment beyond the longest broadcast. Parts are `<segment>.<part>-<epoch>-<run>.m4s`, at most ten a segment (`mostParts`).
 */
export const objectNamePattern =
  /\/(?:managed\/[^/]+\/index[^/]*|(?:0|[1-9][0-9]{0,6})(?:\.[0-9]-[1-9][0-9]{0,9}-[1-9][0-9]{0,5})?\.m4s|init-(?:0|[1-9][0-9]{0,9})(?:-[1-9][0-9]{0,9})?\.mp4|playlist\.m3u8|index\.m3u8|manifest\.mpd)$/;

/** Segment numbers have at most 7 digits: 231 days of broadcast. Only their usual spelling counts. */
export const segmentNumberPattern = /^(?:0|[1-9][0-9]{0,6})$/;
/** Up to one part past the last one of a segment, which means the first of the next segment. */
export const partNumberPattern = new RegExp(`^(?:[0-9]|${mostParts})$`);
export const skipPattern = /^(?:YES|v2)$/;

/**
 * The LL-HLS delivery directives to keep (draft-pantos-hls-rfc8216bis 6.2.5), by name, in the order of the key. `given` returns the
 * decoded value, or an empty string. CloudFront runs the source text of this function, in a runtime that knows little more than ES 5.1.
 */
export function keptDirectives(given: (name: string) => string): string[][] {
  const kept: string[][] = [];
  const msn = given('_HLS_msn');
  const part = given('_HLS_part');
  const skip = given('_HLS_skip');
  if (segmentNumberPattern.test(msn)) {
    kept.push(['_HLS_msn', msn]);
    if (partNumberPattern.test(part)) kept.push(['_HLS_part', part]);
  }
  if (skipPattern.test(skip)) kept.push(['_HLS_skip', skip]);
  return kept;
}
