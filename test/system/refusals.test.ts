import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openSqliteControlStore } from '../../lib/adapters/local/sqlite/sqlite-control-store.ts';
import { Publisher } from '../../testkit/media/publisher.ts';
import { Platform } from '../../testkit/platform/platform.ts';
import { type CreatedStream, createStream, getStream, streamEvent } from '../../testkit/platform/streams.ts';

let platform: Platform;
let stream: CreatedStream;
/** Its key frames are 10 s apart: what that leads to takes a while, and goes on beside the tests. */
let rare: CreatedStream;
let beside: Publisher;
beforeAll(async () => {
  platform = await Platform.start();
  stream = await createStream(platform, { name: 'guarded' });
  rare = await createStream(platform, { name: 'rare key frames' });
  beside = new Publisher({
    size: '320x240',
    url: `${rare.ingest.rtmp.url}/${rare.ingest.rtmp.key}`,
    codecs: [...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '300', '-b:v', '500k'], ...['-c:a', 'aac']],
  });
});
afterAll(async () => {
  await beside?.stop();
  await platform?.stop();
});

const small = { size: '320x240', seconds: 30 } as const;

/** The data of each refusal in the stream's journal. */
async function refusalsOf(id: string): Promise<{ reason?: string }[]> {
  const answer = await fetch(`${platform.ready.api}/v1/streams/${id}/events`);
  const { events } = (await answer.json()) as { events: { type: string; data: { reason?: string } }[] };
  return events.filter(({ type }) => type === 'publish.refused').map(({ data }) => data);
}

describe('bad input gets a clear answer', () => {
  test.each([
    ['malformed', () => 'not-a-key'],
    ['unknown', () => `${'0'.repeat(16)}_${'0'.repeat(26)}`],
    ['of this stream with a wrong secret', () => `${stream.id}_${'0'.repeat(26)}`],
  ])('a key that is %s is refused with the status that OBS understands', async (_, key) => {
    const publisher = new Publisher({ ...small, url: `${platform.ready.ingest.rtmp}/${key()}` });
    expect(await publisher.ended()).not.toBe(0);
    expect(publisher.output).toMatch(/NetStream\.Publish\.(Unauthorized|BadName)|Server error/);
    expect((await getStream(platform, stream.id)).state).toBe('idle');
  });

  test('a guess at the key of a stream is in its journal, without the key', async () => {
    const guessed = await createStream(platform, { name: 'guessed' });
    const secret = '3'.repeat(26);
    const url = `${platform.ready.ingest.rtmp}/${guessed.id}_${secret}`;
    expect(await new Publisher({ ...small, url }).ended()).not.toBe(0);
    const refusal = await streamEvent(platform, guessed.id, 'publish.refused');
    expect(refusal.data).toEqual({ reason: 'wrong-key', client: '127.0.0.1' });
    expect(JSON.stringify(refusal)).not.toContain(secret);
  });

  test('a revoked key no longer opens the stream, its successor does', async () => {
    const rotated = await fetch(`${platform.ready.api}/v1/streams/${stream.id}/keys`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ graceSeconds: 0 }),
    });
    const { ingest } = (await rotated.json()) as CreatedStream;
    const { url, key } = stream.ingest.rtmp;
    // A proxy may remember a stream for two seconds; a refusal is what the revoked key must come to.
    let refused: number | null = 0;
    for (let tries = 0; tries < 4 && refused === 0; tries++) {
      refused = await new Publisher({ ...small, seconds: 1, url: `${url}/${key}` }).ended();
    }
    expect(refused).not.toBe(0);
    stream = { ...stream, ingest };
  });

  test('a second publisher is refused while the first is alive, and the first goes on', async () => {
    const url = `${stream.ingest.rtmp.url}/${stream.ingest.rtmp.key}`;
    const first = new Publisher({ ...small, url });
    await streamEvent(platform, stream.id, 'stream.live');
    const second = new Publisher({ ...small, url });
    expect(await second.ended()).not.toBe(0);
    expect(first.process.exitCode).toBeNull();
    expect((await getStream(platform, stream.id)).state).toBe('live');
    await first.stop();
    await streamEvent(platform, stream.id, 'stream.ended');
    const busy = (await refusalsOf(stream.id)).filter(({ reason }) => reason === 'busy');
    const detail = expect.stringMatching(/^encoder-\d: Another broadcaster/);
    expect(busy).toEqual([{ reason: 'busy', client: '127.0.0.1', detail }]);
  });

  test('an unsupported codec is named', async () => {
    const other = await createStream(platform, { name: 'sorenson' });
    const publisher = new Publisher({
      ...small,
      url: `${other.ingest.rtmp.url}/${other.ingest.rtmp.key}`,
      codecs: ['-c:v', 'flv', '-c:a', 'aac'],
    });
    expect(await publisher.ended()).not.toBe(0);
    const refusal = await streamEvent(platform, other.id, 'publish.refused', 'stream.ended');
    expect(refusal.text).toMatch(/Sorenson|H\.263/);
    const ended = await streamEvent(platform, other.id, 'stream.ended');
    expect(ended.data).toMatchObject({ reason: 'input-unusable', durationMs: 0 });
    expect(await refusalsOf(other.id)).toMatchObject([{ reason: 'unsupported-codec' }]);
  });

  test('an encoder that comes again and again with it fills no journal', async () => {
    const again = await createStream(platform, { name: 'again' });
    const url = `${again.ingest.rtmp.url}/${again.ingest.rtmp.key}`;
    const codecs = ['-c:v', 'flv', '-c:a', 'aac'];
    for (let tries = 0; tries < 3; tries++)
      expect(await new Publisher({ ...small, url, codecs }).ended()).not.toBe(0);
    const answer = await fetch(`${platform.ready.api}/v1/streams/${again.id}/events`);
    const { events } = (await answer.json()) as { events: { type: string }[] };
    const types = events.map(({ type }) => type);
    expect(types.filter((type) => type === 'publish.refused')).toHaveLength(1);
    expect(types.filter((type) => type === 'broadcast.starting')).toHaveLength(1);
  });

  test('while the budget is spent, no broadcast begins and one on air survives a reconnect', async () => {
    const [running, waiting] = [
      await createStream(platform, { name: 'running' }),
      await createStream(platform, { name: 'waiting' }),
    ];
    const publish = ({ ingest: { rtmp } }: CreatedStream) =>
      new Publisher({ ...small, url: `${rtmp.url}/${rtmp.key}` });
    const first = publish(running);
    await streamEvent(platform, running.id, 'stream.live');
    const { broadcast } = await getStream(platform, running.id);

    const store = openSqliteControlStore(join(platform.dataDir, 'control.sqlite'));
    await store.putBudgetStop({ reachedAtMs: Date.now(), untilMs: Date.now() + 3_600_000, version: 0 });
    store.close();
    expect(await publish(waiting).ended()).not.toBe(0);
    const refusal = await streamEvent(platform, waiting.id, 'publish.refused');
    expect(refusal.data).toMatchObject({ reason: 'budget-reached' });
    expect(refusal.text).toMatch(/budget for the month is spent/);

    await first.stop('SIGKILL');
    await streamEvent(platform, running.id, 'stream.reconnecting');
    const again = publish(running);
    await streamEvent(platform, running.id, 'stream.resumed');
    expect((await getStream(platform, running.id)).broadcast?.id).toBe(broadcast?.id);
    await again.stop();

    const cleared = await fetch(`${platform.ready.api}/v1/budget/clear`, { method: 'POST' });
    expect(await cleared.json()).toMatchObject({ state: 'cleared' });
    const allowed = publish(waiting);
    await streamEvent(platform, waiting.id, 'stream.live');
    await allowed.stop();
  });

  test('garbage and silence are closed, and a broadcast beside them goes on untouched', async () => {
    const untouched = await createStream(platform, { name: 'beside' });
    const publisher = new Publisher({
      ...small,
      url: `${untouched.ingest.rtmp.url}/${untouched.ingest.rtmp.key}`,
    });
    await streamEvent(platform, untouched.id, 'stream.live');
    const { port, hostname } = new URL(platform.ready.ingest.rtmp.replace('rtmp:', 'http:'));
    const hostile = [
      Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
      Buffer.alloc(4096, 0xff),
      Buffer.from([3]),
      Buffer.alloc(0),
    ].map(async (bytes) => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.write(bytes);
      socket.resume();
      await once(socket, 'close');
    });
    await Promise.all(hostile);
    expect(publisher.process.exitCode).toBeNull();
    expect((await getStream(platform, untouched.id)).state).toBe('live');
    await publisher.stop();
  });

  test('key frames every 10 s are a verdict with advice, in the API and in the journal', async () => {
    const told = await streamEvent(platform, rare.id, 'stream.health');
    expect(told.data).toMatchObject({ verdict: 'fair', was: 'excellent', reasons: 'key-frames-rare' });
    const answer = await fetch(`${platform.ready.api}/v1/streams/${rare.id}/health`);
    const health = (await answer.json()) as {
      current?: { frameRate: number; videoBps: number; encoderSpeed?: number };
    };
    expect(health).toMatchObject({
      verdict: 'fair',
      reasons: [
        {
          code: 'key-frames-rare',
          message: 'Key frames come every 10 s.',
          advice: 'Set the key frame interval of your encoder to 2 s.',
        },
      ],
      current: { frameRate: expect.closeTo(30, -1), keyFrameIntervalMs: expect.closeTo(10_000, -2) },
    });
    expect(health.current?.videoBps).toBeGreaterThan(50_000);
  });
});
