import { beforeAll, describe, expect, test } from '@jest/globals';
import { ControlStoreUnavailableError } from '../../../lib/control-store/errors.ts';
import type { ControlStore } from '../../../lib/control-store/ports.ts';
import { ObjectStoreFullError, ObjectStoreUnavailableError } from '../../../lib/object-store/errors.ts';
import type { ObjectStore } from '../../../lib/object-store/ports.ts';
import type { FlvTag } from '../../../lib/protocol/flv/tag.ts';
import type { MemberId } from '../../../lib/routing/ids.ts';
import { EncoderHarness } from '../../../testkit/harness/encoder-harness.ts';
import { makeClip, RelayFeed } from '../../../testkit/media/relay-feed.ts';
import { multitrackOf, withModEx } from '../../../testkit/media/rtmp-dialects.ts';
import { expectWhole } from './expect-whole.ts';

// Clips are sent in real time and cost little to encode: tests run side by side, each with a worker of its own.

let clip: FlvTag[];
beforeAll(async () => {
  clip = await makeClip({ seconds: 7, size: '320x240' });
});
const first = (ms: number): FlvTag[] => clip.filter(({ timestampMs }) => timestampMs < ms);
const rest = (ms: number): FlvTag[] => clip.filter(({ timestampMs }) => timestampMs >= ms);

/** The first message of a session for each codec that encoders may send and ffmpeg's ladder is not made for. */
const firstMessages: readonly (readonly ['audio' | 'video', hex: string, codec: string])[] = [
  ['video', '11aa', 'JPEG'],
  ['video', '13aa', 'Screen Video'],
  ['video', '14aa', 'VP6'],
  ['video', '15aa', 'VP6 with alpha'],
  ['video', '16aa', 'Screen Video 2'],
  ['video', '1c00000000', 'HEVC'],
  ['video', '1d00000000', 'AV1'],
  ['video', '18aa', 'video codec 8'],
  ...['hvc1 HEVC', 'vvc1 VVC', 'av01 AV1', 'vp09 VP9', 'vp08 VP8', "av02 codec 'av02'"].map((each) => {
    const [fourCc = '', ...name] = each.split(' ');
    return ['video', `90${Buffer.from(fourCc).toString('hex')}00`, name.join(' ')] as const;
  }),
  // Behind a ModEx prefix, and as track 0 of a multitrack message.
  ['video', `970200000000${Buffer.from('hvc1').toString('hex')}00`, 'HEVC'],
  ['video', `9600${Buffer.from('av01').toString('hex')}0000`, 'AV1'],
  ['audio', '02aa', 'PCM (platform endian)'],
  ['audio', '12aa', 'ADPCM'],
  ['audio', '2faa', 'MP3'],
  ['audio', '32aa', 'PCM'],
  ['audio', '42aa', 'Nellymoser 16 kHz'],
  ['audio', '52aa', 'Nellymoser 8 kHz'],
  ['audio', '62aa', 'Nellymoser'],
  ['audio', '72aa', 'G.711 A-law'],
  ['audio', '82aa', 'G.711 mu-law'],
  ['audio', 'b2aa', 'Speex'],
  ['audio', 'e2aa', 'MP3 8 kHz'],
  ['audio', 'f2aa', 'device-specific sound'],
  ...['Opus Opus', 'fLaC FLAC', 'ac-3 AC-3', 'ec-3 E-AC-3', '.mp3 MP3'].map((each) => {
    const [fourCc = '', name = ''] = each.split(' ');
    return ['audio', `90${Buffer.from(fourCc).toString('hex')}00`, name] as const;
  }),
];

/** A classic packet of ffmpeg as an enhanced one in a wrapper; no picture is called a key frame. */
function wrapped({ type, payload }: FlvTag): Buffer {
  const isHeader = payload[1] === 0;
  const fourCc = Buffer.from(type === 'video' ? 'avc1' : 'mp4a');
  const head = type === 'audio' ? 0x90 : isHeader ? 0x90 : 0xa0;
  // A sequence header has no composition time here.
  const body = payload.subarray(type === 'audio' || !isHeader ? 2 : 5);
  const packet = Buffer.concat([Buffer.of(head | (isHeader ? 0 : 1)), fourCc, body]);
  return type === 'video' ? withModEx(packet) : multitrackOf('audio', 'one', [[0, packet]]);
}

describe('A publisher', () => {
  test.concurrent('that sends another codec is told which one, and the broadcast ends', async () => {
    await using harness = await EncoderHarness.start();
    const sorenson = await makeClip({ seconds: 1, size: '320x240', video: ['-c:v', 'flv'] });
    const feed = await harness.publish();
    await feed.send(sorenson, { speed: 100 });
    const status = await feed.frame('status');
    expect(status).toMatchObject({ level: 'error', code: 'NetStream.Publish.Rejected' });
    expect(status.description).toContain('Sorenson H.263');
    await feed.frame('end');
    await harness.event('encoder.broadcast.ended');
    for (const [at, [type, hex, codec]] of firstMessages.entries()) {
      const next = await harness.publish(`session-${at}`);
      const payload = Buffer.from(hex, 'hex');
      await next.send([{ type, timestampMs: 0, payload }]);
      expect(await next.frame('status')).toMatchObject({
        level: 'error',
        code: 'NetStream.Publish.Rejected',
        description: `Unsupported codec: ${codec} ${type}. Send H.264 video and AAC sound.`,
      });
      await next.frame('end');
      await harness.event('encoder.broadcast.ended', at + 2);
      expect((await harness.store.latestBroadcast(harness.streamId))?.state).toBe('ended');
    }
    expect(harness.named('encoder.input.unusable').map(({ reason }) => reason)).toEqual([
      'Sorenson H.263 video',
      ...firstMessages.map(([type, , codec]) => `${codec} ${type}`),
    ]);
    const journal = await harness.store.listEvents(harness.streamId, { limit: 200 });
    const refused = journal.filter(({ type }) => type === 'publish.refused');
    // Those that come again within a minute share an entry, which follows.
    expect(refused.map(({ data }) => data)).toEqual([
      { reason: 'unsupported-codec', detail: 'Sorenson H.263 video', client: '192.0.2.7' },
    ]);
    expect((await harness.objects.list('', { limit: 10 })).keys).toEqual([]);
    expect(harness.encoders).toEqual([]);
  });

  test.concurrent('whose packets are wrapped and whose pictures have no IDR is shown from a recovery point on', async () => {
    await using harness = await EncoderHarness.start();
    const refresh = [
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-x264-params',
      'intra-refresh=1',
      '-bf',
      '0',
    ];
    const whole = await makeClip({ seconds: 8, size: '320x240', video: refresh, gop: 45 });
    const feed = await harness.publish();
    // As from an encoder that was on the air before: no IDR picture, and no picture that it calls a key frame.
    const isHeader = ({ payload }: FlvTag): boolean => payload[1] === 0;
    const sent = whole.filter((tag) => tag.type === 'script' || isHeader(tag) || tag.timestampMs >= 1000);
    await feed.send(sent.map((tag) => (tag.type === 'script' ? tag : { ...tag, payload: wrapped(tag) })));
    feed.unpublish();
    const recording = await harness.recorded();
    const packets = await recording.packets('240p');
    const begins = sent.filter(({ type, payload }) => type === 'video' && payload[1] === 1);
    // The first recovery point is picture 45.
    expect(packets).toHaveLength(begins.length - 15);
    expect(packets[0]!.ptsMs).toBe(0);
    expect(packets.filter(({ keyframe }) => keyframe).map(({ ptsMs }) => ptsMs)).toEqual([
      0, 2000, 4000, 6000,
    ]);
    const steps = packets.slice(1).map(({ ptsMs }, at) => ptsMs - packets[at]!.ptsMs);
    expect(Math.max(...steps)).toBeLessThan(35);
    expect((await recording.packets('audio')).at(-1)!.ptsMs).toBeGreaterThan(6400);
    expect(harness.named('encoder.message.skipped')).toEqual([]);
  });

  test.concurrent('is refused while another one is alive, and the other one is not disturbed', async () => {
    await using harness = await EncoderHarness.start();
    const alive = await harness.publish('alive');
    const sending = alive.send(clip);
    const newcomer = new RelayFeed(harness.port, harness.streamId, 'newcomer');
    expect(await newcomer.frame('refused')).toMatchObject({ reason: 'busy' });
    await sending;
    alive.unpublish();
    await expectWhole(await harness.recorded(), 4);
  });

  test.concurrent('takes over at its first try from one that has fallen silent', async () => {
    await using harness = await EncoderHarness.start();
    const silent = await harness.publish('silent');
    await silent.send(first(1000));
    const newcomer = new RelayFeed(harness.port, harness.streamId, 'newcomer');
    const { broadcastId } = await newcomer.frame('accepted');
    expect(broadcastId).toBe((await silent.frame('accepted')).broadcastId);
    expect(await silent.frame('end')).toBeDefined();
    newcomer.unpublish();
    await harness.recorded();
  });

  test.concurrent.each([
    ['is gone is waited for as long as the stream says, no longer', 500, 'drops'],
    ['is gone is not waited for where the stream says so', 0, 'drops'],
    ['is connected and sends nothing is waited for as long as the stream says', 500, 'is silent'],
  ])('that %s', async (_, reconnectWindowMs, how) => {
    await using harness = await EncoderHarness.start({ reconnectWindowMs });
    const feed = await harness.publish();
    await feed.send(first(3000));
    if (how === 'drops') feed.drop();
    await harness.recorded();
    expect(harness.named('encoder.broadcast.ended')).toMatchObject([{ reason: 'reconnect-window-over' }]);
    const journal = await harness.journalTypes();
    expect(journal).toContain('stream.ended');
    expect(journal.includes('stream.reconnecting')).toBe(reconnectWindowMs > 0);
  });

  test.concurrent('without sound gets silence along its pictures', async () => {
    await using harness = await EncoderHarness.start();
    const silent = await makeClip({ seconds: 5, size: '320x240', audio: false });
    const feed = await harness.publish();
    await feed.send(silent);
    feed.unpublish();
    await expectWhole(await harness.recorded(), 3);
    const broadcast = await harness.store.latestBroadcast(harness.streamId);
    expect(broadcast?.input).not.toHaveProperty('audioCodec');
  });

  test.concurrent('that comes back with another picture size gets a marked point and goes on in the same broadcast', async () => {
    await using harness = await EncoderHarness.start();
    const small = await harness.publish('small');
    await small.send(first(3500));
    small.drop();
    const larger = await makeClip({ seconds: 5, size: '640x360' });
    const large = await harness.publish('large');
    await large.send(larger);
    large.unpublish();
    const recording = await harness.recorded();
    const { segments } = await recording.playlist('360p/playlist.m3u8');
    expect(segments.filter(({ discontinuity }) => discontinuity)).toHaveLength(1);
    expect(segments[0]?.uri).toBe('../240p/0.m4s');
    expect(segments.at(-1)?.uri).toMatch(/^\d\.m4s$/);
    expect(harness.named('encoder.ffmpeg.started')).toHaveLength(2);
  });
});

describe('A broadcast', () => {
  test.concurrent('loses no picture when its ffmpeg crashes: another one makes the open segment again', async () => {
    await using harness = await EncoderHarness.start();
    const feed = await harness.publish();
    await feed.send(first(3300));
    harness.encoders[0]?.kill();
    process.kill(harness.encoders[0]!.pid!, 'SIGKILL');
    await feed.send(rest(3300));
    feed.unpublish();
    await expectWhole(await harness.recorded(), 4);
    expect(harness.named('encoder.ffmpeg.started')).toHaveLength(2);
    expect(await harness.journalTypes()).toContain('encoder.restarted');
  });

  test.concurrent('ends when the API asks for it', async () => {
    await using harness = await EncoderHarness.start();
    const feed = await harness.publish();
    const { broadcastId } = await feed.frame('accepted');
    const sending = feed.send(clip);
    await harness.state('live');
    await harness.store.requestEnd(harness.streamId, broadcastId);
    await feed.frame('end');
    await harness.recorded();
    expect(harness.named('encoder.broadcast.ended')).toMatchObject([{ reason: 'ended-by-api' }]);
    feed.drop();
    await sending;
  });

  test.concurrent.each([
    ['does not answer', new ObjectStoreUnavailableError('down'), 'encoder.origin.trouble', 'no response'],
    ['is full', new ObjectStoreFullError('full'), 'encoder.origin.full', 'no room left'],
  ])(
    'loses nothing when its origin %s for a while: it is written to again',
    async (_, fault, event, detail) => {
      let flaky: Flaky | undefined;
      await using harness = await EncoderHarness.start({
        objects: (disk) => {
          flaky = new Flaky(disk);
          return flaky;
        },
      });
      const feed = await harness.publish();
      await feed.send(first(2500));
      flaky!.fault = fault;
      await feed.send(rest(2500));
      await harness.event(event);
      flaky!.fault = undefined;
      feed.unpublish();
      await expectWhole(await harness.recorded(), 4);
      expect(harness.named('encoder.origin.recovered')).toMatchObject([{ lostSegments: 0 }]);
      const told = await harness.store.listEvents(harness.streamId, { limit: 100 });
      expect(told.find(({ type }) => type === 'origin.trouble')?.data).toMatchObject({ detail });
    },
  );

  test.concurrent('goes on while the control store is down', async () => {
    let down = false;
    await using harness = await EncoderHarness.start({
      control: (store) =>
        new Proxy(store, {
          get(target, name: keyof ControlStore) {
            const method = target[name] as unknown;
            if (!down || typeof method !== 'function') return method;
            return () => Promise.reject(new ControlStoreUnavailableError('down'));
          },
        }),
    });
    const feed = await harness.publish();
    const { broadcastId } = await feed.frame('accepted');
    await feed.send(first(2500));
    down = true;
    await feed.send(rest(2500));
    await harness.event('encoder.control.unavailable');
    const live = async (path: string) => (await fetch(`${harness.media}/${path}`)).text();
    expect(await live('manifest.mpd')).toContain('type="dynamic"');
    expect(await live(`${broadcastId}/240p/playlist.m3u8`)).toContain('\n1.m4s');
    const before = (await harness.objects.list('', { limit: 1000 })).keys;
    expect(before.some((key) => key.endsWith('/240p/1.m4s'))).toBe(true);
    down = false;
    feed.unpublish();
    await expectWhole(await harness.recorded(), 4);
  });

  test.concurrent('is written no more by a worker whose lease the control store gave to another', async () => {
    await using harness = await EncoderHarness.start();
    const feed = await harness.publish();
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

/** An object store that fails for as long as it has a `fault`. */
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
