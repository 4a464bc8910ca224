import { parseChunks } from '../../packaging/cmaf/reader.ts';

/** One segment as named by a playlist, with its bytes. */
export interface ServedSegment {
  /** Its media sequence number. */
  readonly number: number;
  /** Marked with EXT-X-DISCONTINUITY. */
  readonly discontinuity: boolean;
  /** Marked with EXT-X-GAP: there are no bytes. */
  readonly gap: boolean;
  readonly media?: Buffer;
}

/** How well the segments of one rendition follow each other. */
export interface Continuity {
  /** Places where media doesn't begin where the previous media ended (`tfdt`) without a marker. */
  readonly breaks: number;
  /** The widest of these in either direction, including marked ones; in ticks of the track. */
  readonly widestTicks: number;
  readonly discontinuities: number;
  readonly gaps: number;
  /** Segments whose number isn't the previous one plus one. */
  readonly numberJumps: number;
}

/** Follows the decode times through all chunks of all segments. Throws `CmafError` if a segment is unreadable. */
export function followTimes(segments: readonly ServedSegment[]): Continuity {
  let [breaks, widestTicks, discontinuities, gaps, numberJumps] = [0, 0, 0, 0, 0];
  let endTicks: bigint | undefined;
  let lastNumber: number | undefined;
  let marked = false;
  for (const { number, discontinuity, gap, media } of segments) {
    if (lastNumber !== undefined && number !== lastNumber + 1) numberJumps++;
    lastNumber = number;
    if (discontinuity) discontinuities++;
    if (gap) gaps++;
    marked ||= discontinuity;
    for (const chunk of media === undefined ? [] : parseChunks(media)) {
      const offTicks = endTicks === undefined ? 0 : Math.abs(Number(chunk.baseMediaDecodeTime - endTicks));
      widestTicks = Math.max(widestTicks, offTicks);
      if (offTicks > 0 && !marked) breaks++;
      marked = false;
      endTicks = chunk.baseMediaDecodeTime + BigInt(chunk.durationTicks);
    }
  }
  return { breaks, widestTicks, discontinuities, gaps, numberJumps };
}
