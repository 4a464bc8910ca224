import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LadderWatch } from '../../../../../lib/encoder/encoding/policy/ladder/ladder-watch.ts';
import { ReturnTurn, RungReturn } from '../../../../../lib/encoder/encoding/policy/ladder/rung-return.ts';
import { fitLadder } from '../../../../../lib/packaging/ladder-fit.ts';
import { uniform } from '../../../../../lib/routing/rendezvous.ts';
import { mulberry32 } from '../../../../../testkit/mulberry32.ts';

const whole = fitLadder({ width: 1920, height: 1080, frameRate: 30 });
const rungs = whole.video.length;
const stepMs = 200;
const minutes = (count: number): number => count * 60_000;

interface Change {
  readonly atMs: number;
  readonly broadcast: number;
  readonly to: number;
}

/**
 * A worker whose broadcasts share its CPU. Each rung costs its share of the pixels; `roomAt` is what the machine has, where 1 is
 * enough for one whole ladder. Returns every change of a ladder.
 */
function simulate(broadcasts: number, lastsMs: number, roomAt: (nowMs: number) => number): Change[] {
  const turn = new ReturnTurn();
  const pixels = (of: typeof whole): number =>
    of.video.reduce((sum, { width, height }) => sum + width * height, 0);
  const all = Array.from({ length: broadcasts }, (_, at) => ({
    watch: new LadderWatch(whole, new RungReturn((tries) => uniform(`stream ${at}\n${tries}`)), turn),
    lagMs: 500,
  }));
  const changes: Change[] = [];
  for (const { watch } of all) watch.started(0);
  for (let nowMs = stepMs; nowMs <= lastsMs; nowMs += stepMs) {
    const needed = all.reduce((sum, { watch }) => sum + pixels(watch.ladder) / pixels(whole), 0);
    const gainMs = stepMs * (roomAt(nowMs) / needed - 1);
    for (const [broadcast, one] of all.entries()) {
      one.lagMs = Math.max(100, one.lagMs - gainMs);
      const advice = one.watch.observe(one.lagMs, nowMs);
      if (advice === 'keep') continue;
      if (advice === 'shed') one.watch.shed(nowMs);
      else one.watch.takeBack(nowMs);
      one.watch.started(nowMs);
      changes.push({ atMs: nowMs, broadcast, to: one.watch.ladder.video.length });
    }
  }
  return changes;
}

const returns = (changes: readonly Change[]): Change[] =>
  changes.filter(({ broadcast, to }, at) => {
    const before = changes.slice(0, at).findLast((each) => each.broadcast === broadcast);
    return to > (before?.to ?? rungs);
  });

/** The most changes of one broadcast within an hour. */
function mostInAnHour(changes: readonly Change[], broadcast = 0): number {
  const own = changes.filter((change) => change.broadcast === broadcast).map(({ atMs }) => atMs);
  return Math.max(0, ...own.map((from) => own.filter((at) => at >= from && at < from + minutes(60)).length));
}

describe('A ladder that is too much for the machine', () => {
  test('is whole again some minutes after the machine has room, rung by rung, and stays so', () => {
    const changes = simulate(1, minutes(240), (now) => (now < minutes(2) ? 0.03 : 2));
    const ladders = changes.map(({ to }) => to);
    expect(Math.min(...ladders)).toBe(1);
    const back = returns(changes).filter(({ atMs }) => atMs > minutes(2));
    expect(back.map(({ to }) => to)).toEqual([2, 3, 4]);
    expect(back[0]!.atMs).toBeLessThan(minutes(3));
    expect(back.at(-1)!.atMs).toBeLessThan(minutes(7));
  });

  test('is tried ever more rarely if the machine never has room for it', () => {
    const changes = simulate(1, minutes(300), () => 0.6);
    expect(mostInAnHour(changes)).toBeLessThanOrEqual(27);
    const late = changes.filter(({ atMs }) => atMs > minutes(60));
    expect(mostInAnHour(late)).toBeLessThanOrEqual(17);
    // It never gives up, either.
    expect(returns(late).length).toBeGreaterThan(4 * 4);
  });

  test('waits a short time again once a rung has lasted', () => {
    const isBusy = (now: number): boolean => now < minutes(30) || (now > minutes(60) && now < minutes(61));
    const changes = simulate(1, minutes(70), (now) => (isBusy(now) ? 0.6 : 2));
    const lost = changes.filter(({ atMs, to }) => to < rungs && atMs > minutes(60));
    const back = returns(changes).filter(({ atMs }) => atMs > lost[0]!.atMs);
    expect(back[0]!.atMs).toBeLessThan(minutes(63));
    expect(changes.at(-1)!.to).toBe(rungs);
  });

  test.each([1, 3])(
    'never changes more than 52 times an hour, whatever the machine does (%i broadcasts)',
    (count) => {
      fc.assert(
        fc.property(fc.integer(), fc.integer({ min: 5, max: 400 }), (seed, holdsSeconds) => {
          const random = mulberry32(seed);
          const rooms = Array.from({ length: 40_000 / holdsSeconds + 1 }, () => count * random() * 2);
          const changes = simulate(
            count,
            minutes(120),
            (now) => rooms[Math.floor(now / 1000 / holdsSeconds)] ?? 1,
          );
          expect(changes.every(({ to }) => to >= 1 && to <= rungs)).toBe(true);
          for (let broadcast = 0; broadcast < count; broadcast++)
            expect(mostInAnHour(changes, broadcast)).toBeLessThanOrEqual(52);
        }),
        { numRuns: 6 },
      );
    },
  );

  test('is not tried by two broadcasts of a worker at once, nor while one of them is behind', () => {
    const changes = simulate(6, minutes(60), (now) => (now < minutes(1) ? 1 : 12));
    const back = returns(changes);
    expect(changes.at(-1)!.atMs).toBeLessThan(minutes(15));
    for (let broadcast = 0; broadcast < 6; broadcast++)
      expect(changes.findLast((change) => change.broadcast === broadcast)?.to).toBe(rungs);
    const pauses = back.slice(1).map(({ atMs }, at) => atMs - back[at]!.atMs);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(20_000);
    const turn = new ReturnTurn();
    turn.behind(0);
    expect([turn.take(19_999), turn.take(20_000), turn.take(20_001)]).toEqual([false, true, false]);
  });

  test('loses a rung that had just come back when ffmpeg crashes, and no other one', () => {
    const waiting = new RungReturn(() => 0.5);
    const watch = new LadderWatch(whole, waiting, new ReturnTurn());
    expect(watch.crashed(1000)).toBeUndefined();
    expect(watch.shed(2000)).toBe('1080p');
    expect(watch.crashed(3000)).toBeUndefined();
    expect(watch.takeBack(4000)).toBe('1080p');
    expect(watch.takeBack(4000)).toBeUndefined();
    expect(watch.crashed(5000)).toBe('1080p');
    // That try failed: the next wait is twice as long.
    expect([waiting.isDue(0, 6000), waiting.isDue(0, 65_999), waiting.isDue(0, 66_000)]).toEqual([
      false,
      false,
      true,
    ]);
    watch.takeBack(70_000);
    expect(watch.crashed(190_001)).toBeUndefined();
  });

  test('keeps its last rung', () => {
    const watch = new LadderWatch(whole, new RungReturn(() => 0), new ReturnTurn());
    expect([1, 2, 3, 4].map((now) => watch.shed(now))).toEqual(['1080p', '720p', '480p', undefined]);
    expect(watch.ladder.video.map(({ id }) => id)).toEqual(['360p']);
    const verdicts = new Set(Array.from({ length: 100 }, (_, at) => watch.observe(9000, at * 1000)));
    expect(verdicts).toEqual(new Set(['keep']));
  });
});

test('rungs that were dropped are told by their names until they are back', () => {
  const watch = new LadderWatch(whole, new RungReturn(() => 0), new ReturnTurn());
  expect(watch.turnedOff).toEqual([]);
  const [first, second] = [watch.shed(0), watch.shed(1)];
  expect(watch.turnedOff).toEqual([first, second]);
  watch.takeBack(2);
  expect(watch.turnedOff).toEqual([first]);
});
