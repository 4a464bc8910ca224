import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { ControlStoreUnavailableError } from '../../../lib/control/policy/errors.ts';
import type { ControlStore } from '../../../lib/control/ports.ts';
import { ObjectStoreFullError, ObjectStoreUnavailableError } from '../../../lib/origin/policy/errors.ts';
import { broadcastPrefix } from '../../../lib/origin/policy/keys.ts';
import type { ObjectStore } from '../../../lib/origin/ports.ts';
import type { FlvTag } from '../../../lib/protocol/flv/tag.ts';
import type { MemberId } from '../../../lib/routing/ids.ts';
import { EncoderHarness } from '../../support/encoder-harness.ts';
import { Recording } from '../../support/recording.ts';
import { makeClip, RelayFeed } from '../../support/relay-feed.ts';

let clip: FlvTag[];
beforeAll(async () => {
  clip = await makeClip({ seconds: 7, size: '320x240' });
});
const first = (ms: number): FlvTag[] => clip.filter(({ timestampMs }) => timestampMs < ms);
const rest = (ms: number): FlvTag[] => clip.filter(({ timestampMs }) => timestampMs >= ms);

let harness: EncoderHarness;
afterEach(() => harness.close());

async function publish(sessionId?: string): Promise<RelayFeed> {
  const feed = new RelayFeed(harness.port, harness.streamId, sessionId);
  await feed.frame('accepted');
  return feed;
}

async function recorded(): Promise<Recording> {
  await harness.event('encoder.broadcast.ended');
  const broadcast = await harness.store.latestBroadcast(harness.streamId);
  return new Recording(harness.objects, broadcastPrefix('local', harness.streamId, broadcast!.id));
}

/** Every segment follows the one before, without a mark, and the pictures go on without a hole. */
async function expectWhole(recording: Recording, numbers: number): Promise<void> {
  for (const id of ['240p', 'audio']) {
    const { segments } = await recording.playlist(`${id}/playlist.m3u8`);
    expect(segments.map(({ uri }) => uri)).toEqual(Array.from({ length: numbers }, (_, at) => `${at}.m4s`));
    expect(segments.some(({ discontinuity }) => discontinuity)).toBe(false);
    const packets = await recording.packets(id);
    const steps = packets.slice(1).map(({ ptsMs }, at) => ptsMs - packets[at]!.ptsMs);
    expect(Math.min(...steps)).toBeGreaterThan(20);
    expect(Math.max(...steps)).toBeLessThan(35);
  }
}

const storyTypes = async (): Promise<string[]> =>
  (await harness.store.listEvents(harness.streamId, { limit: 100 })).map(({ type }) => type);

describe('A publisher', () => {
  test('that sends another codec is told which one, and the broadcast ends', async () => {
    harness = await EncoderHarness.start();
    const sorenson = await makeClip({ seconds: 1, size: '320x240', video: ['-c:v', 'flv'] });
    const feed = await publish();
    await feed.send(sorenson, { speed: 100 });
    const status = await feed.frame('status');
    expect(status).toMatchObject({ level: 'error', code: 'NetStream.Publish.Rejected' });
    expect(status.description).toContain('Sorenson H.263');
    await feed.frame('end');
    await harness.event('encoder.broadcast.ended');
    expect(await storyTypes()).toContain('publish.refused');
    expect((await harness.objects.list('', { limit: 10 })).keys).toEqual([]);
  });

  test('is refused while another one is alive, and the other one is not disturbed', async () => {
    harness = await EncoderHarness.start();
    const alive = await publish('alive');
    const sending = alive.send(clip);
    const newcomer = new RelayFeed(harness.port, harness.streamId, 'newcomer');
    expect(await newcomer.frame('refused')).toMatchObject({ reason: 'busy' });
    await sending;
    alive.unpublish();
    await expectWhole(await recorded(), 4);
  });

  test('takes over at its first try from one that has fallen silent', async () => {
    harness = await EncoderHarness.start();
    const silent = await publish('silent');
    await silent.send(first(1000));
    const newcomer = new RelayFeed(harness.port, harness.streamId, 'newcomer');
    const { broadcastId } = await newcomer.frame('accepted');
    expect(broadcastId).toBe((await silent.frame('accepted')).broadcastId);
    expect(await silent.frame('end')).toBeDefined();
    newcomer.unpublish();
    await recorded();
  });

  test.each([
    ['is gone is waited for as long as the stream says, no longer', 500, 'drops'],
    ['is gone is not waited for where the stream says so', 0, 'drops'],
    ['is connected and sends nothing is waited for as long as the stream says', 500, 'is silent'],
  ])('that %s', async (_, reconnectWindowMs, how) => {
    harness = await EncoderHarness.start({ reconnectWindowMs });
    const feed = await publish();
    await feed.send(first(3000));
    if (how === 'drops') feed.drop();
    await recorded();
    expect(harness.named('encoder.broadcast.ended')).toMatchObject([{ reason: 'reconnect-window-over' }]);
    const story = await storyTypes();
    expect(story).toContain('stream.ended');
    expect(story.includes('stream.reconnecting')).toBe(reconnectWindowMs > 0);
  });

  test('without sound gets silence along its pictures', async () => {
    harness = await EncoderHarness.start();
    const silent = await makeClip({ seconds: 5, size: '320x240', audio: false });
    const feed = await publish();
    await feed.send(silent);
    feed.unpublish();
    await expectWhole(await recorded(), 3);
    const broadcast = await harness.store.latestBroadcast(harness.streamId);
    expect(broadcast?.input).not.toHaveProperty('audioCodec');
  });

  test('that comes back with another picture size gets a marked point and goes on in the same broadcast', async () => {
    harness = await EncoderHarness.start();
    const small = await publish('small');
    await small.send(first(3500));
    small.drop();
    const larger = await makeClip({ seconds: 5, size: '640x360' });
    const large = await publish('large');
    await large.send(larger);
    large.unpublish();
    const recording = await recorded();
    const { segments } = await recording.playlist('360p/playlist.m3u8');
    expect(segments.filter(({ discontinuity }) => discontinuity)).toHaveLength(1);
    expect(segments[0]?.uri).toBe('../240p/0.m4s');
    expect(segments.at(-1)?.uri).toMatch(/^\d\.m4s$/);
    expect(harness.named('encoder.ffmpeg.started')).toHaveLength(2);
  });
});

describe('A crash of ffmpeg', () => {
  test('costs no picture: another one makes the open segment again', async () => {
    harness = await EncoderHarness.start();
    const feed = await publish();
    await feed.send(first(3300));
    harness.encoders[0]?.kill();
    process.kill(harness.encoders[0]!.pid!, 'SIGKILL');
    await feed.send(rest(3300));
    feed.unpublish();
    await expectWhole(await recorded(), 4);
    expect(harness.named('encoder.ffmpeg.started')).toHaveLength(2);
    expect(await storyTypes()).toContain('encoder.restarted');
  });
});

describe('The end', () => {
  test('is made when the API asks for it', async () => {
    harness = await EncoderHarness.start();
    const feed = await publish();
    const { broadcastId } = await feed.frame('accepted');
    const sending = feed.send(clip);
    await harness.state('live');
    await harness.store.requestEnd(harness.streamId, broadcastId);
    await feed.frame('end');
    await recorded();
    expect(harness.named('encoder.broadcast.ended')).toMatchObject([{ reason: 'ended-by-api' }]);
    feed.drop();
    await sending;
  });
});

describe('An origin', () => {
  class Flaky implements ObjectStore {
    fault?: Error;
    readonly #disk: ObjectStore;
    constructor(disk: ObjectStore) {
      this.#disk = disk;
    }
    put: ObjectStore['put'] = async (...args) => {
      if (this.fault) throw this.fault;
      return this.#disk.put(...args);
    };
    get: ObjectStore['get'] = (...args) => this.#disk.get(...args);
    list: ObjectStore['list'] = (...args) => this.#disk.list(...args);
    delete: ObjectStore['delete'] = (...args) => this.#disk.delete(...args);
    move: ObjectStore['move'] = (...args) => this.#disk.move(...args);
  }

  test.each([
    [
      'that does not answer',
      new ObjectStoreUnavailableError('down'),
      'encoder.origin.trouble',
      'it does not answer',
    ],
    ['that is full', new ObjectStoreFullError('full'), 'encoder.origin.full', 'it has no room left'],
  ])('%s for a while is written to again, and nothing is lost', async (_, fault, event, detail) => {
    let flaky: Flaky | undefined;
    harness = await EncoderHarness.start({
      objects: (disk) => {
        flaky = new Flaky(disk);
        return flaky;
      },
    });
    const feed = await publish();
    await feed.send(first(2500));
    flaky!.fault = fault;
    await feed.send(rest(2500));
    await harness.event(event);
    flaky!.fault = undefined;
    feed.unpublish();
    await expectWhole(await recorded(), 4);
    expect(harness.named('encoder.origin.recovered')).toMatchObject([{ lostSegments: 0 }]);
    const told = await harness.store.listEvents(harness.streamId, { limit: 100 });
    expect(told.find(({ type }) => type === 'origin.trouble')?.data).toMatchObject({ detail });
  });
});

describe('The control store', () => {
  test('may be down while a broadcast runs', async () => {
    let down = false;
    harness = await EncoderHarness.start({
      control: (store) =>
        new Proxy(store, {
          get(target, name: keyof ControlStore) {
            const method = target[name] as unknown;
            if (!down || typeof method !== 'function') return method;
            return () => Promise.reject(new ControlStoreUnavailableError('down'));
          },
        }),
    });
    const feed = await publish();
    await feed.send(first(2500));
    down = true;
    await feed.send(rest(2500));
    await harness.event('encoder.control.unavailable');
    const mpd = await harness.text(`local/${harness.streamId}/manifest.mpd`);
    expect(mpd).toContain('type="dynamic"');
    expect(mpd).toMatch(/<S [^>]*r="[1-9]/);
    const before = (await harness.objects.list('', { limit: 1000 })).keys;
    expect(before.some((key) => key.endsWith('/240p/1.m4s'))).toBe(true);
    down = false;
    feed.unpublish();
    await expectWhole(await recorded(), 4);
  });

  test('gives the lease to another worker, and this one stops writing', async () => {
    harness = await EncoderHarness.start();
    const feed = await publish();
    const sending = feed.send(clip);
    await harness.state('live');
    const lease = await harness.store.getLease(harness.streamId);
    const taken = await takeWhileRenewed(harness.store, lease!.streamId);
    expect(await feed.frame('end')).toMatchObject({ reason: 'lease-lost' });
    feed.drop();
    await sending;
    const keys = (await harness.objects.list('', { limit: 1000 })).keys;
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect((await harness.objects.list('', { limit: 1000 })).keys).toEqual(keys);
    expect((await harness.store.getLease(harness.streamId))?.epoch).toBe(taken);
    expect((await harness.store.latestBroadcast(harness.streamId))?.state).not.toBe('ended');
  });
});

/** The worker stops; the proxy has another one ready as soon as it is told so, and lets this one go. */
async function drainFrom(feed: RelayFeed): Promise<void> {
  const drained = harness.worker.drain();
  await feed.frame('draining');
  feed.drop();
  await drained;
}

describe('Another worker', () => {
  test('goes on with a broadcast whose worker was stopped: same broadcast, next number, one recording', async () => {
    harness = await EncoderHarness.start();
    const before = await publish('before');
    const { broadcastId } = await before.frame('accepted');
    const sending = before.send(clip);
    await harness.event('encoder.broadcast.state');
    await before.frame('published-through');
    await drainFrom(before);
    await sending;
    expect((await harness.store.latestBroadcast(harness.streamId))?.state).toBe('reconnecting');
    const through = before.frames.findLast((frame) => frame.type === 'published-through');

    const next = await harness.anotherWorker('encoder-2');
    const after = new RelayFeed(next.port, harness.streamId, 'after', { replayFromMs: through!.timestampMs });
    expect(await after.frame('accepted')).toMatchObject({ broadcastId, epoch: 2 });
    await after.send(clip);
    after.unpublish();
    const recording = await recorded();
    const { segments } = await recording.playlist('240p/playlist.m3u8');
    expect(segments.map(({ uri }) => uri)).toEqual(segments.map((_, number) => `${number}.m4s`));
    expect(segments.length).toBeGreaterThanOrEqual(5);
    // The second one's init segments are the same bytes: no viewer notices.
    expect(segments.some(({ discontinuity }) => discontinuity)).toBe(false);
    const packets = await recording.packets('240p');
    const steps = packets.slice(1).map(({ ptsMs }, at) => ptsMs - packets[at]!.ptsMs);
    expect(Math.min(...steps)).toBeGreaterThan(0);
    expect(Math.max(...steps)).toBeLessThan(70);
    const broadcast = await harness.store.latestBroadcast(harness.streamId);
    expect(broadcast).toMatchObject({ id: broadcastId, state: 'ended', workerId: 'encoder-2', epoch: 2 });
    const told = await harness.store.listEvents(harness.streamId, { limit: 100 });
    expect(told.map(({ type }) => type)).not.toContain('stream.resumed');
    const moved = told.find(({ type }) => type === 'publisher.rehomed');
    expect(moved?.data).toMatchObject({ fromWorkerId: 'encoder-1', toWorkerId: 'encoder-2' });
  });

  test('goes on at the very picture where the one before stopped, when its proxy sends the session again', async () => {
    harness = await EncoderHarness.start();
    const before = await publish('session');
    const { broadcastId } = await before.frame('accepted');
    const sending = before.send(clip);
    await before.frame('published-through');
    await drainFrom(before);
    await sending;
    const next = await harness.anotherWorker('encoder-2');
    expect(await replay(next.port, before)).toMatchObject({ broadcastId, epoch: 2 });
    const recording = await recorded();
    await expectWhole(recording, 4);
    expect(await recording.packets('240p')).toHaveLength(7 * 30);
    const told = await harness.store.listEvents(harness.streamId, { limit: 100 });
    const moved = told.find(({ type }) => type === 'publisher.rehomed');
    expect(moved?.data).toMatchObject({ cause: 'handed-over', lostMs: 0 });
    expect(moved?.text).toContain('because encoder-1 was told to stop');
  });

  test('with another encoder goes on at the same picture, with a marked point and init segments of its own', async () => {
    harness = await EncoderHarness.start();
    const before = await publish('session');
    const sending = before.send(clip);
    await before.frame('published-through');
    await drainFrom(before);
    await sending;
    const next = await harness.anotherWorker('encoder-2', (args) =>
      args.map((arg) => (arg === 'main' ? 'baseline' : arg)),
    );
    await replay(next.port, before);
    const recording = await recorded();
    const { segments } = await recording.playlist('240p/playlist.m3u8');
    expect(segments.map(({ uri }) => uri)).toEqual(['0.m4s', '1.m4s', '2.m4s', '3.m4s']);
    expect(segments.filter(({ discontinuity }) => discontinuity)).toHaveLength(1);
    const maps = segments.map(({ map }) => map?.uri);
    expect(new Set(maps)).toEqual(new Set(['init-1.mp4', 'init-2.mp4']));
    expect(await recording.packets('240p')).toHaveLength(7 * 30);
    const prefix = `local/${harness.streamId}/${(await harness.store.latestBroadcast(harness.streamId))?.id}/`;
    const manifest = await harness.text(`${prefix}manifest.mpd`);
    const pictures = manifest.match(/codecs="avc1[^"]*"/g);
    expect(new Set(pictures).size).toBe(2);
  });

  test('makes the end that was asked of the one before, which did not live to see it', async () => {
    let deaf = true;
    harness = await EncoderHarness.start({
      control: (store) => ({
        ...store,
        renewLease: async (hold) => ({
          ...(await store.renewLease(hold)),
          ...(deaf && { endRequested: false }),
        }),
      }),
    });
    const feed = await publish('session');
    const { broadcastId } = await feed.frame('accepted');
    const sending = feed.send(clip);
    const { timestampMs: replayFromMs } = await feed.frame('published-through');
    await harness.store.requestEnd(harness.streamId, broadcastId);
    await harness.worker.drain();
    deaf = false;
    feed.drop();
    await sending;
    const next = await harness.anotherWorker('encoder-2');
    const after = new RelayFeed(next.port, harness.streamId, 'session', { replayFromMs });
    expect(await after.frame('accepted')).toMatchObject({ broadcastId, epoch: 2 });
    await after.frame('end');
    await recorded();
    expect(harness.named('encoder.broadcast.ended')).toMatchObject([{ reason: 'ended-by-api' }]);
    // The API tells that, once.
    expect(await storyTypes()).not.toContain('stream.end-requested');
  });

  test('ends a broadcast that nobody brings back, with its recording complete', async () => {
    harness = await EncoderHarness.start({ reconnectWindowMs: 1000 });
    const feed = await publish();
    await feed.send(first(5000));
    await feed.frame('published-through');
    await harness.worker.drain();
    await harness.anotherWorker('encoder-2');
    const recording = await recorded();
    expect((await recording.playlist('240p/playlist.m3u8')).endlist).toBe(true);
    expect(await harness.store.latestBroadcast(harness.streamId)).toMatchObject({
      state: 'ended',
      endReason: 'reconnect-window-over',
    });
  });
});

/**
 * Sends the clip to another worker as a proxy does: from a key frame well before what the worker before said to be published.
 * The segment in between must not come twice. Ends the broadcast; returns what the worker answered.
 */
async function replay(port: number, before: RelayFeed) {
  const through = before.frames.findLast((frame) => frame.type === 'published-through')!.timestampMs;
  const isHeader = ({ type, payload }: FlvTag): boolean => type === 'script' || payload[1] === 0;
  const startMs = Math.max(0, 2000 * Math.floor(through / 2000) - 2000);
  const headers = clip.filter(isHeader).map((tag) => ({ ...tag, timestampMs: startMs }));
  const media = clip.filter((tag) => !isHeader(tag));
  const at = media.findIndex((tag) => tag.type === 'video' && tag.timestampMs >= startMs);
  const after = new RelayFeed(port, harness.streamId, 'session', { replayFromMs: media[at]!.timestampMs });
  const accepted = await after.frame('accepted');
  await after.send([...headers, ...media.slice(at)]);
  after.unpublish();
  return accepted;
}

/** As a worker that wrongly believes the holder to be dead. */
async function takeWhileRenewed(store: ControlStore, streamId: EncoderHarness['streamId']): Promise<number> {
  for (;;) {
    const observed = await store.getLease(streamId);
    const taken = await store
      .takeLease({
        streamId,
        workerId: 'encoder-2' as MemberId,
        broadcastId: observed!.broadcastId,
        observed: observed!,
      })
      .catch(() => undefined);
    if (taken) return taken.epoch;
  }
}
