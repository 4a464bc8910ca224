import { describe, expect, test } from '@jest/globals';
import { countedRate, metadataRate } from '../../../../lib/encoder/encoding/policy/counted-rate.ts';

const input = { width: 1280, height: 720, frameRate: 29.97 };

describe('The frame rate that ffmpeg counts with', () => {
  test('is what it is told where the sequence header says nothing', () => {
    expect(metadataRate(input)).toBe(29.97);
    expect(countedRate(input)).toBe(29.97);
  });

  test("is the sequence header's where there is one, right or wrong", () => {
    expect(countedRate({ ...input, headerFrameRate: 50 })).toBe(50);
  });

  test('is never one that it would not believe', () => {
    expect(metadataRate({ ...input, frameRate: 120 })).toBe(60);
    expect(countedRate({ ...input, frameRate: 120 })).toBe(60);
    expect(countedRate({ ...input, headerFrameRate: 1000 })).toBe(29.97);
  });
});
