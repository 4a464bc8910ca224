import { beforeEach, describe, expect, test } from '@jest/globals';
import type { BroadcastRecord } from '../../../lib/control-store/records.ts';
import { type Body, createTestApi, goOnAir, type TestApi } from '../api/harness.ts';

let api: TestApi;
let id: Body;
beforeEach(async () => {
  api = createTestApi();
  ({ id } = await api.create());
});

const picture = { id: '720p', codecs: 'avc1.64001f', bandwidthBps: 3_000_000, width: 1280, height: 720 };
const sound = { id: 'audio', codecs: 'mp4a.40.2', bandwidthBps: 128_000 };
const media = 'http://127.0.0.1:8090/local';

const onAir = (changes: Partial<BroadcastRecord> = {}): Promise<BroadcastRecord> =>
  goOnAir(api, id, { renditions: [picture, sound], ...changes });
const playback = async (): Promise<Body> => (await api.call('GET', `/v1/streams/${id}`)).body.playback;
const broadcasts = async (): Promise<Body[]> =>
  (await api.call('GET', `/v1/streams/${id}/broadcasts`)).body.broadcasts;

describe('poster and storyboard', () => {
  test('of a stream stay the same from one broadcast to the next; each broadcast has its own', async () => {
    expect(await playback()).not.toHaveProperty('poster');
    const first = await onAir();
    await api.store.putBroadcast({ ...first, state: 'ended' });
    api.clock.wallTimeMs += 10_000;
    const second = await onAir();
    expect(await playback()).toMatchObject({
      poster: `${media}/${id}/poster.jpg`,
      storyboard: `${media}/${id}/storyboard.vtt`,
    });
    expect((await broadcasts()).map((each) => each.playback)).toEqual(
      [second, first].map((each) => ({
        dash: `${media}/${id}/${each.id}/manifest.mpd`,
        hls: `${media}/${id}/${each.id}/index.m3u8`,
        page: `http://127.0.0.1:8080/watch/${id}?region=local&broadcast=${each.id}`,
        poster: `${media}/${id}/${each.id}/poster.jpg`,
        storyboard: `${media}/${id}/${each.id}/storyboard.vtt`,
      })),
    );
  });

  test.each<[string, Partial<BroadcastRecord>]>([
    ['sound alone', { renditions: [sound] }],
    ['a managed channel', { encoder: 'medialive' }],
  ])('are named for no broadcast of %s', async (_, changes) => {
    await onAir(changes);
    const [broadcast] = await broadcasts();
    for (const urls of [await playback(), broadcast.playback])
      for (const name of ['poster', 'storyboard']) expect(urls).not.toHaveProperty(name);
  });
});
