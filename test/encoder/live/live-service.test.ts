import { expect, test } from '@jest/globals';
import type { LiveBroadcast } from '../../../lib/encoder/live/live-broadcast.ts';
import { LiveService, type LiveStreams } from '../../../lib/encoder/live/live-service.ts';
import { TestClient } from '../../edge/edge-in-memory.ts';
import { liveFixture, partText } from './live-fixture.ts';

const { live, part, pictures, view } = liveFixture();
part('720p', 0, 0);

function ask(
  path: string,
  found: ReturnType<LiveStreams['find']> = live,
  { method = 'GET', admits = true } = {},
): TestClient {
  const service = new LiveService({ region: 'local', streams: { find: () => found }, admits: () => admits });
  const client = new TestClient();
  service.handle({ method, target: path, headers: {}, address: '::1' }, client.reply);
  return client;
}

test('a stream that this worker does not hold is looked up again; a managed one is in the object store', () => {
  const target = '/local/stream/index.m3u8';
  const service = new LiveService({
    region: 'local',
    streams: { find: () => undefined },
    admits: () => true,
  });
  const client = new TestClient();
  service.handle({ method: 'GET', target, headers: {}, address: '::1' }, client.reply);
  expect(client.status).toBe(421);
  expect(ask(target, 'managed').status).toBe(503);
});

test('manifests and init segments come with their types', () => {
  const types = ['index.m3u8', 'manifest.mpd', 'broadcast/720p/init-3.mp4'].map(
    (name) => ask(`/local/stream/${name}`).response?.headers['content-type'],
  );
  expect(types).toEqual(['application/vnd.apple.mpegurl', 'application/dash+xml', 'video/mp4']);
  expect(ask('/local/stream/index.m3u8').text).toBe('index of the stream');
  expect(ask('/local/stream/broadcast/manifest.mpd').text).toBe('manifest of the broadcast');
});

test('pictures are there as soon as there are some, the newest poster under its name for a second', () => {
  expect(ask('/local/stream/poster.jpg').status).toBe(503);
  expect(ask('/local/stream/storyboard.vtt').status).toBe(503);
  pictures.newest = Buffer.from('one');
  const poster = ask('/local/stream/broadcast/poster.jpg');
  expect(poster.text).toBe('one');
  expect(poster.response?.headers).toMatchObject({
    'content-type': 'image/jpeg',
    'cache-control': expect.stringMatching(/^public, max-age=1,/),
  });
  pictures.newest = Buffer.from('another');
  expect(ask('/local/stream/poster.jpg').text).toBe('another');
  expect(ask('/local/stream/storyboard.vtt').text).toBe('storyboard of the stream with another');
  expect(ask('/local/stream/broadcast/storyboard.vtt').text).toBe('storyboard of the broadcast with another');
  const sprite = ask('/local/stream/broadcast/storyboard-15-2-3.jpg');
  expect(sprite.text).toBe('2 pictures from 15');
  expect(sprite.response?.headers['cache-control']).toContain('immutable');
  // Of an earlier worker, or no longer here: the object store has it.
  expect(ask('/local/stream/broadcast/storyboard-0-15-2.jpg').status).toBe(503);
});

test('sound alone has no pictures, and the stream’s are not those of its last broadcast', () => {
  pictures.newest = undefined;
  view.renditions = ['audio'];
  expect(ask('/local/stream/poster.jpg').status).toBe(404);
  expect(ask('/local/stream/storyboard.vtt').status).toBe(404);
  view.renditions = ['720p', 'audio'];
});

test.each([
  ['/local/stream/another/index.m3u8', 503],
  ['/elsewhere/stream/index.m3u8', 503],
  ['/local/stream/broadcast/720p/init-2.mp4', 503],
  ['/local/stream/broadcast/4320p/playlist.m3u8', 404],
  ['/local/stream/broadcast/720p/poster.jpg', 404],
])('%s: %d', (target, status) => {
  const client = ask(target);
  expect(client.status).toBe(status);
  const isFinal = status === 404;
  expect(client.response?.headers['cache-control']).toBe(isFinal ? 'public, max-age=1' : 'no-store');
});

test('only our live origins may read, and only read', () => {
  expect(ask('/local/stream/index.m3u8', live, { admits: false }).status).toBe(401);
  expect(ask('/local/stream/index.m3u8', live, { method: 'POST' }).status).toBe(405);
});

test('a request that comes while the stream is being opened is answered once it is', async () => {
  const found: { current: LiveBroadcast | Promise<void> } = { current: Promise.resolve() };
  const service = new LiveService({
    region: 'local',
    streams: { find: () => found.current },
    admits: () => true,
  });
  const client = new TestClient();
  const target = '/local/stream/broadcast/720p/0.0-3-1.m4s';
  service.handle({ method: 'GET', target, headers: {}, address: '::1' }, client.reply);
  expect(client.status).toBeUndefined();
  found.current = live;
  await Promise.resolve();
  await new Promise((done) => setImmediate(done));
  expect(client.text).toBe(partText('720p', 0, 0));
});
