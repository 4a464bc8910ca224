import { expect, test } from '@jest/globals';
import { broadcastAudience, withPast } from '../../../lib/audience/policy/broadcast-audience.ts';
import type { PastAudiences, StreamAudience } from '../../../lib/control-store/audience.ts';
import type { BroadcastId } from '../../../lib/routing/ids.ts';

const idOf = (at: number) => `1jm8p0v4c7h2k${String(at).padStart(3, '0')}` as BroadcastId;
const one = (at: number, peak = 1) => ({ broadcastId: idOf(at), peak, plays: 1, watchMs: 1 });

test('of an audience stay the sums, and nothing that no player has said', () => {
  const audience: StreamAudience = {
    broadcastId: idOf(1),
    atMs: 1,
    viewers: 3,
    peak: 131,
    plays: 412,
    watchMs: 86_400_000,
    toldMs: 50_000,
    stalledMs: 60_000,
    startups: [10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
    series: { startMs: 0, stepMs: 10_000, viewers: [1, 2, 3] },
  };
  const kept = broadcastAudience(audience);
  expect(kept).toEqual({
    broadcastId: idOf(1),
    peak: 131,
    plays: 412,
    watchMs: 86_400_000,
    startupMs: { p50: expect.any(Number), p95: expect.any(Number) },
    rebufferRatio: 1,
  });
  expect(kept.startupMs?.p50).toBeLessThan(kept.startupMs?.p95 ?? 0);
  const silent = broadcastAudience({ ...audience, toldMs: 0, startups: [] });
  expect(silent).not.toHaveProperty('startupMs');
  expect(silent).not.toHaveProperty('rebufferRatio');
});

test('the newest come first, each once, and the oldest make way for more than 200', () => {
  let past: PastAudiences | undefined;
  for (let at = 0; at < 250; at++) past = withPast(past, one(at));
  past = withPast(past, one(249, 7));
  past = withPast(past, one(100, 9));
  expect(past.broadcasts).toHaveLength(200);
  expect(past.broadcasts[0]).toEqual(one(249, 7));
  expect(past.broadcasts.at(-1)?.broadcastId).toBe(idOf(50));
  expect(past.broadcasts[149]).toEqual(one(100, 9));
});
