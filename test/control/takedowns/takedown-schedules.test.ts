import { setImmediate as settle } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { mulberry32 } from '../../../testkit/mulberry32.ts';
import { type Gate, path, streamId, TakedownWorld } from './takedown-world.ts';

const schedules = 400;

/** A call that is held up. */
interface Held {
  readonly program: string;
  readonly sinceMs: number;
  readonly go: () => void;
}

/** No call of a port takes longer, whatever happens to it. */
const longestCallMs = 4_000;
const faults = ['getStream', 'updateStream', 'putDocument', 'deny', 'isDenied', 'isDone', 'move', 'list'];

/**
 * Several programs work on one stream at once: each of their calls is held up before and after for as long as chance has it, and
 * a program is killed there now and then. They are asked to take it down and to restore it, over and over, while a worker
 * writes, ends when it is asked to or never, and another comes. Then somebody asks for one of the two, and that is what must be.
 */
async function schedule(seed: number): Promise<{ world: TakedownWorld; ending: string; kills: number }> {
  const random = mulberry32(seed);
  const chance = (share: number): boolean => random() < share;
  const world = new TakedownWorld();
  const dead = new Set<string>();
  let held: Held[] = [];
  let programs = 0;
  let kills = 0;
  let running = 0;
  const lazy = chance(0.3);
  if (chance(0.8)) world.goOnAir();
  for (let n = 0; n < 5; n++) world.objects.add(`${path}/b/360p/old-${n}.m4s`);

  const gate: Gate = (call) =>
    new Promise((go) => {
      const program = call.split(' ', 1)[0]!;
      // Of a program that is dead nothing happens any more.
      if (!dead.has(program)) held.push({ program, sinceMs: world.nowMs, go });
    });
  const begin = (ask: (program: ReturnType<TakedownWorld['program']>) => Promise<unknown>): Promise<void> => {
    const id = `p${programs++}`;
    running++;
    let over = false;
    const end = (): void => {
      if (!over) running--;
      over = true;
    };
    onDeath.set(id, end);
    return ask(world.program(id, gate)).then(end, end);
  };
  const onDeath = new Map<string, () => void>();
  const kill = (program: string): void => {
    kills++;
    dead.add(program);
    held = held.filter((each) => each.program !== program);
    onDeath.get(program)?.();
  };
  /** One thing happens. */
  const turn = async (mayKill: boolean): Promise<void> => {
    world.nowMs += Math.floor(random() * 150);
    const overdue = held.filter(({ sinceMs }) => world.nowMs - sinceMs > longestCallMs);
    const from = overdue.length > 0 ? overdue : held;
    const one = from[Math.floor(random() * from.length)];
    if (one && mayKill && chance(0.02)) kill(one.program);
    else if (one) {
      held = held.filter((each) => each !== one);
      one.go();
    }
    if (chance(0.1) && world.lease) world.work(world.lease.epoch, !lazy);
    await settle();
  };
  const ask = () => {
    const roll = random();
    if (roll < 0.35) return begin((each) => each.take(streamId, 'first'));
    if (roll < 0.65) return begin((each) => each.restore(streamId));
    return begin((each) => each.sweep());
  };

  for (let round = 0; round < 3 + random() * 12; round++) {
    void ask();
    if (chance(0.3)) world.failing.set(faults[Math.floor(random() * faults.length)]!, new Error('trouble'));
    if (chance(0.4)) world.failing.clear();
    world.busyInvalidations = chance(0.3);
    for (let steps = random() * 60; steps > 0; steps--) await turn(true);
  }
  // Whoever was asked before has written that down, or died; those that only work on it may be anywhere.
  while (running > 0) await turn(true);
  void begin((each) => each.sweep());
  for (let steps = random() * 40; steps > 0; steps--) await turn(true);

  world.failing.clear();
  world.busyInvalidations = false;
  // A restore of what was never taken down is refused: then there is only one thing to ask for.
  const ending = world.document && chance(0.5) ? 'restore' : 'takedown';
  void begin((each) => (ending === 'restore' ? each.restore(streamId) : each.take(streamId, 'last')));
  while (running > 0) await turn(false);
  const sweeping = begin(async (each) => {
    for (let sweeps = 0; world.document?.open && sweeps < 200; sweeps++) {
      world.nowMs += 1_000;
      await each.sweep();
    }
  });
  while (running > 0) await turn(false);
  await sweeping;
  return { world, ending, kills };
}

test(`programs that die anywhere, in ${schedules} schedules, leave what was asked for last, and never what must not be`, async () => {
  const seen = { takedown: 0, restore: 0, kills: 0, turns: 0 };
  for (let seed = 1; seed <= schedules; seed++) {
    const { world, ending, kills } = await schedule(seed);
    const taken = ending === 'takedown';
    const { body } = world.document!;
    expect({ seed, ...world.state }).toEqual({
      seed,
      open: false,
      direction: ending,
      runner: undefined,
      takenDown: taken ? body.reason : undefined,
      denied: taken ? [path] : [],
      released: world.lease === undefined ? undefined : taken ? true : expect.any(Boolean),
      readable: taken ? 0 : world.objects.size,
      told: [taken ? 'stream.taken_down' : 'stream.restored'],
    });
    expect({ seed, violations: world.violations }).toEqual({ seed, violations: [] });
    // What is done is done: nobody who runs, or asks for it once more, changes anything.
    const { writes } = world;
    const again = world.program('again');
    await again.sweep();
    await again.run(streamId);
    await (taken ? again.take(streamId, 'once more') : again.restore(streamId));
    expect({ seed, writes: world.writes }).toEqual({ seed, writes });
    seen[taken ? 'takedown' : 'restore']++;
    seen.kills += kills;
    seen.turns += body.turn;
  }
  expect(seen.takedown).toBeGreaterThan(schedules / 4);
  expect(seen.restore).toBeGreaterThan(schedules / 4);
  expect(seen.kills).toBeGreaterThan(schedules);
  expect(seen.turns).toBeGreaterThan(2 * schedules);
});
