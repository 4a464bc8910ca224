import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { liveLimits } from '../../../lib/encoder/live/policy/live-limits.ts';
import { segmentMs } from '../../../lib/packaging/segment-grid.ts';
import type { TestClient } from '../../edge/edge-in-memory.ts';
import { liveFixture, partsOfSegment } from './live-fixture.ts';

const minute = 60_000 / segmentMs;
const hour = 60 * minute;
const tracks = ['720p', 'audio'];

/** What is asked for beside segment `number`; some of it never comes. */
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

type Fixture = ReturnType<typeof liveFixture>;
type Usage = Fixture['live']['usage'];

const none = (): Usage => ({ segments: 0, takes: 0, bytes: 0, waiting: 0 });

/**
 * An hour of a broadcast on air: a rendition is shed for a minute and comes back, the encoder crashes within a segment, the object store is
 * away for a minute; requests are held, come true or don't, and segments are read while they grow. Returns the most that was kept at a
 * time.
 */
function anHour(
  { live, part, group, stored, ask, pass }: Fixture,
  from: number,
  clients: TestClient[],
): Usage {
  const most = none();
  const crashed = from / hour;
  for (let number = from; number < from + hour; number++) {
    const at = Math.floor((number - from) / minute);
    const run = crashed + (at < 20 ? 1 : 2);
    const made = at === 10 ? ['audio'] : tracks;
    if (number - from === 20 * minute) {
      for (const index of [0, 1]) part('720p', number, index, run - 1);
      live.crashed(run - 1);
      live.remade(run, number);
    }
    if (number % 10 === 0) clients.push(...names(number).map((name) => ask(name)));
    for (let index = 0; index < partsOfSegment; index++) {
      for (const track of made) part(track, number, index, run);
      pass(segmentMs / partsOfSegment);
    }
    group(number, run, made);
    if (at !== 30) stored(number);
    const { usage } = live;
    for (const key of Object.keys(most) as (keyof Usage)[]) most[key] = Math.max(most[key], usage[key]);
  }
  return most;
}

test('a broadcast keeps no more of its last hour than of its first in a day, and nothing once it is taken down', () => {
  const broadcast = liveFixture();
  const clients: TestClient[] = [];
  const hours = Array.from({ length: 24 }, (_, index) => anHour(broadcast, index * hour, clients));
  const { live, view, ask, faults } = broadcast;
  // Without parts that were made twice.
  expect(hours[0]).toMatchObject({ segments: tracks.length * liveLimits.segments });
  expect(hours[0]!.takes).toBeLessThanOrEqual(tracks.length * (liveLimits.segments + 1));
  // A body that has failed keeps the 16 kB that it began with, a complete one an eighth more than it needs.
  expect(hours[0]!.bytes).toBeLessThan(
    tracks.length * (liveLimits.segments * (64 / (1 - 1 / 8)) + 16_384 + 1),
  );
  expect(hours[0]!.waiting).toBeLessThan(names(0).length * (liveLimits.holdMs / segmentMs));
  for (const each of hours) expect(each).toEqual(hours[0]);
  view.renditions = tracks;
  clients.push(...names(24 * hour).map((name) => ask(name)));
  live.close(503);
  expect(live.usage).toEqual(none());
  const unanswered = clients.filter(({ status, ended }) => status === undefined || ended === undefined);
  expect(unanswered).toHaveLength(0);
  expect(faults).toEqual([]);
  expect(jest.getTimerCount()).toBe(0);
});
