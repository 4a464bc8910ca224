import { describe, expect, test } from '@jest/globals';
import { channelFailures } from '../../../lib/control-store/managed/channel-failures.ts';
import { channelOutlook } from '../../../lib/control-store/managed/managed-channel.ts';
import { ChannelWorld, firstBroadcast, secondBroadcast, streamId } from './channel-world.ts';

const streamIndex = `eu/${streamId}/index.m3u8`;
const broadcastIndex = `eu/${streamId}/${firstBroadcast}/index.m3u8`;

async function live(): Promise<ChannelWorld> {
  const world = new ChannelWorld();
  world.want();
  await world.runner().drive(streamId, 45_000);
  await world.minutes(3);
  return world;
}

describe('a broadcast that goes well', () => {
  test('gets an input, a channel, and players that are sent to it', async () => {
    const world = await live();
    expect(world.body).toMatchObject({ state: 'live', intent: 'wanted', channelId: 'channel0' });
    expect(world.encoder.left()).toEqual({ inputs: 1, channels: 1, running: 1 });
    expect(world.objects.text(streamIndex)).toContain(`${firstBroadcast}/managed/0/index-720p-playlist.m3u8`);
    expect(world.objects.text(streamIndex)).toContain(`${firstBroadcast}/managed/1/index-720p-playlist.m3u8`);
    expect(world.objects.text(broadcastIndex)).toContain('\nmanaged/0/index-720p-playlist.m3u8');
    expect(world.told('managed.channel.running')).toHaveLength(1);
  });

  test('leaves nothing behind when it is over, and says what it cost', async () => {
    const world = await live();
    world.nowMs += 3_600_000;
    world.unwant();
    await world.minutes(6);
    expect(world.body).toMatchObject({ state: 'gone' });
    expect(world.isOpen).toBe(false);
    expect(world.encoder.left()).toEqual({ inputs: 0, channels: 0, running: 0 });
    const [line] = world.told('managed.channel.deleted');
    const ranMs = Number(line?.data.ranMs);
    expect(ranMs).toBeGreaterThanOrEqual(world.encoder.channels[0]?.ranMs ?? 0);
    expect(ranMs).toBeLessThan(3_600_000 + 6 * 60_000);
    expect(Number(line?.data.costUsd)).toBeGreaterThan(2.4);
    expect(world.told('managed.channel.failed')).toEqual([]);
    expect(world.logged.filter(({ name }) => name === 'managed.orphan.removed')).toEqual([]);
  });

  test('is begun within one call where the proxy pushes', async () => {
    const world = new ChannelWorld();
    world.want();
    const driving = world.runner().drive(streamId, 45_000);
    const fed = setInterval(() => world.body?.endpoints && world.feed(), 0);
    await driving;
    clearInterval(fed);
    expect(world.encoder.calls).toContain('start');
  });

  test('tells the publisher’s holder where to push as soon as that is known', async () => {
    const world = new ChannelWorld();
    world.want();
    await world.runner().drive(streamId, 5_000);
    const outlook = channelOutlook(world.body, firstBroadcast, world.nowMs);
    expect(outlook).toMatchObject({ kind: 'push', live: false });
    expect(outlook.words).toMatch(/starting, about .* left/);
    if (outlook.kind === 'push') expect(outlook.endpoints).toHaveLength(2);
  });

  test('takes the DASH manifest of an older broadcast away, as this tier has HLS only', async () => {
    const world = new ChannelWorld();
    world.objects.write(`eu/${streamId}/manifest.mpd`, '<MPD/>\n<!-- epoch 2 -->\n');
    world.want();
    await world.minutes(8);
    expect(world.body?.state).toBe('live');
    expect(world.objects.text(`eu/${streamId}/manifest.mpd`)).toBeUndefined();
  });

  test('never writes over what a newer epoch wrote', async () => {
    const world = new ChannelWorld();
    world.objects.write(streamIndex, '#EXTM3U\n# epoch 4\n');
    world.want();
    await world.minutes(12);
    expect(world.objects.text(streamIndex)).toBe('#EXTM3U\n# epoch 4\n');
    expect(world.body).toMatchObject({ state: 'gone', failure: { reason: 'superseded' } });
    expect(world.told('managed.channel.failed')[0]?.data).toMatchObject({ fallback: false });
    expect(world.encoder.left()).toEqual({ inputs: 0, channels: 0, running: 0 });
  });
});

describe('a broadcast whose channel fails', () => {
  const cases = [
    ['quota', { refuse: (operation: string) => (operation === 'create-channel' ? 'quota' : undefined) }],
    ['quota', { refuse: (operation: string) => (operation === 'create-input' ? 'quota' : undefined) }],
    ['denied', { refuse: (operation: string) => (operation === 'start' ? 'denied' : undefined) }],
    ['invalid', { refuse: (operation: string) => (operation === 'create-channel' ? 'invalid' : undefined) }],
    ['broken', { createFails: true }],
    ['start-timeout', { neverStarts: true }],
    ['died', { diesAfterMs: 400_000 }],
  ] as const;

  test.each(cases)('by %s goes to the fleet, and everything of it is removed', async (reason, faults) => {
    const world = new ChannelWorld();
    world.encoder.faults = faults;
    world.want();
    await world.minutes(20);
    expect(world.body).toMatchObject({ state: 'gone', failure: { reason } });
    expect(world.isOpen).toBe(false);
    expect(world.encoder.left()).toEqual({ inputs: 0, channels: 0, running: 0 });
    expect(world.told('managed.channel.failed')).toHaveLength(1);
    expect(world.told('managed.channel.failed')[0]?.data).toEqual({
      detail: channelFailures[reason].words,
      fallback: true,
    });
    const outlook = channelOutlook(world.body, firstBroadcast, world.nowMs);
    expect(outlook.kind).toBe('fallback');
    expect(outlook.words).toContain('Headwater encoders continue the broadcast.');
    expect(world.logged.filter(({ name }) => name === 'managed.channel.failed')).toHaveLength(1);
  });

  test('says so in the call in which it is refused, so that the fleet takes over in seconds', async () => {
    const world = new ChannelWorld();
    world.encoder.faults = { refuse: () => 'quota' };
    const { nowMs } = world;
    world.encoder.faults = { refuse: (operation) => (operation === 'create-input' ? 'quota' : undefined) };
    world.want();
    await world.runner().drive(streamId, 45_000);
    expect(channelOutlook(world.body, firstBroadcast, world.nowMs).kind).toBe('fallback');
    expect(world.nowMs - nowMs).toBeLessThan(5_000);
  });

  test('gets no second one, whoever asks again', async () => {
    const world = new ChannelWorld();
    world.encoder.faults = { createFails: true };
    world.want();
    await world.minutes(10);
    const calls = world.encoder.calls.filter((call) => call === 'create-channel').length;
    world.want({ epoch: 9 });
    await world.minutes(5);
    expect(world.encoder.calls.filter((call) => call === 'create-channel')).toHaveLength(calls);
    expect(channelOutlook(world.body, firstBroadcast, world.nowMs).kind).toBe('fallback');
  });

  test('that is only throttled goes on', async () => {
    const world = new ChannelWorld();
    let calls = 0;
    world.encoder.faults = {
      refuse: (operation) => (operation !== 'list' && ++calls % 3 === 0 ? 'trouble' : undefined),
    };
    world.want();
    await world.minutes(12);
    expect(world.body?.state).toBe('live');
  });
});

describe('a broadcast of which nobody says that it is over', () => {
  test('loses its channel when its stand-in died and nobody came in its place', async () => {
    const world = await live();
    world.standInLives = false;
    await world.minutes(2);
    expect(world.body?.intent).toBe('wanted');
    await world.minutes(8);
    expect(world.encoder.left()).toEqual({ inputs: 0, channels: 0, running: 0 });
  });

  test('keeps it while its lease is renewed', async () => {
    const world = await live();
    await world.minutes(30);
    expect(world.body?.state).toBe('live');
  });

  test.each([
    [
      'the stream is taken down',
      (world: ChannelWorld) => Object.assign(world.stream ?? {}, { takenDown: { reason: 'x', atMs: 1 } }),
    ],
    [
      'the record says that it ended',
      (world: ChannelWorld) => {
        world.broadcast = { state: 'ended' } as ChannelWorld['broadcast'] & object;
      },
    ],
    [
      'another broadcast has the lease',
      (world: ChannelWorld) => {
        world.lease = { ...world.lease, broadcastId: secondBroadcast };
      },
    ],
  ] as const)('loses it when %s', async (_, happens) => {
    const world = await live();
    happens(world);
    await world.minutes(6);
    expect(world.encoder.left()).toEqual({ inputs: 0, channels: 0, running: 0 });
  });
});

describe('a broadcast right after another', () => {
  test('gets its channel while the older one is removed', async () => {
    const world = await live();
    world.unwant();
    world.lease = { ...world.lease, broadcastId: secondBroadcast, epoch: 4 };
    world.want({ broadcastId: secondBroadcast, epoch: 4 });
    await world.minutes(8);
    expect(world.body).toMatchObject({ broadcastId: secondBroadcast, state: 'live', leaving: [] });
    expect(world.encoder.left()).toEqual({ inputs: 1, channels: 1, running: 1 });
    expect(world.objects.text(streamIndex)).toContain(`${secondBroadcast}/managed/0/`);
    expect(world.objects.text(broadcastIndex)).toContain('\nmanaged/0/');
    expect(world.told('managed.channel.deleted')).toHaveLength(1);
  });

  test('is not undone by a stand-in of the older one that comes late', async () => {
    const world = await live();
    world.want({ broadcastId: secondBroadcast, epoch: 4 });
    world.want({ broadcastId: firstBroadcast, epoch: 3 });
    expect(world.body?.broadcastId).toBe(secondBroadcast);
    expect(channelOutlook(world.body, firstBroadcast, world.nowMs).kind).toBe('over');
  });
});

describe('what no document knows', () => {
  test('is stopped and removed, and its cost told', async () => {
    const world = await live();
    const lost = world.body;
    world.unwant();
    await world.minutes(6);
    expect(lost?.channelId).toBe('channel0');
    // A driver that was paused for all that time goes on, and makes one more.
    await world.encoder.createInput({ ...planOf(world), broadcastId: secondBroadcast });
    world.nowMs += 5_000;
    await world.encoder.createChannel({ ...planOf(world), broadcastId: secondBroadcast }, 'input-1');
    world.nowMs += 20_000;
    await world.encoder.findChannel({ streamId, broadcastId: secondBroadcast });
    await world.encoder.startChannel('channel1');
    expect(world.encoder.left()).toMatchObject({ channels: 1, running: 1 });
    await world.minutes(5);
    expect(world.encoder.left()).toEqual({ inputs: 0, channels: 0, running: 0 });
    expect(world.told('managed.channel.orphan_removed')).toHaveLength(1);
    const removed = world.logged.filter(({ name }) => name === 'managed.orphan.removed');
    expect(removed.map(({ fields }) => fields.kind)).toEqual(['channel', 'input']);
    expect(Number(removed[0]?.fields.costUsd)).toBeGreaterThan(0);
  });

  test('is removed though its stream is deleted, and told to nobody but the log', async () => {
    const world = await live();
    world.deleteStream();
    await world.minutes(5);
    expect(world.encoder.left()).toEqual({ inputs: 0, channels: 0, running: 0 });
    expect(world.told('managed.channel.orphan_removed')).toEqual([]);
    expect(world.logged.map(({ name }) => name)).toContain('managed.orphan.removed');
  });

  test('is left alone while a document wants it', async () => {
    const world = await live();
    await world.sweep();
    expect(world.encoder.left()).toEqual({ inputs: 1, channels: 1, running: 1 });
  });
});

test('a channel that cannot be stopped is told of again and again', async () => {
  const world = await live();
  world.encoder.faults = { refuse: (operation) => (operation === 'stop' ? 'denied' : undefined) };
  world.unwant();
  await world.minutes(8);
  expect(world.body?.state).toBe('stopping');
  expect(world.logged.filter(({ name }) => name === 'managed.channel.stuck').length).toBeGreaterThan(1);
  world.encoder.faults = {};
  await world.minutes(5);
  expect(world.body?.state).toBe('gone');
});

function planOf(world: ChannelWorld) {
  const [channel] = world.encoder.channels;
  if (!channel) throw new Error('there was none');
  return channel.plan;
}
