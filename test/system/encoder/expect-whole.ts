import { expect } from '@jest/globals';
import type { Recording } from '../../../testkit/media/recording.ts';

/** Every segment follows the one before, without a mark, and the pictures go on without a hole. */
export async function expectWhole(recording: Recording, numbers: number): Promise<void> {
  for (const id of ['240p', 'audio']) {
    const { segments } = await recording.playlist(`${id}/playlist.m3u8`);
    expect(segments.map(({ uri }) => uri)).toEqual(Array.from({ length: numbers }, (_, at) => `${at}.m4s`));
    expect(segments.some(({ discontinuity }) => discontinuity)).toBe(false);
    const packets = await recording.packets(id);
    const steps = packets.slice(1).map(({ ptsMs }, at) => ptsMs - packets[at]!.ptsMs);
    expect(Math.min(...steps)).toBeGreaterThan(20);
    expect(Math.max(...steps)).toBeLessThan(35);
  }
}
