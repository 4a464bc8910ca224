import { expect } from '@jest/globals';
import type { Recording } from '../../../testkit/media/recording.ts';

/** The multivariant playlist states, within 10%, what the segments of each variant and of the sound come to. */
export async function expectMeasuredRates(recording: Recording): Promise<void> {
  const sound = await rates(recording, 'audio');
  const { variants } = await recording.playlist('index.m3u8');
  for (const { uri, bandwidth, averageBandwidth } of variants) {
    const picture = await rates(recording, uri.split('/')[0]!);
    expect(Math.abs(bandwidth / (picture.peakBps + sound.peakBps) - 1)).toBeLessThan(0.1);
    expect(Math.abs(averageBandwidth! / (picture.averageBps + sound.averageBps) - 1)).toBeLessThan(0.1);
  }
}

async function rates(recording: Recording, id: string): Promise<{ peakBps: number; averageBps: number }> {
  const sizes = await recording.sizes(id);
  const bits = sizes.reduce((sum, each) => sum + each.bits, 0);
  const seconds = sizes.reduce((sum, each) => sum + each.seconds, 0);
  const whole = sizes.filter((each) => each.seconds >= 1);
  return { peakBps: Math.max(...whole.map((each) => each.bits / each.seconds)), averageBps: bits / seconds };
}
