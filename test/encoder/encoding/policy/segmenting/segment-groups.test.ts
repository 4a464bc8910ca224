import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  dropAudioOnlyEnd,
  GroupCollector,
} from '../../../../../lib/encoder/encoding/policy/segmenting/segment-groups.ts';
import type { Segment } from '../../../../../lib/encoder/encoding/policy/segmenting/segmenter.ts';

describe('The group collector', () => {
  const segment = (number: number): Segment => ({
    number,
    startTicks: 0,
    durationTicks: 0,
    samples: 1,
    bytes: 1,
    chunks: [],
  });

  test('returns groups in order, each when every track has finished it, however the tracks interleave', () => {
    const tracks = ['a', 'b', 'c'];
    const order = fc.shuffledSubarray(
      tracks.flatMap((track) => Array.from({ length: 3 }, () => track)),
      { minLength: 9 },
    );
    fc.assert(
      fc.property(order, (arrivals) => {
        const collector = new GroupCollector();
        collector.addRun(1, tracks);
        const next = new Map(tracks.map((track) => [track, 0]));
        const groups = arrivals.flatMap((track) => {
          const number = next.get(track)!;
          next.set(track, number + 1);
          return collector.push(1, track, segment(number));
        });
        groups.push(...collector.endRun(1));
        expect(groups.map(({ number }) => number)).toEqual([0, 1, 2]);
        for (const { segments } of groups) expect([...segments.keys()].sort()).toEqual(tracks);
      }),
    );
  });

  test('drops audio that outlasts all pictures, at the very end only', () => {
    const group = (number: number, ...ids: string[]) => ({
      number,
      run: 1,
      segments: new Map(ids.map((id) => [id, segment(number)])),
    });
    const [whole, pictures, sound] = [group(0, '240p', 'audio'), group(1, '240p'), group(2, 'audio')];
    expect(dropAudioOnlyEnd([whole, sound])).toEqual([whole]);
    expect(dropAudioOnlyEnd([whole, pictures])).toEqual([whole, pictures]);
    expect(dropAudioOnlyEnd([sound, whole])).toEqual([sound, whole]);
    expect(dropAudioOnlyEnd([])).toEqual([]);
  });

  test('lets one run follow another, and drops what a crashed one left incomplete', () => {
    const collector = new GroupCollector();
    collector.addRun(1, ['a', 'b']);
    collector.push(1, 'a', segment(0));
    expect(collector.push(1, 'b', segment(0))).toHaveLength(1);
    collector.push(1, 'a', segment(1));
    expect(collector.nextOf(1)).toBe(1);
    expect(collector.abandonRun(1)).toEqual([]);
    collector.addRun(2, ['a']);
    expect(collector.push(2, 'a', segment(1))).toMatchObject([{ number: 1, run: 2 }]);
  });

  test('does not wait forever for a track that produces nothing', () => {
    const collector = new GroupCollector();
    collector.addRun(1, ['a', 'b']);
    const groups = [0, 1, 2, 3, 4, 5].flatMap((number) => collector.push(1, 'a', segment(number)));
    expect(groups.map(({ number }) => number)).toEqual([0, 1]);
  });
});
