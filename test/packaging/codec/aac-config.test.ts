import { describe, expect, test } from '@jest/globals';
import { parseAudioSpecificConfig } from '../../../lib/packaging/codec/aac-config.ts';

describe('parseAudioSpecificConfig', () => {
  test.each([
    ['1190', { objectType: 2, sampleRate: 48_000, channels: 2, codecString: 'mp4a.40.2' }],
    ['121056e500', { objectType: 2, sampleRate: 44_100, channels: 2, codecString: 'mp4a.40.2' }],
    ['118856e500', { objectType: 2, sampleRate: 48_000, channels: 1, extensionSampleRate: undefined }],
    ['11b0', { channelConfig: 6, channels: 6 }],
    ['1194', { frameSamples: 960 }],
    // The sampling frequency itself, 24 bits: 22,050.
    ['1780115110', { sampleRate: 0x22a2, channels: 2 }],
    // HE-AAC, hierarchical: type 5, 24 kHz core, 48 kHz out.
    [
      '2b118800',
      { objectType: 2, sampleRate: 24_000, extensionSampleRate: 48_000, codecString: 'mp4a.40.5' },
    ],
    // HE-AAC v2, hierarchical: type 29, mono core.
    [
      'eb098800',
      {
        objectType: 2,
        channels: 1,
        parametricStereo: true,
        extensionSampleRate: 48_000,
        codecString: 'mp4a.40.29',
      },
    ],
    // HE-AAC, backward compatible: sync word after an LC config of 24 kHz.
    ['131056e598', { sampleRate: 24_000, extensionSampleRate: 48_000, codecString: 'mp4a.40.5' }],
    // HE-AAC v2, backward compatible.
    [
      '130856e59d4880',
      { channels: 1, extensionSampleRate: 48_000, parametricStereo: true, codecString: 'mp4a.40.29' },
    ],
  ])('reads %s', (hex, facts) => {
    expect(parseAudioSpecificConfig(Buffer.from(hex, 'hex'))).toMatchObject(facts);
  });

  test.each([
    ['cut off', '11', 'BAD_AAC_CONFIG'],
    ['empty', '', 'BAD_AAC_CONFIG'],
    ['of a reserved rate', '1690', 'BAD_AAC_CONFIG'],
    ['CELP, no AAC', '4190', 'UNSUPPORTED_CODEC_CONFIG'],
  ])('refuses a configuration that is %s', (_, hex, code) => {
    expect(() => parseAudioSpecificConfig(Buffer.from(hex, 'hex'))).toThrow(
      expect.objectContaining({ code }),
    );
  });
});
