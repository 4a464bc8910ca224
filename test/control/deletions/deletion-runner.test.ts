import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  deniedUntilMs,
  denyAfterwardsMs,
  maxPendingDeletions,
} from '../../../lib/control/deletions/policy/deletion-machine.ts';
import { newBroadcastId, newStreamId } from '../../../lib/routing/ids.ts';
import { DeletionWorld } from './deletion-world.ts';

let world: DeletionWorld;
beforeEach(() => {
  world = new DeletionWorld();
});

const openDeletions = async () => (await world.store.listOpenDocuments('deletions', { limit: 10 })).streamIds;

describe('deleting a stream', () => {
  test('takes its records and all its objects, those in quarantine among them, and nobody else’s', async () => {
    const { streamId } = await world.stream();
    const other = await world.stream();
    world.objects.set(`quarantine/local/${streamId}/left/over.m4s`, 'media');
    const deletion = await world.runner().ask(streamId, { recordings: 'delete' });
    expect(await world.store.getStream(streamId)).toBeUndefined();
    expect([...world.denied]).toEqual([`local/${streamId}`]);
    expect(world.invalidated).toEqual([`/local/${streamId}/*`]);
    expect([world.below(`local/${streamId}`), world.below('quarantine/')]).toEqual([[], []]);
    expect(world.below(`local/${other.streamId}/`)).toHaveLength(12);
    expect(deniedUntilMs(deletion)).toBe(world.wallMs + denyAfterwardsMs);
  });

  test('keeps the recordings on request, where no edge reads', async () => {
    const { streamId } = await world.stream();
    const before = world.below(`local/${streamId}/`);
    await world.runner().ask(streamId, { recordings: 'keep' });
    expect(world.below('')).toEqual(before.map((key) => `quarantine/${key}`));
    expect([...world.denied]).toEqual([`local/${streamId}`]);
  });

  test('denies it for a day, takes what came late, and then leaves nothing behind, at the edge or in the store', async () => {
    const { streamId } = await world.stream();
    const runner = world.runner();
    await runner.ask(streamId, { recordings: 'delete' });
    world.wallMs += denyAfterwardsMs - 1;
    expect(await runner.run(streamId)).toBe(false);
    expect([...world.denied]).toEqual([`local/${streamId}`]);
    world.objects.set(`local/${streamId}/late/1.m4s`, 'written by a worker that woke up');
    world.wallMs += 1;
    expect(await runner.run(streamId)).toBe(false);
    expect([[...world.denied], world.below(''), await openDeletions()]).toEqual([[], [], []]);
    expect(await world.store.getDocument(streamId, 'deletions')).toBeUndefined();
  });

  test('an edge that is away holds up nothing else, is named, and is denied once it is back', async () => {
    const { streamId } = await world.stream();
    world.failing.add('deny');
    const runner = world.runner();
    const deletion = await runner.ask(streamId, { recordings: 'delete' });
    expect(deletion.waiting?.deny).toBe('Failed and will be retried: deny is away');
    expect(world.below('')).toEqual([]);
    expect(world.log.filter((name) => name === 'control.deletion.step-failed')).toHaveLength(1);
    expect(world.log).not.toContain('control.deletion.stuck');
    world.wallMs += 300_000;
    for (let sweeps = 0; sweeps < 3; sweeps++) expect(await runner.sweep()).toBe(true);
    expect(world.log.filter((name) => name === 'control.deletion.stuck')).toHaveLength(1);
    world.failing.clear();
    expect(await runner.sweep()).toBe(false);
    expect([...world.denied]).toEqual([`local/${streamId}`]);
  });
});

describe('deleting a recording', () => {
  test('leaves the stream and its other recordings, and takes the manifests and pictures that lead to it', async () => {
    const { streamId, first, second } = await world.stream();
    const others = world.below(`local/${streamId}/${first}/`);
    await world.runner().ask(streamId, { broadcastId: second, recordings: 'delete' });
    expect(world.below('')).toEqual(others);
    expect([...world.denied]).toEqual([`local/${streamId}/${second}`]);
    expect(world.invalidated).toEqual([
      `/local/${streamId}/${second}/*`,
      `/local/${streamId}/index.m3u8`,
      `/local/${streamId}/manifest.mpd`,
      `/local/${streamId}/poster.jpg`,
      `/local/${streamId}/storyboard.vtt`,
    ]);
    expect((await world.store.listBroadcasts(streamId, 10)).map(({ id }) => id)).toEqual([first]);
    const journal = await world.store.listEvents(streamId, { limit: 10 });
    expect(journal.map(({ type, broadcastId }) => [type, broadcastId])).toEqual([
      ['recording.deleted', second],
    ]);
  });

  test('leaves the manifests and pictures of a newer one', async () => {
    const { streamId, first } = await world.stream();
    await world.runner().ask(streamId, { broadcastId: first, recordings: 'delete' });
    expect(world.below(`local/${streamId}/index`)).toHaveLength(1);
    expect(world.below(`local/${streamId}/manifest`)).toHaveLength(1);
    expect(world.below(`local/${streamId}/poster`)).toHaveLength(1);
    expect(world.below(`local/${streamId}/storyboard`)).toHaveLength(1);
    expect(world.below(`local/${streamId}/${first}/`)).toEqual([]);
  });

  test('is not journaled where the stream goes, too', async () => {
    const { streamId, first } = await world.stream();
    world.failing.add('deleteAll');
    const runner = world.runner();
    await runner.ask(streamId, { broadcastId: first, recordings: 'delete' });
    await runner.ask(streamId, { recordings: 'delete' });
    world.failing.clear();
    await runner.run(streamId);
    expect(world.below('')).toEqual([]);
    expect(await world.store.listEvents(streamId, { limit: 10 })).toEqual([]);
    expect([...world.denied].sort()).toEqual([`local/${streamId}`, `local/${streamId}/${first}`]);
  });

  test('a stream has so many at a time, and may be deleted for all that', async () => {
    const streamId = newStreamId();
    const pending = Array.from({ length: maxPendingDeletions }, (_, at) => ({
      broadcastId: newBroadcastId(at),
      recordings: 'delete' as const,
      askedAtMs: 1,
      done: [],
    }));
    await world.store.putDocument({ streamId, kind: 'deletions', version: 0, open: true, body: { pending } });
    const runner = world.runner({ runMs: 0 });
    await expect(
      runner.ask(streamId, { broadcastId: newBroadcastId(1_000), recordings: 'delete' }),
    ).rejects.toMatchObject({ code: 'TOO_MANY_DELETIONS' });
    await runner.ask(streamId, { recordings: 'delete' });
  });
});

describe('a runner that dies', () => {
  const outcome = async (diesAt: number) => {
    world = new DeletionWorld();
    const { streamId, first, second } = await world.stream();
    world.diesAt = diesAt;
    const dying = world.runner();
    await dying.ask(streamId, { broadcastId: second, recordings: 'delete' }).catch(() => {});
    const { calls } = world;
    world.diesAt = Number.POSITIVE_INFINITY;
    const next = world.runner();
    const left = await openDeletions();
    await next.sweep();
    const journal = await world.store.listEvents(streamId, { limit: 10 });
    return {
      calls,
      left: left.length,
      objects: world.below(''),
      others: first,
      denied: world.denied.size,
      journal,
    };
  };

  test('at any call leaves a deletion that the next one completes, or none that was ever accepted', async () => {
    const whole = await outcome(Number.POSITIVE_INFINITY);
    expect(whole.calls).toBeGreaterThan(12);
    for (let diesAt = 1; diesAt <= whole.calls; diesAt++) {
      const { left, objects, others, denied, journal } = await outcome(diesAt);
      if (left === 0) expect([diesAt, objects.length]).toEqual([diesAt, 12]);
      else {
        expect([diesAt, objects.every((key) => key.includes(others))]).toEqual([diesAt, true]);
        expect([diesAt, denied, journal.length]).toEqual([diesAt, 1, 1]);
      }
    }
  });

  test('and one beside it do each other no harm', async () => {
    const { streamId } = await world.stream();
    const runners = [world.runner(), world.runner(), world.runner()];
    await Promise.all(runners.map((runner) => runner.ask(streamId, { recordings: 'delete' })));
    expect(world.below('')).toEqual([]);
    const document = await world.store.getDocument(streamId, 'deletions');
    expect(document?.body.pending).toHaveLength(1);
  });
});
