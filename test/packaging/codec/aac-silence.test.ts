import { describe, expect, test } from '@jest/globals';
import { aacSilence } from '../../../lib/packaging/codec/aac-silence.ts';
import { ffmpeg } from '../support/ffmpeg.ts';

/** An ADTS header (ISO/IEC 13818-7 6.2) for AAC-LC at 48 kHz, so that ffmpeg can read single access units. */
function adts(channelConfig: number, unit: Buffer): Buffer {
  const length = unit.length + 7;
  const header = Buffer.from([0xff, 0xf1, 0, 0, 0, 0, 0xfc]);
  header[2] = (1 << 6) | (3 << 2) | (channelConfig >> 2);
  header[3] = ((channelConfig & 3) << 6) | (length >> 11);
  header[4] = (length >> 3) & 0xff;
  header[5] = ((length & 7) << 5) | 0x1f;
  return Buffer.concat([header, unit]);
}

describe('aacSilence', () => {
  test.each([
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 4],
    [5, 5],
    [6, 6],
    [7, 8],
  ])(
    'for channel configuration %d decodes without a complaint to zeros in %d channels',
    (config, channels) => {
      const stream = Buffer.concat(Array.from({ length: 4 }, () => adts(config, aacSilence(config))));
      const samples = ffmpeg(['-f', 'aac', '-i', 'pipe:0', '-f', 's16le', 'pipe:1'], stream);
      expect(samples.length).toBe(4 * 1024 * channels * 2);
      expect(samples.every((byte) => byte === 0)).toBe(true);
    },
  );

  test.each([0, 8, -1])('refuses channel configuration %d', (config) => {
    expect(() => aacSilence(config)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_CODEC_CONFIG' }));
  });
});
