import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { LiveSync } from '../../../../lib/player/page/playback/live-sync.ts';
import { ScreenInMemory } from './screen-in-memory.ts';

let screen: ScreenInMemory;
let sync: LiveSync;
let latencyMs: number | undefined;
let moves: string[];

beforeEach(() => {
  jest.useFakeTimers();
  screen = new ScreenInMemory();
  latencyMs = 2_000;
  moves = [];
  sync = new LiveSync(screen.element, {
    latencyMs: () => latencyMs,
    manifestTargetMs: () => 2_000,
    setRate: (rate) => moves.push(`rate ${rate}`),
    jump: (byMs) => moves.push(`jump ${byMs}`),
  });
});
afterEach(() => {
  sync.destroy();
  jest.useRealTimers();
});

const pass = (ms: number) => jest.advanceTimersByTime(ms);
const last = () => moves.at(-1);

describe('one who follows the live edge', () => {
  test('is kept at the target by the rate', () => {
    latencyMs = 2_500;
    pass(200);
    expect(last()).toBe('rate 1.08');
    latencyMs = 1_800;
    pass(200);
    expect(last()).toBe('rate 0.96');
    latencyMs = 2_000;
    pass(200);
    expect(last()).toBe('rate 1');
  });

  test('skips what is already here if the rate took too long, and not again before it shows', () => {
    latencyMs = 6_000;
    pass(2_000);
    expect(moves).toEqual(['jump 4000']);
    pass(1_200);
    expect(moves).toEqual(['jump 4000', 'jump 4000']);
  });

  test('is left alone while nothing live plays, while paused and while seeking', () => {
    latencyMs = undefined;
    pass(1_000);
    latencyMs = 6_000;
    screen.seeking = true;
    pass(1_000);
    screen.seeking = false;
    screen.pause();
    pass(1_000);
    expect(moves).toEqual([]);
  });
});

describe('the viewer’s own wish', () => {
  test('a short pause is none: playback catches up', async () => {
    screen.pause();
    pass(1_000);
    await screen.play();
    expect(sync.following).toBe(true);
  });

  test('who pauses longer stays behind until they want to follow again', async () => {
    screen.pause();
    pass(2_000);
    await screen.play();
    latencyMs = 4_000;
    pass(1_000);
    expect([sync.following, moves]).toEqual([false, []]);
    sync.follow(true);
    pass(1_000);
    expect(moves).not.toEqual([]);
  });

  test('a second pause does not bring back who was behind', async () => {
    screen.pause();
    pass(2_000);
    await screen.play();
    screen.pause();
    pass(100);
    await screen.play();
    expect(sync.following).toBe(false);
  });

  test('who goes back in time plays at the normal rate', () => {
    latencyMs = 2_500;
    pass(200);
    sync.follow(false);
    pass(1_000);
    expect(moves).toEqual(['rate 1.08', 'rate 1']);
  });

  test('the end of the broadcast is no pause', () => {
    screen.ended = true;
    screen.pause();
    expect(sync.following).toBe(true);
  });
});

describe('the target', () => {
  test('is safer once media ran out twice within a minute', () => {
    pass(2_000);
    sync.starved();
    expect(sync.targetMs).toBe(2_000);
    pass(10_000);
    sync.starved();
    expect(sync.targetMs).toBe(3_000);
  });

  test('returns after a calm while', () => {
    pass(2_000);
    sync.starved();
    pass(10_000);
    sync.starved();
    pass(31_000);
    expect(sync.targetMs).toBe(2_000);
  });

  test('stays as it is if media is missing just after a start or a seek, or while paused', () => {
    for (let times = 0; times < 3; times++) {
      pass(5_000);
      screen.dispatchEvent(new Event('seeking'));
      pass(1_000);
      sync.starved();
    }
    screen.pause();
    pass(5_000);
    sync.starved();
    expect(sync.targetMs).toBe(2_000);
  });
});
