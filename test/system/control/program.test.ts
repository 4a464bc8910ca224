import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { controlCodec } from '../../../lib/config/programs/control.ts';
import { temporaryFolder } from '../../../testkit/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
  await writeFile(join(folder.path, 'pepper'), 'a pepper of the tests');
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await folder.remove();
});

/** Starts bin/control.ts and waits for its word: that it is ready, or why not. */
async function start(changes: Partial<Parameters<typeof controlCodec.encode>[0]> = {}) {
  const env = controlCodec.encode({
    host: '127.0.0.1',
    port: 0,
    controlStore: `sqlite:${join(folder.path, 'control.sqlite')}`,
    keyPepper: `file:${join(folder.path, 'pepper')}`,
    ingestRtmpUrl: 'rtmp://127.0.0.1:1935/live',
    ingestRtmpsUrl: 'rtmps://127.0.0.1:1936/live',
    playbackBaseUrl: 'http://127.0.0.1:8090',
    pageBaseUrl: 'http://127.0.0.1:8080',
    region: 'local',
    allowedOrigins: ['http://127.0.0.1:8080'],
    ...changes,
  });
  const child = spawn(process.execPath, ['bin/control.ts'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const exit = once(child, 'exit').then(([code]) => code as number);
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line);
    if (said.event === 'process.ready' || said.event === 'process.failed') {
      return { child, exit, said, url: `http://127.0.0.1:${said.port}` };
    }
  }
  throw new Error('The program ended without a word.');
}

const createStream = (url: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/v1/streams`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ name: 'Studio A' }),
  });

describe('the control program', () => {
  test('serves over a socket, to the page under each loopback name, and keeps its streams when started again', async () => {
    const first = await start();
    for (const origin of ['http://127.0.0.1:8080', 'http://localhost:8080']) {
      expect((await createStream(first.url, { origin })).status).toBe(201);
    }
    expect((await createStream(first.url, { origin: 'http://evil.example' })).status).toBe(403);
    const byName = await fetch(`http://localhost:${first.said.port}/healthz`).catch(() => undefined);
    expect([200, undefined]).toContain(byName?.status);
    first.child.kill('SIGTERM');
    expect(await first.exit).toBe(0);
    const second = await start();
    const { streams } = (await (await fetch(`${second.url}/v1/streams`)).json()) as { streams: unknown[] };
    expect(streams).toHaveLength(2);
  });

  test('a live feed over a socket is cut when the program stops', async () => {
    const { url, child, exit } = await start();
    const { id } = (await (await createStream(url)).json()) as { id: string };
    const feed = await fetch(`${url}/v1/streams/${id}/events/live`);
    const reader = feed.body!.getReader();
    let text = '';
    while (!text.includes('stream.created')) text += new TextDecoder().decode((await reader.read()).value);
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
    await expect(
      (async () => {
        while (!(await reader.read()).done);
      })(),
    ).rejects.toThrow();
  });

  test('a body that is too large is refused over a socket too', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/v1/streams`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'x'.repeat(100_000) }),
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      413,
      'application/problem+json',
    ]);
  });

  test('says in one line that its port is in use, and exits 1', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { said, exit } = await start({ port });
    expect(said).toMatchObject({ code: 'EADDRINUSE', reason: expect.stringContaining(String(port)) });
    expect(await exit).toBe(1);
    server.close();
  });

  test('asks whoever comes by another name than loopback for its token', async () => {
    const token = '0123456789abcdef0123456789abcdef';
    await writeFile(join(folder.path, 'token'), `${token}\n`);
    const { url } = await start({
      apiToken: `file:${join(folder.path, 'token')}`,
      allowedHosts: ['studio.example'],
    });
    const ask = async (headers: Record<string, string>) => {
      const asked = request(`${url}/v1/streams`, { headers }).end();
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      response.resume();
      return response.statusCode;
    };
    const host = 'studio.example';
    expect(await ask({})).toBe(200);
    expect(await ask({ host })).toBe(401);
    expect(await ask({ 'x-forwarded-for': '192.0.2.7' })).toBe(401);
    expect(await ask({ host, authorization: `Bearer ${token}` })).toBe(200);
    expect(await ask({ authorization: 'Bearer another' })).toBe(401);
  });

  test.each([
    ['way in, without a token', { host: '0.0.0.0' }, 'SECRET_UNREADABLE'],
    ['data folder', { controlStore: 'sqlite:/dev/null/control.sqlite' as const }, 'DATA_DIR_NOT_WRITABLE'],
    ['key pepper', { keyPepper: 'file:/nowhere/pepper' as const }, 'SECRET_UNREADABLE'],
  ])('says what is wrong with its %s and how to mend it', async (_, changes, code) => {
    const { said, exit } = await start(changes);
    expect(said).toMatchObject({ event: 'process.failed', code, mend: expect.any(String) });
    expect(await exit).toBe(1);
  });
});
