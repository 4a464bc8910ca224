import { chmod, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { defaultPortBase } from '../../lib/adapters/local/platform/options.ts';
import { freePorts } from '../../lib/adapters/local/platform/tcp-ports.ts';
import { readFrameNumbers } from '../../testkit/media/frame-counter.ts';
import { fetchRendition } from '../../testkit/media/playback.ts';
import { Publisher } from '../../testkit/media/publisher.ts';
import { type CreatedStream, streamEvent } from '../../testkit/platform/streams.ts';
import { temporaryFolder } from '../../testkit/temporary-folder.ts';
import { baseImage, ensureBaseImage, npmSettings } from './base-image.ts';
import { Container } from './container.ts';
import { ImageStore } from './image-store.ts';

const root = join(import.meta.dirname, '..', '..');
const image = 'home-image';
let store: ImageStore;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  folder = await temporaryFolder();
  store = await ImageStore.open(join(root, 'node_modules', '.cache', 'headwater-images'));
  await ensureBaseImage(store);
  const mounts = await npmSettings(folder.path);
  await store.build(image, root, baseImage, { file: join(root, image, 'Dockerfile'), mounts });
}, 600_000);
afterAll(async () => {
  await store?.close();
  await folder?.remove();
});

const openPorts = Array.from({ length: 5 }, (_, index) => defaultPortBase + index);

test('says its user, its data folder, and the ports that compose.yaml opens', async () => {
  const config = await store.config(image);
  expect(config).toMatchObject({
    User: '1000:1000',
    WorkingDir: '/app',
    StopSignal: 'SIGTERM',
    Volumes: { '/data': {} },
  });
  expect(Object.keys(config.ExposedPorts ?? {}).sort()).toEqual(openPorts.map((port) => `${port}/tcp`));
  const compose = await readFile(join(root, 'compose.yaml'), 'utf8');
  for (const port of openPorts) expect(compose).toContain(`"${port}:${port}"`);
  expect(compose).toContain('dockerfile: home-image/Dockerfile');
  expect(compose).toContain('- data:/data');
});

describe('a broadcast through a container', () => {
  test('of other devices is watched frame by frame, and its recording outlives the container', async () => {
    const data = join(folder.path, 'data');
    await mkdir(data);
    await chmod(data, 0o777);
    // A block of free ports: those below the ephemeral ones are hardly used.
    const [seed = 0] = await freePorts(1);
    const portBase = 20_000 + (seed % 10_000);
    const args = ['--port-base', String(portBase), '--workers', '1', '--proxies', '1', '--json'];
    const start = async () => {
      const container = await Container.start(store, image, { args, volumes: { [data]: '/data' } });
      await container.event('ready');
      return container;
    };
    const first = await start();
    const token = await readFile(join(data, 'api-token'), 'utf8');
    // As others call it: no name of its own user's.
    const ask = async <Answer>(path: string, init: RequestInit = {}): Promise<Answer> => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      return (await (
        await fetch(`http://127.0.0.2:${portBase + 1}${path}`, { ...init, headers })
      ).json()) as Answer;
    };
    let container = first;
    try {
      const page = await (await fetch(`http://127.0.0.2:${portBase}/config.json`)).json();
      expect(page).toMatchObject({ console: { tokenApiBaseUrl: `http://127.0.0.2:${portBase + 1}` } });
      const stream = await ask<CreatedStream>('/v1/streams', {
        method: 'POST',
        body: '{"name":"contained"}',
      });
      const { url, key } = stream.ingest.rtmps;
      const publisher = new Publisher({ url: `${url}/${key}`, seconds: 8, size: '640x360' });
      expect(await publisher.ended()).toBe(0);
      const own = { ready: { api: `http://127.0.0.1:${portBase + 1}` } };
      await streamEvent(own, stream.id, 'recording.ready');
      const watch = async () => readFrameNumbers((await fetchRendition(stream.playback.hls, 360)).media);
      const frames = Array.from({ length: 240 }, (_, index) => index);
      expect(await watch()).toEqual(frames);
      expect(await first.stop()).toBe(0);

      container = await start();
      expect(await watch()).toEqual(frames);
    } finally {
      await container.stop();
    }
  }, 180_000);

  test('without a data folder ends with one line', async () => {
    const { code, lines } = await Container.run(store, image, [
      ...(await store.config(image)).Entrypoint,
      '--port-base',
      '0',
    ]);
    expect(code).toBe(1);
    expect(lines.at(-1)).toContain('The data folder /data is not writable: the file system is read-only.');
  });
});
