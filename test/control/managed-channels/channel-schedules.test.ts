import { setImmediate as settle } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ManagedRefusal } from '../../../lib/control/managed-channels/policy/channel-observations.ts';
import { mulberry32 } from '../../../testkit/mulberry32.ts';
import { ChannelWorld, firstBroadcast, type Gate, secondBroadcast, streamId } from './channel-world.ts';

/** A driver ended here: what it had done stays done. */
class Killed extends Error {}

interface Outcome {
  readonly world: ChannelWorld;
  readonly kills: number;
  readonly ending: string;
}

/**
 * Several drivers at once, each held up before and after every call for as long as chance has it, and killed there now and
 * then; drives that begin twice, late, or for nothing; faults of MediaLive; and somewhere in between the broadcast ends in
 * one of its ways. Then AWS's once-a-minute goes on for a while, with nothing in its way.
 */
async function schedule(seed: number): Promise<Outcome> {
  const random = mulberry32(seed);
  const chance = (share: number): boolean => random() < share;
  const world = new ChannelWorld();
  let kills = 0;
  const held: { go: () => void; kill: () => void }[] = [];
  const paused: typeof held = [];
  const gate: Gate = () =>
    new Promise((resolve, reject) => held.push({ go: resolve, kill: () => reject(new Killed('killed')) }));

  const kinds: readonly ManagedRefusal[] = ['quota', 'denied', 'invalid', 'trouble', 'conflict'];
  const bad = kinds[Math.floor(random() * kinds.length)];
  const badCall = ['create-input', 'create-channel', 'start', 'stop', 'delete-channel', 'delete-input'][
    Math.floor(random() * 6)
  ];
  const faulty = chance(0.5);
  world.encoder.faults = {
    ...(faulty && chance(0.6) && { refuse: (call: string) => (call === badCall ? bad : undefined) }),
    ...(faulty && chance(0.3) && { createFails: true }),
    ...(faulty && chance(0.3) && { neverStarts: true }),
    ...(faulty && chance(0.3) && { diesAfterMs: Math.floor(random() * 200_000) }),
  };

  let running = 0;
  const begin = (work: () => Promise<void>): void => {
    running++;
    work()
      .catch((fault: unknown) => {
        // What MediaLive refuses while it is looked at ends a drive, as it ends a function's invocation.
        if (!(fault instanceof Killed) && !/refused/.test(String(fault))) throw fault;
      })
      .finally(() => {
        running--;
      });
  };
  const drive = (): void => {
    const gated = world.runner(gate);
    if (chance(0.2)) begin(() => world.sweep(gate));
    else begin(() => gated.drive(streamId, chance(0.5) ? 45_000 : 0));
  };

  const endings = {
    wanted: () => {},
    over: () => world.unwant(),
    'taken-down': () => {
      if (world.stream) world.stream = { ...world.stream, takenDown: { reason: 'x', atMs: 1 } };
    },
    silent: () => {
      world.standInLives = false;
    },
    deleted: () => world.deleteStream(),
    again: () => {
      world.lease = { ...world.lease, broadcastId: secondBroadcast, epoch: 4 };
      world.want({ broadcastId: secondBroadcast, epoch: 4 });
    },
  };
  const names = Object.keys(endings) as (keyof typeof endings)[];
  const ending = names[Math.floor(random() * names.length)] ?? 'over';
  const endsAtStep = Math.floor(random() * 250);

  world.want();
  for (let step = 0; step < 300; step++) {
    if (step === endsAtStep) endings[ending]();
    if (chance(0.05)) world.feed();
    if (running - paused.length < 3 && chance(0.3)) drive();
    if (chance(0.3)) world.nowMs += Math.floor(random() * 15_000);
    const [next] = held.splice(Math.floor(random() * held.length), 1);
    if (next && chance(0.04)) {
      kills++;
      next.kill();
    } else if (next && chance(0.02)) paused.push(next);
    else next?.go();
    await settle();
  }
  // Who was paused goes on when everything is over, or never; the others go on at once.
  const release = async (): Promise<void> => {
    while (held.length > 0) {
      for (const one of held.splice(0)) {
        if (chance(0.1)) one.kill();
        else one.go();
      }
      await settle();
    }
  };
  await release();
  if (chance(0.7)) await world.minutes(20);
  held.push(...paused);
  await release();
  if (world.encoder.faults.refuse)
    world.encoder.faults = { ...world.encoder.faults, refuse: () => undefined };
  await world.minutes(40);
  return { world, kills, ending };
}

describe('whatever happens to those who drive a channel', () => {
  const outcomes: (Outcome & { readonly seed: number })[] = [];
  beforeAll(async () => {
    for (let seed = 1; seed <= 300; seed++) outcomes.push({ seed, ...(await schedule(seed)) });
  });

  test('nothing runs on and nothing is billed, or it is live while it is wanted', () => {
    for (const { seed, world, ending } of outcomes) {
      const left = { seed, ending, state: world.body?.state, open: world.isOpen, ...world.encoder.left() };
      const wanted = (ending === 'wanted' || ending === 'again') && world.body?.failure === undefined;
      const state = world.stream ? (wanted ? 'live' : 'gone') : undefined;
      const count = wanted ? 1 : 0;
      expect(left).toEqual({
        seed,
        ending,
        state,
        open: wanted,
        inputs: count,
        channels: count,
        running: count,
      });
    }
  });

  test('a channel that was there is told to be deleted, at least once', () => {
    for (const { seed, world, ending } of outcomes) {
      if (!world.stream || ending === 'again' || world.body?.state !== 'gone' || !world.body.channelId)
        continue;
      expect({ seed, lines: world.told('managed.channel.deleted').length }).not.toEqual({ seed, lines: 0 });
    }
  });

  test('players are never sent back to an older broadcast', () => {
    for (const { seed, world, ending } of outcomes) {
      if (ending !== 'again' || world.body?.state !== 'live') continue;
      const index = world.objects.text(`eu/${streamId}/index.m3u8`);
      expect({ seed, index: index?.includes(`${firstBroadcast}/`) }).toEqual({ seed, index: false });
    }
  });

  test('which is a lot: every ending, every fault, many killed', () => {
    const endings = new Set(outcomes.map(({ ending }) => ending));
    const reasons = new Set(outcomes.map(({ world }) => world.body?.failure?.reason ?? 'well'));
    expect([...endings].sort()).toEqual(['again', 'deleted', 'over', 'silent', 'taken-down', 'wanted']);
    const faults = ['well', 'quota', 'denied', 'invalid', 'broken', 'start-timeout', 'died'];
    expect([...reasons]).toEqual(expect.arrayContaining(faults));
    expect(outcomes.reduce((total, { kills }) => total + kills, 0)).toBeGreaterThan(outcomes.length);
    const swept = outcomes.filter(({ world }) =>
      world.logged.some(({ name }) => name === 'managed.orphan.removed'),
    );
    expect(swept.length).toBeGreaterThan(0);
  });
});
