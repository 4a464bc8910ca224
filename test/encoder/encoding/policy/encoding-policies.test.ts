import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TagHistory } from '../../../../lib/encoder/encoding/policy/feed/tag-history.ts';
import { RestartLimit } from '../../../../lib/encoder/encoding/policy/ffmpeg/restart-limit.ts';
import { LagWatch } from '../../../../lib/encoder/encoding/policy/ladder/shedding.ts';
import {
  dropAudioOnlyEnd,
  GroupCollector,
} from '../../../../lib/encoder/encoding/policy/segmenting/segment-groups.ts';
import type { Segment } from '../../../../lib/encoder/encoding/policy/segmenting/segmenter.ts';
import { ThroughMarks } from '../../../../lib/encoder/publisher/policy/published-through.ts';
import { nextState } from '../../../../lib/encoder/report/policy/broadcast-state.ts';

describe('The states of a broadcast', () => {
  test('go from starting through live and reconnecting to ended, and ended is final', () => {
    expect(nextState('starting', 'confirmed')).toBe('live');
    expect(nextState('live', 'publisher-lost')).toBe('reconnecting');
    expect(nextState('reconnecting', 'publisher-back')).toBe('live');
    expect(nextState('reconnecting', 'reconnect-window-over')).toBe('ended');
    expect(nextState('live', 'ended-by-api')).toBe('ended');
    for (const state of ['starting', 'live', 'reconnecting'] as const) {
      expect(nextState(state, 'taken-down')).toBe('ended');
    }
    expect(nextState('live', 'confirmed')).toBeUndefined();
    expect(nextState('ended', 'publisher-back')).toBeUndefined();
  });
});

describe('The lag watch', () => {
  const watch = (lagAt: (now: number) => number): number | undefined => {
    const lag = new LagWatch(0);
    for (let now = 0; now < 60_000; now += 100) if (lag.observe(lagAt(now), now) === 'shed') return now;
    return undefined;
  };

  test('sheds when the lag stays above three seconds', () => {
    expect(watch((now) => now / 2)).toBeLessThan(15_000);
  });

  test('does not shed for a stall, nor for a shrinking lag', () => {
    expect(watch((now) => (now > 20_000 && now < 23_000 ? 5000 : 100))).toBeUndefined();
    expect(watch((now) => Math.max(0, 20_000 - now))).toBeUndefined();
  });
});

describe('Restarts of ffmpeg', () => {
  test('have growing pauses and stop after four crashes in a minute', () => {
    const limit = new RestartLimit();
    expect([0, 1000, 2000, 3000, 4000].map((now) => limit.crashed(now, 0.5))).toEqual([
      0,
      250,
      1000,
      4000,
      undefined,
    ]);
    expect(limit.crashed(120_000)).toBe(0);
  });
});

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

describe('The tag history', () => {
  test('begins at the last key frame before a time, and drops what is no longer needed', () => {
    const history = new TagHistory();
    const payload = Buffer.alloc(10);
    for (let at = 0; at < 10_000; at += 100) {
      history.push({ type: 'video', streamMs: at, payload, keyframe: at % 1000 === 0 });
    }
    expect(history.from(4550)[0]?.streamMs).toBe(4000);
    history.forgetBefore(6200);
    expect(history.from(4550)[0]?.streamMs).toBe(6000);
    expect(history.from(0).length).toBe(40);
  });

  test('keeps of a picture that stands for an hour what it takes to decode it, and no more', () => {
    const history = new TagHistory();
    const picture = { type: 'video', payload: Buffer.alloc(10), keyframe: false } as const;
    for (let at = 0; at < 2000; at += 100) history.push({ ...picture, streamMs: at, keyframe: at === 0 });
    for (let at = 2000; at < 3_600_000; at += 100) {
      history.push({ ...picture, streamMs: at, filler: true });
      history.push({ type: 'audio', payload: Buffer.alloc(10), keyframe: false, streamMs: at });
      if (at % 2000 === 0) history.forgetBefore(at - 4000);
    }
    const kept = history.from(3_590_000);
    expect(kept.length).toBeLessThan(200);
    expect(kept.slice(0, 20).map(({ streamMs }) => streamMs)).toEqual(
      Array.from({ length: 20 }, (_, index) => index * 100),
    );
  });
});

describe('The published marks', () => {
  test('never claim more than what lies before the published point', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 100 }), fc.nat(20_000), (gaps, until) => {
        const marks = new ThroughMarks();
        let at = 0;
        for (const gap of gaps) {
          at += gap;
          marks.add(at, at + 5000);
        }
        const through = marks.publishedThrough(until);
        if (through !== undefined) expect(through - 5000).toBeLessThanOrEqual(until);
      }),
    );
  });
});
