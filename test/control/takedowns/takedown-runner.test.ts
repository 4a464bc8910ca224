import { beforeEach, describe, expect, test } from '@jest/globals';
import { takedownReport } from '../../../lib/control/takedowns/policy/takedown-report.ts';
import type { TakedownRunner } from '../../../lib/control/takedowns/takedown-runner.ts';
import { ControlStoreUnavailableError } from '../../../lib/control-store/errors.ts';
import { wantChannel } from '../../../lib/control-store/managed/managed-channel.ts';
import type { BroadcastId } from '../../../lib/routing/ids.ts';
import { path, streamId, TakedownWorld } from './takedown-world.ts';

let world: TakedownWorld;
let runner: TakedownRunner;
beforeEach(() => {
  world = new TakedownWorld();
  for (let n = 0; n < 3; n++) world.objects.add(`${path}/b/360p/${n}.m4s`);
  runner = world.program('control');
});

const report = () => takedownReport(world.document!.body);
const step = (name: string) => report().steps.find((each) => each.step === name);
const named = (name: string) => world.log.filter((each) => each.name === name);

describe('what cannot be', () => {
  test('a takedown of a stream that is not there is refused, and nothing is written', async () => {
    world.stream = undefined;
    await expect(runner.take(streamId, 'x')).rejects.toMatchObject({ code: 'UNKNOWN_STREAM' });
    expect([world.writes, world.document]).toEqual([0, undefined]);
  });

  test('a restore of what was never taken down is refused, and nothing is written', async () => {
    await expect(runner.restore(streamId)).rejects.toMatchObject({ code: 'NEVER_TAKEN_DOWN' });
    expect([world.writes, world.document]).toEqual([0, undefined]);
  });

  test('a stream that was deleted in the middle holds up nothing', async () => {
    world.failing.set('updateStream', new Error('trouble'));
    await runner.take(streamId, 'x');
    world.stream = undefined;
    world.failing.clear();
    expect(await runner.run(streamId)).toMatchObject({ open: false });
  });
});

describe('a takedown', () => {
  test('off the air is done in one run, and says what it was for', async () => {
    const document = await runner.take(streamId, 'stolen footage');
    expect(document).toMatchObject({ open: false, body: { reason: 'stolen footage', turn: 1 } });
    expect(document.body).not.toHaveProperty('runner');
    expect(world.state).toMatchObject({ takenDown: 'stolen footage', denied: [path], readable: 0 });
    expect(world.events).toMatchObject([
      { type: 'stream.taken_down', text: expect.stringContaining('stolen footage') },
    ]);
    expect(named('control.takedown.finished')).toHaveLength(1);
  });

  test('asked for again keeps its reason and its times, whoever asks', async () => {
    const first = await runner.take(streamId, 'one');
    world.nowMs += 60_000;
    expect(await world.program('other').take(streamId, 'another')).toEqual(first);
  });

  test('runs no longer than it may, and says in words what it waits for', async () => {
    world.goOnAir();
    const startedMs = world.nowMs;
    const document = await runner.take(streamId, 'x');
    expect(world.nowMs - startedMs).toBeLessThanOrEqual(4_100);
    expect(document).toMatchObject({ open: true });
    expect(document.body).not.toHaveProperty('runner');
    expect(world.lease).toMatchObject({ endRequested: true, released: false });
    expect(step('cut')).toMatchObject({
      state: 'waiting',
      detail: expect.stringMatching(/^encoder-1 is ending/),
    });
    expect(report().darkAfterMs).toBeLessThan(1_000);
    expect(world.calls.filter((call) => call === 'requestEnd')).toHaveLength(1);
  });

  test('takes the broadcast from a worker that says nothing any more, and shuts it out', async () => {
    world.goOnAir();
    await runner.take(streamId, 'x');
    await runner.run(streamId);
    expect(world.lease).toMatchObject({ workerId: 'control', epoch: 2, released: true, broadcastId: 'b0' });
    expect(world.document?.open).toBe(false);
  });

  test('takes it from one that lives but never ends', async () => {
    world.goOnAir();
    await runner.take(streamId, 'x');
    for (let second = 0; second < 25; second++) {
      world.work(1, false);
      world.nowMs += 1_000;
      await runner.run(streamId);
    }
    expect(world.lease).toMatchObject({ epoch: 2, released: true });
  });

  test('waits for a managed channel, which writes by itself, and says so', async () => {
    const about = { broadcastId: 'b0' as BroadcastId, atMs: 1, epoch: 1 };
    const wanted = wantChannel(undefined, about);
    world.channel = { body: { ...wanted, intent: 'unwanted', state: 'stopping' } };
    await runner.take(streamId, 'x');
    expect(step('cut')).toMatchObject({
      state: 'waiting',
      detail: expect.stringMatching(/MediaLive channel/),
    });
    expect(world.inQuarantine).toBe(0);
    expect(report()).toHaveProperty('darkAfterMs');
    world.channel = { body: { ...wanted, state: 'deleting-channel' } };
    expect(await runner.run(streamId)).toMatchObject({ open: false });
    expect(world.inOpen).toBe(0);
  });

  test('goes on with the cut and the quarantine where the edge cannot be told, and is not dark until it is', async () => {
    world.failing.set('deny', new Error('the file is read-only'));
    await runner.take(streamId, 'x');
    expect(report()).toMatchObject({ state: 'taking-down' });
    expect(report()).not.toHaveProperty('darkAfterMs');
    expect([step('quarantine')?.state, world.inOpen]).toEqual(['done', 0]);
    expect(step('deny')?.detail).toContain('the file is read-only');
    // Said once, though tried often.
    expect(named('control.takedown.step-failed')).toHaveLength(1);
    world.failing.clear();
    expect(await runner.run(streamId)).toMatchObject({ open: false });
    expect(report()).toHaveProperty('darkAfterMs');
  });

  test('stands in line where too many caches are being emptied, and is not lost', async () => {
    world.busyInvalidations = true;
    await runner.take(streamId, 'x');
    expect(step('invalidate')).toMatchObject({
      state: 'waiting',
      detail: expect.stringMatching(/is queued/),
    });
    expect(named('control.takedown.step-failed')).toEqual([]);
    world.busyInvalidations = false;
    expect(await runner.run(streamId)).toMatchObject({ open: false });
    expect(world.invalidations.size).toBe(1);
  });

  test('asks for an invalidation of its own each time, and for one only', async () => {
    await runner.take(streamId, 'x');
    await runner.restore(streamId);
    await runner.take(streamId, 'x');
    expect([...world.invalidations.keys()]).toEqual([`${streamId}-1`, `${streamId}-3`]);
    expect(world.calls.filter((call) => call === 'request')).toHaveLength(2);
  });

  test('loses nothing where the origin fails in the middle of the quarantine', async () => {
    for (let n = 0; n < 100; n++) world.objects.add(`${path}/b/720p/${n}.m4s`);
    let moves = 0;
    const failing = world.program('control', async (call) => {
      if (call.endsWith(' move') && ++moves === 40)
        world.failing.set('move', new Error('the origin is away'));
    });
    await failing.take(streamId, 'x');
    expect(step('quarantine')?.detail).toContain('the origin is away');
    expect(world.inOpen).toBeGreaterThan(0);
    expect(world.inOpen + world.inQuarantine).toBe(103);
    world.failing.clear();
    await runner.run(streamId);
    expect([world.inOpen, world.inQuarantine, world.document?.open]).toEqual([0, 103, false]);
  });

  test('that the store broke off says so, stands all the same, and is finished by a sweep', async () => {
    const away = new ControlStoreUnavailableError('away');
    let writes = 0;
    const broken = world.program('control', async (call) => {
      if (call.endsWith(' putDocument done') && ++writes === 2) {
        for (const name of ['getDocument', 'putDocument', 'getStream', 'listOpenDocuments'])
          world.failing.set(name, away);
      }
    });
    await expect(broken.take(streamId, 'x')).rejects.toBe(away);
    await broken.sweep();
    await broken.sweep();
    expect(named('control.takedown.sweep-failed')).toHaveLength(1);
    world.failing.clear();
    await broken.sweep();
    expect(world.state).toMatchObject({ open: false, denied: [path], readable: 0 });
  });

  test('that is not done in five minutes is told of, then once a minute', async () => {
    world.failing.set('move', new Error('the origin is away'));
    await runner.take(streamId, 'x');
    for (let second = 0; second < 420; second += 4) {
      await runner.sweep();
      // A run of a step that fails takes its 4 s.
    }
    const told = named('control.takedown.stuck');
    expect(told.length).toBeGreaterThanOrEqual(2);
    expect(told.length).toBeLessThanOrEqual(3);
    expect(told[0]?.fields).toMatchObject({ waiting: expect.stringContaining('the origin is away') });
  });
});

describe('a restore', () => {
  test('brings everything back, and lets the publisher come last', async () => {
    await runner.take(streamId, 'x');
    const before = world.calls.length;
    expect(await runner.restore(streamId)).toMatchObject({ open: false, body: { turn: 2, reason: 'x' } });
    expect(world.state).toMatchObject({ takenDown: undefined, denied: [], readable: 3 });
    const calls = world.calls.slice(before);
    expect(calls.lastIndexOf('move')).toBeLessThan(calls.indexOf('allow'));
    expect(calls.lastIndexOf('allow')).toBeLessThan(calls.indexOf('updateStream'));
    expect(world.events.map(({ type }) => type)).toEqual(['stream.taken_down', 'stream.restored']);
  });

  test('turns a takedown round from where it stands, and the other way', async () => {
    world.failing.set('move', new Error('the origin is away'));
    await runner.take(streamId, 'one');
    expect(report().state).toBe('taking-down');
    world.failing.clear();
    await runner.restore(streamId);
    expect(world.state).toMatchObject({ open: false, takenDown: undefined, denied: [], readable: 3 });

    await runner.take(streamId, 'two');
    world.failing.set('move', new Error('the origin is away'));
    await runner.restore(streamId);
    expect([report().state, [...world.denied]]).toEqual(['restoring', [path]]);
    world.failing.clear();
    await runner.take(streamId, 'three');
    expect(world.state).toMatchObject({ open: false, takenDown: 'three', denied: [path], readable: 0 });
  });

  test('waits for a program that works on the other direction, until that one has written nothing for long', async () => {
    world.goOnAir();
    let killed = false;
    const other = world.program('other', (call) => {
      killed ||= call.endsWith(' requestEnd');
      return killed && call.startsWith('other') ? new Promise(() => {}) : Promise.resolve();
    });
    void other.take(streamId, 'x').catch(() => {});
    await new Promise((turn) => setImmediate(turn));
    expect(world.document?.body.runner).toBe('other');
    await runner.restore(streamId);
    expect(world.denied.has(path)).toBe(true);
    for (let n = 0; n < 10; n++) await runner.sweep();
    expect(world.state).toMatchObject({ open: false, denied: [], takenDown: undefined });
  });
});
