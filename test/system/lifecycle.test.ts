import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Platform } from '../../testkit/platform/platform.ts';
import { createStream } from '../../testkit/platform/streams.ts';

const alive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Runs `npm run live` with these flags to its end, as one whose start must fail. */
async function liveFails(...flags: string[]): Promise<{ code: number | null; words: string }> {
  const live = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'bin/live.ts', ...flags], {
    cwd: join(import.meta.dirname, '..', '..'),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let words = '';
  live.stderr.on('data', (bytes: Buffer) => {
    words += bytes.toString();
  });
  const [code] = await once(live, 'close');
  return { code, words };
}

describe('the platform on one machine', () => {
  test('runs every stage as a process of its own, and Ctrl-C leaves none behind', async () => {
    const platform = await Platform.start(['--workers', '3', '--proxies', '1']);
    const { processes } = platform.ready;
    expect(processes.map(({ name }) => name).sort()).toEqual(
      [
        ...['control', 'edge', 'encoder-1', 'encoder-2', 'encoder-3'],
        ...['ingest-1', 'live-origin', 'origin', 'page', 'pop', 'shield'],
      ].sort(),
    );
    expect(new Set(processes.map(({ pid }) => pid)).size).toBe(processes.length);
    expect(processes.every(({ pid }) => alive(pid))).toBe(true);
    expect(await platform.stop()).toBe(0);
    expect(processes.filter(({ pid }) => alive(pid))).toEqual([]);
  });

  test('keeps its streams over a restart with the same data folder', async () => {
    const before = await Platform.start();
    const { id, playback } = await createStream(before, { name: 'kept' });
    await before.stop({ keepData: true });
    const after = await Platform.start([], before.dataDir);
    const answer = await fetch(`${after.ready.api}/v1/streams/${id}`);
    expect(await answer.json()).toMatchObject({ id, name: 'kept', state: 'idle' });
    expect(new URL(playback.hls).pathname).toContain(id);
    await after.stop({ keepData: true });
    // The canary that each platform of the tests has for its secrets does sing.
    const pepper = await readFile(join(after.dataDir, 'key-pepper'), 'utf8');
    await writeFile(join(after.dataDir, 'origin', 'stray.json'), JSON.stringify({ pepper }));
    await expect(after.stop()).rejects.toThrow('key-pepper in data folder: origin/stray.json');
  });

  test('a crashed process is said so and is up again', async () => {
    const platform = await Platform.start();
    const restarted = platform.waitForNext(
      ({ event, process }) => event === 'process.restarted' && process === 'edge',
    );
    process.kill(platform.pidOf('edge'), 'SIGKILL');
    const exited = await platform.waitFor(
      ({ event, process }) => event === 'process.exited' && process === 'edge',
    );
    expect(exited).toMatchObject({ signal: 'SIGKILL' });
    await restarted;
    expect((await fetch(`${platform.ready.edge}/time`)).status).toBe(200);
    await platform.stop();
  });

  test('a port in use is one clear line with what to do', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const dir = await mkdtemp(join(tmpdir(), 'headwater-'));
    const { code, words } = await liveFails('--port-base', String(port), '--data-dir', dir);
    server.close();
    await rm(dir, { recursive: true });
    expect(code).toBe(1);
    expect(words.trim().split('\n')).toHaveLength(1);
    expect(words).toContain(`Port ${port} is in use`);
    expect(words).toContain('--port-base');
  });

  test('a data folder that cannot be one is a clear line with what to do', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'headwater-'));
    const file = join(dir, 'file');
    await writeFile(file, '');
    const { code, words } = await liveFails('--port-base', '0', '--data-dir', join(file, 'below'));
    await rm(dir, { recursive: true });
    expect(code).toBe(1);
    expect(words.trim().split('\n')).toHaveLength(1);
    expect(words).toContain(file);
    expect(words).toContain('--data-dir');
  });

  test('a data folder that the system cannot make ends the start at once', async () => {
    const { code, words } = await liveFails('--port-base', '0', '--data-dir', '/proc/nope');
    expect(code).toBe(1);
    expect(words).toMatch(/^headwater: The data folder \/proc\/nope is not writable: [^\n]+\n$/);
  });

  test('others are let in by a token that deserves the name, or not at all', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'headwater-'));
    await writeFile(join(dir, 'api-token'), 'short');
    const { code, words } = await liveFails('--port-base', '0', '--data-dir', dir, '--host', '0.0.0.0');
    await rm(dir, { recursive: true });
    expect(code).toBe(1);
    expect(words.trim().split('\n').at(-1)).toMatch(
      /^headwater: control did not start: The API token .* is too short/,
    );
  });

  test('a second platform on the same data folder is refused', async () => {
    const platform = await Platform.start();
    const { code, words } = await liveFails('--port-base', '0', '--data-dir', platform.dataDir);
    expect(code).toBe(1);
    expect(words).toContain(platform.dataDir);
    await platform.stop();
  });

  test('each wrong flag is named on a line of its own', async () => {
    const { code, words } = await liveFails('--workers', '0', '--host', 'home');
    expect(code).toBe(1);
    expect(
      words
        .trim()
        .split('\n')
        .map((line) => line.split(' ', 2).join(' ')),
    ).toEqual(['headwater: --workers', 'headwater: --host', 'headwater: Run']);
    expect((await liveFails('--worker', '2')).words).toContain("'--worker'");
  });
});
