import { describe, expect, test } from '@jest/globals';
import { liveMove } from '../../../../../lib/player/page/playback/policy/live-rate.ts';

const at = (latencyMs: number, bufferedMs = 1_200) => liveMove({ latencyMs, targetMs: 2_000, bufferedMs });

describe('the move to the live target', () => {
  test('at the target there is none', () => {
    expect(at(2_000)).toEqual({ rate: 1 });
    expect(at(2_050)).toEqual({ rate: 1 });
    expect(at(1_950)).toEqual({ rate: 1 });
  });

  test('behind it is faster, ahead slower, by no more than nobody hears', () => {
    expect(at(2_200)).toEqual({ rate: 1.04 });
    expect(at(3_400)).toEqual({ rate: 1.08 });
    expect(at(1_800)).toEqual({ rate: 0.96 });
    expect(at(500)).toEqual({ rate: 0.95 });
  });

  test('with little media ahead it is no faster, but slower where it must', () => {
    expect(at(3_000, 200)).toEqual({ rate: 1 });
    expect(at(1_800, 200)).toEqual({ rate: 0.96 });
  });

  test('far behind, what is here already is skipped, and not what is still to come', () => {
    expect(at(5_000, 3_300)).toEqual({ jumpMs: 3_000 });
    expect(at(5_000, 3_100)).toEqual({ rate: 1.08 });
  });

  test('so far behind that the rate would take minutes, it jumps anyway', () => {
    expect(at(22_000, 500)).toEqual({ jumpMs: 20_000 });
  });

  test('a viewer who stood still for 2 s is back within 15 s', () => {
    let latencyMs = 4_000;
    for (let tick = 0; tick < 75; tick++) {
      const move = at(latencyMs, 4_000 - 700);
      if ('jumpMs' in move) latencyMs -= move.jumpMs;
      else latencyMs -= (move.rate - 1) * 200;
    }
    expect(latencyMs).toBeLessThan(2_100);
  });
});
