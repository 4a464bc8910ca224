import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { StreamState } from '../../../../lib/player/page/api/types.ts';
import type { StreamKnowledge } from '../../../../lib/player/page/model/playback-target.ts';
import { apiPollMs, edgePollMs } from '../../../../lib/player/page/model/polling.ts';
import type { PlaybackCondition } from '../../../../lib/player/page/model/viewer-scene.ts';

const known = (state: StreamState): StreamKnowledge => ({ kind: 'known', state, dash: '', hls: '' });
const everyStream: StreamKnowledge[] = [
  { kind: 'asking' },
  { kind: 'missing' },
  { kind: 'unreachable' },
  { kind: 'taken-down' },
  ...(['idle', 'starting', 'live', 'reconnecting', 'ended'] as const).map(known),
];
const conditions: PlaybackCondition[] = [
  ...(['empty', 'loading', 'playing', 'paused', 'stalled', 'finished', 'failed'] as const),
  'taken-down',
  'unsupported',
];
const situation = fc.record({
  stream: fc.constantFrom(...everyStream),
  playback: fc.constantFrom(...conditions),
  unchanged: fc.nat(1000),
});
const middle = () => 0.5;

describe.each([
  ['the API', apiPollMs],
  ['the edge', edgePollMs],
])('asking %s', (_, pollMs) => {
  test('nobody polls while a live picture plays', () => {
    expect(pollMs({ stream: known('live'), playback: 'playing', unchanged: 0 })).toBeUndefined();
  });

  test('every other combination polls again, unless the browser cannot play at all', () => {
    fc.assert(
      fc.property(situation, (at) => {
        const healthy = at.playback === 'playing' || at.playback === 'paused';
        const live = at.stream.kind === 'known' && at.stream.state === 'live';
        const wait = pollMs(at, middle);
        if (at.playback === 'unsupported' || (healthy && live)) expect(wait).toBeUndefined();
        else expect(wait).toBeGreaterThanOrEqual(1_000);
      }),
    );
  });

  test('after a takedown polling slows down to once a minute, so that a restore is still noticed', () => {
    const waits = Array.from({ length: 40 }, (_, unchanged) =>
      pollMs({ stream: { kind: 'taken-down' }, playback: 'taken-down', unchanged }, middle),
    );
    expect(waits[0]).toBe(5_000);
    expect(waits[3]).toBeGreaterThan(10_000);
    expect(waits.at(-1)).toBe(60_000);
    expect(waits).toEqual(waits.toSorted((a, b) => (a ?? 0) - (b ?? 0)));
  });
});

describe('waiting at the edge for a broadcast to start', () => {
  const waits = (count: number) =>
    Array.from({ length: count }, (_, unchanged) =>
      edgePollMs({ stream: known('idle'), playback: 'empty', unchanged }, middle),
    );

  test('polls every two seconds at first, then more rarely, at least every ten', () => {
    const [first, ...later] = waits(40);
    expect(first).toBe(2_000);
    expect(later.at(-1)).toBe(10_000);
    expect(waits(40)).toEqual(waits(40).toSorted((a, b) => (a ?? 0) - (b ?? 0)));
  });

  test('spreads out the polls of a crowd', () => {
    const at = { stream: known('idle'), playback: 'empty', unchanged: 20 } as const;
    expect(edgePollMs(at, () => 0)).toBe(8_500);
    expect(edgePollMs(at, () => 0.999)).toBeGreaterThan(11_000);
  });

  test('polls for the next broadcast every ten seconds after a recording', () => {
    expect(edgePollMs({ stream: known('ended'), playback: 'playing', unchanged: 0 }, middle)).toBe(10_000);
  });
});
