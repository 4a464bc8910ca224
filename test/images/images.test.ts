import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { awsBackends } from '../../lib/adapters/local/platform/aws-endpoint.ts';
import { planProcesses, platformUrls } from '../../lib/adapters/local/platform/plan.ts';
import { ensureSecrets } from '../../lib/adapters/local/platform/secrets.ts';
import { Supervisor } from '../../lib/adapters/local/platform/supervisor.ts';
import { assignPorts, freePorts, portCount } from '../../lib/adapters/local/platform/tcp-ports.ts';
import { programCodec } from '../../lib/config/programs/program.ts';
import { type ImageName, programFiles } from '../../lib/region/infra/program-files.ts';
import { startEmulator } from '../../testkit/aws/emulator.ts';
import { readFrameNumbers } from '../../testkit/media/frame-counter.ts';
import { fetchRendition } from '../../testkit/media/playback.ts';
import { Publisher } from '../../testkit/media/publisher.ts';
import { createStream, getStream, streamEvent } from '../../testkit/platform/streams.ts';
import { temporaryFolder } from '../../testkit/temporary-folder.ts';
import { baseImage, ensureBaseImage } from './base-image.ts';
import { Container } from './container.ts';
import { ImageStore } from './image-store.ts';

const root = join(import.meta.dirname, '..', '..');
const images = ['encoder-image', 'live-origin-image', 'proxy-image'] as const;
/** The base image's `node`. */
const user = 1000;
const buildTimeoutMs = 600_000;

let store: ImageStore;
beforeAll(async () => {
  store = await ImageStore.open(join(root, 'node_modules', '.cache', 'headwater-images'));
  await ensureBaseImage(store);
  for (const image of images) await build(image);
}, buildTimeoutMs);
afterAll(() => store?.close());

async function build(image: ImageName): Promise<void> {
  const context = await temporaryFolder();
  try {
    for (const [name, bytes] of programFiles(image)) await writeFile(join(context.path, name), bytes);
    await store.build(image, context.path, baseImage);
  } finally {
    await context.remove();
  }
}

describe.each(images)('%s', (image) => {
  test('tells an orchestrator its user by number, how to stop it and how to check it', async () => {
    expect(await store.config(image)).toMatchObject({
      User: `${user}:${user}`,
      WorkingDir: '/app',
      Entrypoint: ['node', '--enable-source-maps', 'main.mjs'],
      StopSignal: 'SIGTERM',
      Healthcheck: { Test: ['CMD', 'node', 'healthcheck.mjs'] },
    });
  });

  test('was built without arguments, and has nothing in its environment but what its Dockerfile sets', async () => {
    const names = (await store.config(image)).Env.map((line) => line.split('=')[0]);
    const gpu = ['NVIDIA_DRIVER_CAPABILITIES', 'NVIDIA_VISIBLE_DEVICES'];
    expect(names.sort()).toEqual(['NODE_ENV', ...(image === 'encoder-image' ? gpu : []), 'PATH']);
    // Build arguments stay readable in the history: `|1 NAME=value /bin/sh …`.
    for (const command of await store.history(image)) expect(command).not.toMatch(/^\|\d|ARG /);
  });

  test('runs as a user other than root, who can write nowhere', async () => {
    const script = `
      const { statSync, writeFileSync } = require('node:fs');
      const write = (path) => { try { writeFileSync(path, 'x'); return 'written'; } catch (fault) { return fault.code; } };
      const { uid } = statSync('/app/main.mjs');
      console.log(JSON.stringify({
        pid: process.pid, uid: process.getuid(), gid: process.getgid(), groups: process.getgroups(), owner: uid,
        app: write('/app/x'), program: write('/app/main.mjs'), home: write('/home/node/x'), tmp: write('/tmp/x'),
      }));`;
    const { lines } = await Container.run(store, image, ['node', '-e', script]);
    expect(JSON.parse(lines.join(''))).toEqual({
      ...{ pid: 1, uid: user, gid: user, groups: [user], owner: 0 },
      ...{ app: 'EROFS', program: 'EROFS', home: 'EROFS', tmp: 'EROFS' },
    });
  });

  test('ends with what its environment lacks, in one line that names it', async () => {
    const { code, lines } = await Container.run(store, image, ['node', '--enable-source-maps', 'main.mjs']);
    expect(code).toBe(1);
    expect(JSON.parse(lines.join(''))).toMatchObject({ event: 'process.failed', code: 'BAD_ENVIRONMENT' });
  });
});

describe('ffmpeg in the encoder image', () => {
  const ffmpeg = async (...args: string[]) =>
    (await Container.run(store, 'encoder-image', ['ffmpeg', '-hide_banner', ...args])).lines.join('\n');

  test('is new enough for enhanced RTMP', async () => {
    const [, major = 0, minor = 0] = /^ffmpeg version (\d+)\.(\d+)/.exec(await ffmpeg('-version')) ?? [];
    expect(Number(major) * 100 + Number(minor)).toBeGreaterThanOrEqual(601);
  });

  test('encodes H.264 on the CPU and by NVENC, scales on the GPU, and encodes AAC', async () => {
    const encoders = await ffmpeg('-encoders');
    for (const name of ['libx264', 'h264_nvenc', 'aac'])
      expect(encoders).toMatch(new RegExp(`^ \\S+ ${name} `, 'm'));
    expect(await ffmpeg('-filters')).toMatch(/ scale_cuda /);
  });
});

describe('a broadcast through the proxy and the worker of the images, on an emulator of AWS', () => {
  test('arrives frame by frame; both programs answer their health checks and end with 0 on SIGTERM', async () => {
    await using cleanup = new AsyncDisposableStack();
    const emulator = await startEmulator();
    cleanup.defer(() => emulator.stop());
    const folder = await temporaryFolder();
    cleanup.defer(() => folder.remove());
    const fleets = { proxies: 1, workers: 1 };
    const numbers = await freePorts(portCount(fleets));
    const ports = assignPorts(() => numbers.pop() ?? 0, fleets);
    const secrets = await ensureSecrets(folder.path);
    const backends = await awsBackends(emulator.endpoint, secrets, {});
    const specs = planProcesses(ports, backends, {
      ...secrets,
      denialsFile: join(folder.path, 'edge-denials.json'),
    });
    const roles: Readonly<Record<Exclude<ImageName, 'canary-image'>, string>> = {
      'encoder-image': 'encoder',
      'live-origin-image': 'live-origin',
      'proxy-image': 'ingest',
    };
    const [healthPort = 0] = await freePorts(1);
    const envOf = (image: keyof typeof roles) => {
      const env = { ...specs.find(({ role }) => role === roles[image])?.env };
      if (image === 'live-origin-image') {
        // As on AWS, where the network keeps others away, and no files are shared.
        delete env.HEADWATER_DENIALS;
        delete env.HEADWATER_TIER_TOKEN_FILE;
        env.HEADWATER_HEALTH_PORT = String(healthPort);
      }
      return { ...env, ...programCodec.encode({ exitWithParent: true }) };
    };
    const supervisor = new Supervisor(
      root,
      specs.filter(({ role }) => !Object.values(roles).includes(role)),
    );
    cleanup.defer(() => supervisor.stop());
    await supervisor.start();
    const start = async (image: keyof typeof roles) => {
      const container = await Container.start(store, image, { env: envOf(image) });
      cleanup.defer(async () => void (await container.stop('SIGKILL')));
      await container.event('process.ready');
      return container;
    };
    const encoder = await start('encoder-image');
    const liveOrigin = await start('live-origin-image');
    const proxy = await start('proxy-image');
    const platform = { ready: { api: platformUrls(ports).api } };

    const stream = await createStream(platform, { name: 'from the images' });
    const { url, key } = stream.ingest.rtmps;
    const publisher = new Publisher({ url: `${url}/${key}`, seconds: 8 });
    cleanup.defer(() => publisher.stop('SIGKILL'));
    await streamEvent(platform, stream.id, 'stream.live');
    expect((await getStream(platform, stream.id)).broadcast).toMatchObject({
      workerId: 'encoder-1',
      proxyId: 'ingest-1',
    });
    // It never reads the store: what it has is from the worker's memory.
    const onAir = new URL(new URL(stream.playback.hls).pathname, `http://127.0.0.1:${ports.liveOrigin}`);
    const playlist = await fetch(onAir);
    expect([playlist.status, (await playlist.text()).split('\n')[0]]).toEqual([200, '#EXTM3U']);
    for (const container of [encoder, liveOrigin, proxy]) {
      expect(await container.exec(['node', 'healthcheck.mjs'])).toBe(0);
    }

    expect(await publisher.ended()).toBe(0);
    await streamEvent(platform, stream.id, 'recording.ready');
    const { media } = await fetchRendition(stream.playback.hls, 720);
    expect(await readFrameNumbers(media)).toEqual(Array.from({ length: 240 }, (_, index) => index));

    expect(await proxy.stop()).toBe(0);
    expect(await liveOrigin.stop()).toBe(0);
    expect(await encoder.stop()).toBe(0);
    for (const image of images) {
      const check = await Container.run(store, image, ['node', 'healthcheck.mjs'], { env: envOf(image) });
      expect(check.code).toBe(1);
    }
  }, 180_000);
});
