import { describe, expect, test } from '@jest/globals';
import { countedRate, metadataRate } from '../../../../../lib/encoder/encoding/policy/ffmpeg/counted-rate.ts';

const input = { width: 1280, height: 720, frameRate: 29.97 };

describe('The frame rate that ffmpeg uses', () => {
  test('comes from the metadata if the sequence header has none', () => {
    expect(metadataRate(input)).toBe(29.97);
    expect(countedRate(input)).toBe(29.97);
  });

  test('comes from the sequence header if it has one, right or wrong', () => {
    expect(countedRate({ ...input, headerFrameRate: 50 })).toBe(50);
  });

  test('is never one that ffmpeg would reject', () => {
    expect(metadataRate({ ...input, frameRate: 120 })).toBe(60);
    expect(countedRate({ ...input, frameRate: 120 })).toBe(60);
    expect(countedRate({ ...input, headerFrameRate: 1000 })).toBe(29.97);
  });
});
