import { describe, expect, test } from '@jest/globals';
import { findBeeps, findSilences, type HeardSound } from '../../../lib/canary/policy/sound.ts';
import { beepEveryMs, beepHz, beepLevel, flashMs, toneLevel } from '../../../lib/canary/policy/test-sound.ts';

const rate = 48_000;
const frameSamples = 1024;

/** The test sound from `fromMs` on, computed as ffmpeg does it. */
function testSound(fromMs: number, seconds: number): HeardSound {
  const samples = Int16Array.from({ length: rate * seconds }, (_, index) => {
    const ms = fromMs + (index * 1000) / rate;
    const into = ms % beepEveryMs;
    const wave = (hz: number, atMs: number) => Math.sin((2 * Math.PI * hz * atMs) / 1000);
    const level =
      into < flashMs
        ? beepLevel * wave(beepHz(Math.floor(ms / beepEveryMs)), into)
        : toneLevel * wave(200, ms);
    return Math.round(level * 32_767);
  });
  const framesMs = Array.from(
    { length: Math.ceil(samples.length / frameSamples) },
    (_, frame) => fromMs + (frame * frameSamples * 1000) / rate,
  );
  return { rate, frameSamples, framesMs, samples };
}

/** Sets samples of a span to 0. */
function silence(sound: HeardSound, fromMs: number, toMs: number): HeardSound {
  const samples = sound.samples.slice();
  const at = (ms: number) => Math.round(((ms - sound.framesMs[0]!) * rate) / 1000);
  samples.fill(0, at(fromMs), at(toMs));
  return { ...sound, samples };
}

describe('beeps', () => {
  test('are found where they begin, by pitch', () => {
    const beeps = findBeeps(testSound(20_000, 8));
    expect(beeps.map(({ pitch }) => pitch)).toEqual([7, 0, 1]);
    for (const [index, { atMs }] of beeps.entries())
      expect(Math.abs(atMs - 21_000 - 3000 * index)).toBeLessThan(3);
  });

  test('that are shifted are found shifted', () => {
    const sound = testSound(0, 8);
    const late = { ...sound, framesMs: sound.framesMs.map((ms) => ms + 35) };
    expect(Math.round(findBeeps(late)[1]!.atMs)).toBe(3035);
  });

  test('that are cut out are not found', () => {
    expect(findBeeps(silence(testSound(1000, 4), 2900, 3300))).toEqual([]);
  });
});

describe('silences', () => {
  test('the quiet tone and beeps are none', () => {
    expect(findSilences(testSound(0, 8))).toEqual([]);
  });

  test('are found with their length', () => {
    const [found, ...others] = findSilences(silence(testSound(0, 8), 4000, 4300));
    expect(others).toEqual([]);
    expect(Math.abs(found!.atMs - 4000)).toBeLessThan(5);
    expect(Math.abs(found!.forMs - 300)).toBeLessThan(8);
  });

  test('a hole between frames is one', () => {
    const sound = testSound(0, 4);
    const framesMs = sound.framesMs.map((ms, frame) => (frame < 100 ? ms : ms + 250));
    const [found, ...others] = findSilences({ ...sound, framesMs });
    expect(others).toEqual([]);
    expect(found!.forMs).toBeCloseTo(250, 6);
  });
});
