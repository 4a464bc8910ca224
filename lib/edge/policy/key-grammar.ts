import { mostParts } from '../../packaging/segment-grid.ts';

/**
 * What may become part of a cache key: one rule for the local edge and for the function in front of CloudFront's cache. Each name or
 * value that no writer and no player of ours would use is another miss, and another read of the origin, for whoever makes it up.
 */

/**
 * The names that our writers give to objects (`lib/object-store/object-names.ts`; below `managed/`, MediaLive's own). A path that ends in
 * any other name can't exist, so it is answered without asking anyone: a second spelling of a number (`017.m4s`), a random word, a
 * segment beyond the longest broadcast. Parts are `<segment>.<part>-<epoch>-<run>.m4s`, at most eleven a segment (`mostParts`); sprites
 * are `storyboard-<cell>-<cells>-<epoch>.jpg`.
 */
export const objectNamePattern =
  /\/(?:managed\/[^/]+\/index[^/]*|(?:0|[1-9]\d{0,6})(?:\.(?:\d|10)-[1-9]\d{0,9}-[1-9]\d{0,5})?\.m4s|init-(?:0|[1-9]\d{0,9})(?:-[1-9]\d{0,9})?\.mp4|download-[0-9a-z]{12}\.mp4|playlist\.m3u8|index\.m3u8|manifest\.mpd|poster\.jpg|storyboard\.vtt|storyboard-(?:0|[1-9]\d{0,6})-[1-9]\d?-[1-9]\d{0,9}\.jpg)$/;

/** A whole number as a directive may say it. */
export const wholeNumberPattern = /^[0-9]{1,20}$/;
/** Segment numbers have at most 7 digits: 231 days of broadcast. Every number beyond is as far in the future as this one. */
export const mostSegmentNumber = 9999999;
/** One part past the last one of a segment, which means the first of the next segment; and so does every number beyond. */
export const mostPartNumber = mostParts;
export const skipPattern = /^(?:YES|v2)$/;

/**
 * The LL-HLS delivery directives to keep (draft-pantos-hls-rfc8216bis 6.2.5), by name, in the order of the key. `given` returns the
 * decoded value, or an empty string. A part of no segment is a bad request (6.2.5.2), unless the playlist has ended, so whoever has the
 * playlist must be asked; all of them have one key. CloudFront runs the source text of this function, in a runtime that knows little
 * more than ES 5.1.
 */
export function keptDirectives(given: (name: string) => string): string[][] {
  const kept: string[][] = [];
  const msn = given('_HLS_msn');
  const part = given('_HLS_part');
  const skip = given('_HLS_skip');
  const hasPart = wholeNumberPattern.test(part);
  if (wholeNumberPattern.test(msn)) {
    kept.push(['_HLS_msn', String(Math.min(Number(msn), mostSegmentNumber))]);
    if (hasPart) kept.push(['_HLS_part', String(Math.min(Number(part), mostPartNumber))]);
  } else if (hasPart) {
    return [['_HLS_part', '0']];
  }
  if (skipPattern.test(skip)) kept.push(['_HLS_skip', skip]);
  return kept;
}
