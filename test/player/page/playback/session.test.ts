import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { PlaybackTarget } from '../../../../lib/player/page/model/playback-target.ts';
import { noFacts } from '../../../../lib/player/page/playback/engine.ts';
import { PlaybackSession } from '../../../../lib/player/page/playback/session.ts';
import { ScreenInMemory } from './screen-in-memory.ts';

const live: PlaybackTarget = { url: 'http://edge/local/s/b1/manifest.mpd', from: 'live', broadcastId: 'b1' };

let screen: ScreenInMemory;
let session: PlaybackSession;
let conditions: string[];
let loads: PlaybackTarget[];
/** What the next load comes to. */
let outcome: () => Promise<void>;
const edge = 1_500;
/** The viewer is kept at the live edge. */
let following: boolean;

beforeEach(() => {
  jest.useFakeTimers();
  screen = new ScreenInMemory();
  conditions = [];
  loads = [];
  outcome = async () => {};
  following = true;
  session = new PlaybackSession(
    screen.element,
    {
      swapsTokens: true,
      load(target, position) {
        loads.push(target);
        screen.currentTime = position ?? (target.from === 'start' ? 0 : edge);
        following = target.from === 'live' && position === undefined;
        return outcome();
      },
      facts: () => ({ ...noFacts, following, streamStart: 0 }),
      selectQuality() {},
      mustReload: false,
      details: () => ({}),
      selectCaptions() {},
      goToLive() {},
      seek() {},
      async unload() {},
      async destroy() {},
    },
    (condition) => conditions.push(condition),
  );
});
afterEach(async () => {
  await session.destroy();
  jest.useRealTimers();
});

const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
async function play(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 250) {
    screen.currentTime += 0.25;
    await pass(250);
  }
}

describe('a broadcast', () => {
  test('plays, stalls and goes on', async () => {
    session.follow(live);
    await play(1_000);
    await pass(1_500);
    await play(500);
    expect(conditions).toEqual(['loading', 'playing', 'stalled', 'playing']);
    expect(loads).toHaveLength(1);
  });

  test('that failed is loaded again until it plays', async () => {
    outcome = () => Promise.reject(new Error('no answer'));
    session.follow(live);
    await pass(20_000);
    expect(loads.length).toBeGreaterThan(3);
    outcome = async () => {};
    await pass(15_000);
    await play(1_000);
    expect(conditions).toEqual(['loading', 'failed', 'playing']);
  });

  test('that ends in what was left after a failure isn’t loaded again', async () => {
    session.follow(live);
    await play(1_000);
    session.failed();
    screen.end();
    await pass(60_000);
    expect(conditions).toEqual(['loading', 'playing', 'failed', 'finished']);
    expect(loads).toHaveLength(1);
  });

  test('is followed by the next one, but not by another address of the same', async () => {
    session.follow(live);
    await play(500);
    session.follow({ ...live, url: 'http://edge/local/s/b1/index.m3u8' });
    expect(loads).toHaveLength(1);
    session.follow({ ...live, url: 'http://edge/local/s/b2/manifest.mpd', broadcastId: 'b2' });
    expect(loads.map(({ broadcastId }) => broadcastId)).toEqual(['b1', 'b2']);
  });

  test('goes dark at once, and a late failure doesn’t bring it back', async () => {
    session.follow(live);
    await play(500);
    session.goDark('taken-down');
    session.failed();
    await pass(60_000);
    expect(conditions.at(-1)).toBe('taken-down');
    expect([loads.length, screen.paused]).toEqual([1, true]);
  });
});

test('a recording that has to be loaded again goes on where it was, a broadcast at its edge', async () => {
  session.follow({ ...live, from: 'start' });
  await play(5_000);
  const reached = screen.currentTime;
  session.failed();
  outcome = () => Promise.reject(new Error('away'));
  await pass(2_000);
  outcome = async () => {};
  await pass(5_000);
  expect(screen.currentTime).toBe(reached);

  session.follow({ ...live, broadcastId: 'b2' });
  screen.currentTime = 700;
  await play(1_000);
  session.reload();
  await pass(100);
  expect(screen.currentTime).toBe(edge);
});

test('the viewer’s pause is told from the end and from a stall', async () => {
  session.follow(live);
  await play(500);
  screen.pause();
  await pass(5_000);
  await screen.play();
  expect(conditions).toEqual(['loading', 'playing', 'paused', 'playing']);
});

describe('a viewer who went back from the live edge', () => {
  beforeEach(async () => {
    session.follow(live);
    await play(2_000);
    screen.currentTime = 1_000;
    following = false;
    await play(1_000);
  });

  test.each([
    ['a choice that takes another load', () => session.reloadHere()],
    ['a stall', () => session.reload()],
    ['a failure', () => session.failed()],
  ])('stays there after %s', async (_, happens) => {
    const reached = screen.currentTime;
    happens();
    await pass(2_000);
    expect([loads.length, screen.currentTime, following]).toEqual([2, reached, false]);
  });
});

describe('a viewer who paused', () => {
  beforeEach(async () => {
    session.follow(live);
    await play(1_000);
    screen.pause();
    screen.plays = 0;
  });

  test.each([
    [
      'the next broadcast comes',
      () => session.follow({ url: 'http://edge/b2', from: 'live', broadcastId: 'b2' }),
    ],
    ['a choice takes another load', () => session.reloadHere()],
    ['playback fails and comes back', () => session.failed()],
  ])('isn’t started when %s', async (_, happens) => {
    happens();
    await pass(3_000);
    expect([loads.length, screen.plays, conditions.at(-1)]).toEqual([2, 0, 'paused']);
    await screen.play();
    await play(500);
    expect(conditions.at(-1)).toBe('playing');
  });

  test('is, when they ask for the recording from its start', async () => {
    session.replay(live);
    await pass(100);
    expect(screen.plays).toBe(1);
  });
});

test('who pauses before the first picture has moved has paused', async () => {
  session.follow(live);
  await pass(100);
  screen.pause();
  await pass(100);
  expect(conditions).toEqual(['loading', 'paused']);
});
