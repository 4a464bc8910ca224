import { describe, expect, test } from '@jest/globals';
import type { Broadcast, HealthSample } from '../../../../../lib/player/page/api/types.ts';
import {
  explanationOf,
  shownHealth,
  verdictWords,
} from '../../../../../lib/player/page/model/health/verdict.ts';
import { stateWords } from '../../../../../lib/player/page/model/stream-state.ts';

test('only an excellent verdict says “You’re on air” without more', () => {
  expect(explanationOf('live', 'excellent')).toBe('You’re on air.');
  for (const verdict of ['fair', 'bad', 'none', 'measuring', undefined] as const) {
    expect(explanationOf('live', verdict)).not.toBe('You’re on air.');
  }
  expect(explanationOf('live', 'bad')).toContain('viewers notice problems');
});

test('off air the verdict changes nothing', () => {
  for (const state of ['idle', 'starting', 'reconnecting', 'ended', 'taken-down'] as const) {
    expect(explanationOf(state, 'bad')).toBe(stateWords[state].explanation);
  }
});

test('each verdict has its own word and its own shape', () => {
  const words = Object.values(verdictWords);
  expect(new Set(words.map(({ word }) => word)).size).toBe(words.length);
  expect(new Set(words.map(({ shape }) => shape)).size).toBe(words.length);
});

describe('health as it is shown', () => {
  const sample: HealthSample = {
    at: '2026-11-22T18:00:00.000Z',
    videoBps: 4_000_000,
    audioBps: 160_000,
    frameRate: 30,
    lostPictures: 0,
    gapMs: 34,
  };
  const series = { stepMs: 5_000, samples: [sample] };
  const nothing = { verdict: 'none', reasons: [], series: { stepMs: 5_000, samples: [] } } as const;

  test('has nothing current once the encoder has left, even if the API is late to know', () => {
    const health = { verdict: 'excellent', reasons: [], current: sample, series } as const;
    expect(shownHealth(health, { state: 'reconnecting' })).toEqual({ verdict: 'none', reasons: [], series });
    expect(shownHealth(health, { state: 'live' })).toBe(health);
  });

  test('is being measured before the first sample, and is without signal after it', () => {
    expect(shownHealth(nothing, { state: 'live' })?.verdict).toBe('measuring');
    expect(shownHealth({ ...nothing, series }, { state: 'live' })?.verdict).toBe('none');
  });

  test('is not promised for an encoder that is not measured', () => {
    const broadcast = { encoder: 'medialive' } as Broadcast;
    expect(shownHealth(nothing, { state: 'live', broadcast })).toBeUndefined();
  });
});
