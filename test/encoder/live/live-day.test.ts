import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { liveLimits } from '../../../lib/encoder/live/policy/live-limits.ts';
import { segmentMs } from '../../../lib/packaging/segment-grid.ts';
import type { TestClient } from '../../edge/edge-in-memory.ts';
import { liveFixture, partsOfSegment } from './live-fixture.ts';

const hour = 3_600_000 / segmentMs;
/** Requests that are asked with each segment, of which some never come true. */
const names = (number: number): string[] => [
  `720p/playlist.m3u8?_HLS_msn=${number}&_HLS_part=1`,
  `720p/playlist.m3u8?_HLS_msn=${number + 1}`,
  `audio/${number}.m4s`,
  `720p/${number + 1}.m4s`,
  `720p/${number}.${partsOfSegment}-3-1.m4s`,
];

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

type Usage = ReturnType<typeof liveFixture>['live']['usage'];

/**
 * An hour of one broadcast: its encoder crashes, its top rendition is shed for a minute and comes back, the object store is away for a
 * minute, and what is asked for is held or read while it grows. Returns the most that was in memory, in its first and its last minute.
 */
function anHour(broadcast: ReturnType<typeof liveFixture>): {
  first: Usage;
  last: Usage;
  clients: TestClient[];
} {
  const { live, view, part, group, stored, ask, pass } = broadcast;
  const [first, last] = [none(), none()];
  const clients: TestClient[] = [];
  const minute = hour / 60;
  for (let number = 0; number < hour; number++) {
    const at = Math.floor(number / minute);
    const run = at < 20 ? 1 : 2;
    const isShed = at === 10;
    const tracks = isShed ? ['audio'] : ['720p', 'audio'];
    if (at === 20 && number % minute === 0) {
      // Two parts of it are out when the encoder crashes.
      for (const index of [0, 1]) part('720p', number, index, 1);
      live.crashed(1);
      live.remade(2, number);
    }
    const isAsked = number % 10 === 0;
    if (isAsked) clients.push(...names(number).map((name) => ask(name)));
    for (let index = 0; index < partsOfSegment; index++) {
      for (const track of tracks) part(track, number, index, run);
      pass(segmentMs / partsOfSegment);
    }
    group(number, run, tracks);
    // For a minute the object store is away.
    if (at !== 30) stored(number);
    const { usage } = live;
    if (at === 0) more(first, usage);
    if (at === 59) more(last, usage);
    view.renditions = tracks;
  }
  return { first, last, clients };
}

const none = (): Usage => ({ segments: 0, takes: 0, bytes: 0, waiting: 0 });

function more(most: Usage, usage: Usage): void {
  for (const key of Object.keys(most) as (keyof Usage)[]) most[key] = Math.max(most[key], usage[key]);
}

test('a day of broadcasts, each taken down or ended after an hour, keeps no more in its last minute than in its first', () => {
  for (let each = 0; each < 24; each++) {
    const broadcast = liveFixture();
    const { first, last, clients } = anHour(broadcast);
    const { live, view, ask, faults } = broadcast;
    expect(last.segments).toBe(2 * liveLimits.segments);
    expect(last.takes).toBeLessThanOrEqual(first.takes);
    expect(last.bytes).toBeLessThanOrEqual(first.bytes);
    expect(last.waiting).toBeLessThanOrEqual(first.waiting);
    expect(last.waiting).toBeLessThan(names(0).length * (liveLimits.holdMs / segmentMs));
    const waiting = names(hour).map((name) => ask(name));
    if (each % 2 === 0) live.close(503);
    else {
      view.ended = true;
      live.end();
    }
    for (const { status, ended } of [...clients, ...waiting]) {
      expect(status).toBeDefined();
      expect(ended).toBeDefined();
    }
    expect(live.usage.waiting).toBe(0);
    if (each % 2 === 0) expect(live.usage).toEqual(none());
    expect(faults).toEqual([]);
  }
  expect(jest.getTimerCount()).toBe(0);
});
