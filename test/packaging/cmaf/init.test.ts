import { describe, expect, test } from '@jest/globals';
import { initSegment, videoTimescale } from '../../../lib/packaging/cmaf/init.ts';
import { parseInit } from '../../../lib/packaging/cmaf/reader.ts';

const plain = Buffer.from(
  '0142c01fffe100196742c01fd9005005bb0110000003001000000303c0f183248001000568cb83cb20',
  'hex',
);
/** 720×576, sample aspect ratio 16:11, colour 5/5/5. */
const anamorphic = Buffer.from(
  '0164001effe1001d6764001eacd940b424d82350505054000003000400000300c87c50a65801000668fba3cb22c0fdf8f800',
  'hex',
);
const video = { kind: 'video', timescale: videoTimescale, avcConfig: plain } as const;

describe('initSegment', () => {
  test('gives equal bytes for equal tracks', () => {
    expect(initSegment(video).equals(initSegment({ ...video, avcConfig: Buffer.from(plain) }))).toBe(true);
  });

  test('is read back by our own reader', () => {
    expect(parseInit(initSegment({ ...video, trackId: 3 }))).toEqual({
      trackId: 3,
      timescale: 90_000,
      sampleEntry: 'avc1',
    });
    const asc = Buffer.from('121056e500', 'hex');
    expect(parseInit(initSegment({ kind: 'audio', audioSpecificConfig: asc }))).toEqual({
      trackId: 1,
      timescale: 44_100,
      sampleEntry: 'mp4a',
    });
  });

  test('has no edit list and no defaults in trex, as cmf2 wants it', () => {
    const bytes = initSegment(video);
    expect(bytes.includes('edts')).toBe(false);
    const trex = bytes.indexOf('trex') + 8;
    expect(bytes.subarray(trex, trex + 20).toString('hex')).toBe(`0000000100000001${'00'.repeat(12)}`);
  });

  test('writes pasp and colr only where the stream has them, and the width as it is shown', () => {
    expect(['pasp', 'colr'].map((type) => initSegment(video).includes(type))).toEqual([false, false]);
    const bytes = initSegment({ ...video, avcConfig: anamorphic });
    const pasp = bytes.indexOf('pasp') + 4;
    expect([bytes.readUInt32BE(pasp), bytes.readUInt32BE(pasp + 4)]).toEqual([16, 11]);
    const colr = bytes.indexOf('colr') + 4;
    expect(bytes.subarray(colr, colr + 11).toString('hex')).toBe('6e636c7800050005000500');
    const shownWidth = bytes.readUInt32BE(bytes.indexOf('tkhd') + 4 + 76) / 0x1_0000;
    expect(shownWidth).toBeCloseTo((720 * 16) / 11, 3);
  });

  test('writes the bit rates of the ladder into btrt', () => {
    const bytes = initSegment({ ...video, bitrate: { averageBps: 1_000_000, maxBps: 1_500_000 } });
    const btrt = bytes.indexOf('btrt') + 4;
    expect([0, 4, 8].map((at) => bytes.readUInt32BE(btrt + at))).toEqual([0, 1_500_000, 1_000_000]);
  });

  test('packs the language in 5-bit letters', () => {
    const bytes = initSegment({ ...video, language: 'deu' });
    expect(bytes.readUInt16BE(bytes.indexOf('mdhd') + 4 + 20)).toBe((4 << 10) | (5 << 5) | 21);
  });

  test('refuses a codec configuration that is none', () => {
    expect(() => initSegment({ ...video, avcConfig: Buffer.from([1, 2]) })).toThrow(
      expect.objectContaining({ code: 'BAD_AVC_CONFIG' }),
    );
  });
});

test('parseInit refuses a file that is cut off or has media in it', () => {
  const bytes = initSegment(video);
  for (const input of [
    bytes.subarray(0, -1),
    bytes.subarray(0, 28),
    Buffer.concat([bytes, Buffer.from('000000086d646174', 'hex')]),
  ]) {
    expect(() => parseInit(input)).toThrow(expect.objectContaining({ code: 'CMAF_BAD_BOX' }));
  }
});
