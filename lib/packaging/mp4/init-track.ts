import { boxesOf, child, expect, guarded } from '../cmaf/box-reader.ts';

/** What a CMAF header says of its track, as a file with samples needs it. */
export interface InitTrack {
  readonly kind: 'video' | 'audio';
  readonly timescale: number;
  /** The whole sample entry box: equal ones need one entry in the file. */
  readonly sampleEntry: Buffer;
  /** Of `tkhd`: 16.16 fixed point; 0 for sound. */
  readonly width: number;
  readonly height: number;
}

/** Reads a CMAF header as `initSegment` writes it. Throws `CmafError` `CMAF_BAD_BOX`. */
export function readInitTrack(init: Buffer): InitTrack {
  return guarded(() => {
    const moov = boxesOf(init, 0, init.length).find(({ type }) => type === 'moov');
    expect(moov !== undefined, 'A CMAF header must have a moov');
    const trak = child(init, moov, 'trak');
    const mdia = child(init, trak, 'mdia');
    const handler = child(init, mdia, 'hdlr').body.toString('latin1', 8, 12);
    expect(handler === 'vide' || handler === 'soun', `There are no tracks of ${handler}`);
    const stbl = child(init, child(init, mdia, 'minf'), 'stbl');
    const stsd = child(init, stbl, 'stsd');
    const [entry, ...others] = boxesOf(init, stsd.start + 16, stsd.end);
    expect(entry !== undefined && others.length === 0, 'A CMAF track has one sample entry');
    const tkhd = child(init, trak, 'tkhd').body;
    expect(tkhd[0] === 0, 'tkhd must have version 0');
    return {
      kind: handler === 'vide' ? 'video' : 'audio',
      timescale: child(init, mdia, 'mdhd').body.readUInt32BE(12),
      sampleEntry: init.subarray(entry.start, entry.end),
      width: tkhd.readUInt32BE(76),
      height: tkhd.readUInt32BE(80),
    };
  });
}
