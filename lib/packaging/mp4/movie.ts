import { ascii, box, cString, fullBox, u16, u32, u64, unityMatrix } from '../cmaf/box.ts';
import type { SampleTable } from './sample-table.ts';

/** One track of a file. */
export interface MovieTrack {
  readonly kind: 'video' | 'audio';
  readonly timescale: number;
  /** Whole sample entry boxes, in the order in which chunks name them. */
  readonly sampleEntries: readonly Buffer[];
  /** 16.16 fixed point; 0 for sound. */
  readonly width: number;
  readonly height: number;
  readonly table: SampleTable;
  readonly edit: TrackEdit;
}

/** What of a track is shown (ISO/IEC 14496-12 8.6.6). */
export interface TrackEdit {
  /** How long nothing of it is shown first, in ticks of `movieTimescale`. */
  readonly emptyTicks: number;
  /** Where it begins to be shown, in the track's timescale, after the first sample's decoding time. */
  readonly mediaTicks: number;
  /** For how long, in ticks of `movieTimescale`. */
  readonly durationTicks: number;
}

/** Of durations and edits: a multiple of milliseconds and of the ticks of pictures. */
export const movieTimescale = 90_000;

/**
 * The head of an ordinary MP4 file whose media follows: `ftyp`, `moov` and the header of `mdat`. Players need it first to begin before
 * the whole file is there. Equal input gives equal bytes.
 */
export function movieHead(tracks: readonly MovieTrack[], mediaBytes: number): Buffer {
  const ftyp = box(
    'ftyp',
    ascii('isom'),
    u32(0x200),
    ascii('isom'),
    ascii('iso4'),
    ascii('avc1'),
    ascii('mp41'),
  );
  const mdat = mediaHeader(mediaBytes);
  const moovAt = (mediaStart: number, wide: boolean): Buffer => movieBox(tracks, mediaStart, wide);
  // The offsets have the same size whatever they are, so its own size is known after the first time.
  const wide = moovAt(0, false).length + mediaBytes > 0xf000_0000;
  const mediaStart = ftyp.length + moovAt(0, wide).length + mdat.length;
  return Buffer.concat([ftyp, moovAt(mediaStart, wide), mdat]);
}

/** Sizes from 4 GiB on take 64 bits (4.2). */
function mediaHeader(mediaBytes: number): Buffer {
  const size = mediaBytes + 8;
  return size < 2 ** 32
    ? Buffer.concat([u32(size), ascii('mdat')])
    : Buffer.concat([u32(1), ascii('mdat'), u64(mediaBytes + 16)]);
}

function movieBox(tracks: readonly MovieTrack[], mediaStart: number, wide: boolean): Buffer {
  const durationTicks = Math.max(0, ...tracks.map(shownTicks));
  return box(
    'moov',
    timedBox(
      'mvhd',
      0,
      u32(movieTimescale),
      durationTicks,
      u32(0x1_0000),
      u16(0x100, 0),
      u32(0, 0),
      unityMatrix,
      Buffer.alloc(24),
      u32(tracks.length + 1),
    ),
    ...tracks.map((track, index) => trackBox(track, index + 1, mediaStart, wide)),
  );
}

const shownTicks = ({ edit }: MovieTrack): number => edit.emptyTicks + edit.durationTicks;

function trackBox(track: MovieTrack, trackId: number, mediaStart: number, wide: boolean): Buffer {
  const isSound = track.kind === 'audio';
  const enabledInMovieAndPreview = 7;
  return box(
    'trak',
    timedBox(
      'tkhd',
      enabledInMovieAndPreview,
      u32(trackId, 0),
      shownTicks(track),
      u64(0),
      // Tracks of one alternate group would replace each other (8.3.2): these belong to none.
      u16(0, 0, isSound ? 0x100 : 0, 0),
      unityMatrix,
      u32(track.width, track.height),
    ),
    box('edts', editList(track.edit)),
    box(
      'mdia',
      timedBox('mdhd', 0, u32(track.timescale), track.table.durationTicks, u16(undetermined, 0)),
      fullBox('hdlr', 0, 0, u32(0), ascii(isSound ? 'soun' : 'vide'), u32(0, 0, 0), cString('')),
      box(
        'minf',
        isSound ? fullBox('smhd', 0, 0, u16(0, 0)) : fullBox('vmhd', 0, 1, u16(0, 0, 0, 0)),
        box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1))),
        track.table.stbl(track.sampleEntries, mediaStart, wide),
      ),
    ),
  );
}

/** `und` in 5 bits a letter (8.4.2.3). */
const undetermined = 0x55c4;

/** A box with times of creation and change, which stay zero, and a duration: in 64 bits only if it must (version 1). */
function timedBox(
  type: string,
  flags: number,
  before: Buffer,
  durationTicks: number,
  ...after: readonly Buffer[]
): Buffer {
  return isLong(durationTicks)
    ? fullBox(type, 1, flags, u64(0), u64(0), before, u64(durationTicks), ...after)
    : fullBox(type, 0, flags, u32(0, 0), before, u32(durationTicks), ...after);
}

const isLong = (ticks: number): boolean => ticks >= 2 ** 31;

/** An edit with media time −1 shows nothing. The rate is 1.0. */
function editList({ emptyTicks, mediaTicks, durationTicks }: TrackEdit): Buffer {
  const long = [emptyTicks, mediaTicks, durationTicks].some(isLong);
  const wide = (ticks: number): Buffer => (long ? u64(ticks) : u32(ticks));
  const nothing = long ? u64(0xffff_ffff_ffff_ffffn) : u32(0xffff_ffff);
  const empty = emptyTicks > 0 ? [Buffer.concat([wide(emptyTicks), nothing, u16(1, 0)])] : [];
  const edits = [...empty, Buffer.concat([wide(durationTicks), wide(mediaTicks), u16(1, 0)])];
  return fullBox('elst', long ? 1 : 0, 0, u32(edits.length), ...edits);
}
