import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { avcCodecString, parseAvcConfig } from '../../../lib/packaging/codec/avc-config.ts';
import { parseAvcSps } from '../../../lib/packaging/codec/avc-sps.ts';
import { CodecConfigError } from '../../../lib/packaging/codec/errors.ts';

/** Written by x264; sizes, aspect ratios and rates as ffprobe reads them from the same streams. */
const vectors: [name: string, avcC: string, facts: object][] = [
  [
    'baseline 720p30',
    '0142c01fffe100196742c01fd9005005bb0110000003001000000303c0f183248001000568cb83cb20',
    {
      codecString: 'avc1.42C01F',
      profile: 66,
      constraints: 0xc0,
      level: 31,
      width: 1280,
      height: 720,
      progressive: true,
      sampleAspectRatio: { width: 1, height: 1 },
      frameRate: { numerator: 30, denominator: 1 },
      colour: undefined,
    },
  ],
  [
    'high 1080p at 30000/1001, cropped from 1088 lines',
    '01640028ffe1001967640028acd940780227e5c04400000fa40003a9803c60c65801000668ebe3cb22c0fdf8f800',
    {
      codecString: 'avc1.640028',
      width: 1920,
      height: 1080,
      frameRate: { numerator: 30_000, denominator: 1001 },
    },
  ],
  [
    'interlaced 576i with a sample aspect ratio and colour',
    '0164001effe1001d6764001eacd940b424d82350505054000003000400000300c87c50a65801000668fba3cb22c0fdf8f800',
    {
      codecString: 'avc1.64001E',
      width: 720,
      height: 576,
      progressive: false,
      sampleAspectRatio: { width: 16, height: 11 },
      frameRate: { numerator: 25, denominator: 1 },
      colour: { primaries: 5, transfer: 5, matrix: 5, fullRange: false },
    },
  ],
  [
    '4:4:4 with scaling matrices, cropped by single samples',
    '01f4001fffe1001f67f4001f919b281b07bc6fff80038002880000030008000003032078c18cb001000868ebe3c44c000440fff8f800',
    {
      codecString: 'avc1.F4001F',
      width: 852,
      height: 480,
      sampleAspectRatio: { width: 7, height: 5 },
      frameRate: { numerator: 50, denominator: 1 },
    },
  ],
  [
    '4:2:2 at 10 bits, portrait',
    '017a001effe1001a677a001eb6cd941a05be6f016c800000030080000018078b16cb01000668ebe3cb22c0fefafa00',
    { codecString: 'avc1.7A001E', width: 406, height: 720, frameRate: { numerator: 24, denominator: 1 } },
  ],
];

describe('parseAvcConfig', () => {
  test.each(vectors)('reads %s', (_, hex, facts) => {
    const config = parseAvcConfig(Buffer.from(hex, 'hex'));
    expect(config).toMatchObject(facts);
    expect(config).toMatchObject({ nalLengthBytes: 4 });
    expect([config.sps.length, config.pps.length]).toEqual([1, 1]);
  });

  test.each(vectors)('refuses %s cut off anywhere before its last parameter set ends', (_, hex) => {
    const whole = Buffer.from(hex, 'hex');
    const ppsEnd = whole.lastIndexOf(parseAvcConfig(whole).pps[0]!) + parseAvcConfig(whole).pps[0]!.length;
    for (let length = 0; length < ppsEnd; length++) {
      const ppsCountAt = ppsEnd - parseAvcConfig(whole).pps[0]!.length - 3;
      if (length === ppsCountAt) continue; // a record may end before its count of PPS
      expect(() => parseAvcConfig(whole.subarray(0, length))).toThrow(CodecConfigError);
    }
  });

  test('any change of any byte is read or refused with a CodecConfigError', () => {
    const [, hex] = vectors[3]!;
    fc.assert(
      fc.property(fc.nat(hex.length / 2 - 1), fc.nat(255), (at, value) => {
        const bytes = Buffer.from(hex, 'hex');
        bytes[at] = value;
        try {
          expect(parseAvcConfig(bytes).width).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(CodecConfigError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

test('avcCodecString writes profile, constraints and level in upper-case hex', () => {
  expect(avcCodecString(Buffer.from('0164001fff', 'hex'))).toBe('avc1.64001F');
});

test('parseAvcSps refuses another NAL unit', () => {
  expect(() => parseAvcSps(Buffer.from('68ebe3cb22c0', 'hex'))).toThrow('not an SPS');
});
