import { describe, expect, test } from '@jest/globals';
import { BurstMeter } from '../../../../../lib/player/page/playback/policy/burst-meter.ts';

describe('the throughput of a segment that grows', () => {
  test('counts the bursts and not the pauses between parts', () => {
    const meter = new BurstMeter();
    for (const part of [0, 500, 1_000, 1_500]) {
      for (let read = 0; read < 5; read++) meter.arrived(20_000, part + read * 10);
    }
    expect(meter.take()).toEqual({ bytes: 400_000, ms: 160 });
  });

  test('on a network that is too slow there are no pauses', () => {
    const meter = new BurstMeter();
    for (let read = 0; read < 100; read++) meter.arrived(1_400, read * 20);
    expect(meter.take()).toEqual({ bytes: 140_000, ms: 1_980 });
  });

  test('a burst goes on after it was asked for', () => {
    const meter = new BurstMeter();
    for (const atMs of [0, 50, 100]) meter.arrived(10_000, atMs);
    expect(meter.take()).toEqual({ bytes: 30_000, ms: 100 });
    for (const atMs of [150, 200]) meter.arrived(10_000, atMs);
    expect(meter.take()).toEqual({ bytes: 20_000, ms: 100 });
  });

  test('what came at once took a moment, and a little tells nothing', () => {
    const meter = new BurstMeter();
    meter.arrived(65_536, 0);
    expect(meter.take()).toEqual({ bytes: 65_536, ms: 5 });
    meter.arrived(4_000, 500);
    expect(meter.take()).toBeUndefined();
    expect(meter.take()).toBeUndefined();
  });
});
