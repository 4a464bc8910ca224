import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Platform } from '../../testkit/platform/platform.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await Platform.start();
});
afterAll(() => platform?.stop());

interface Ran {
  readonly code: number | null;
  readonly output: string;
  readonly words: string;
}

/** Starts `npm run canary` with these flags. */
function start(
  api: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
): { canary: ChildProcess; ran: Promise<Ran> } {
  const canary = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'bin/canary.ts', '--api', api, ...flags],
    {
      cwd: join(import.meta.dirname, '..', '..'),
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    },
  );
  let [output, words] = ['', ''];
  canary.stdout?.on('data', (bytes: Buffer) => {
    output += bytes.toString();
  });
  canary.stderr?.on('data', (bytes: Buffer) => {
    words += bytes.toString();
  });
  const ran = once(canary, 'close').then(([code]) => ({ code, output, words }));
  return { canary, ran };
}

/** What a busy machine changes; `npm run canary` judges it. */
const timed = ['on-air', 'latency', 'freshness'];

interface Report {
  readonly streamId: string;
  readonly leftBehind?: string;
  readonly failure?: string;
  readonly checks: readonly { readonly name: string; readonly faults: readonly string[] }[];
}

async function statusOf(id: string): Promise<number> {
  return (await fetch(`${platform.ready.api}/v1/streams/${id}`)).status;
}

test('the canary finds nothing wrong, though a worker dies under it, and leaves nothing behind', async () => {
  const { ran } = start(platform.ready.api, ['--seconds', '12', '--size', '320x180', '--json']);
  const { worker } = await platform.waitForNext(({ event }) => event === 'ingest.publish.started');
  process.kill(platform.pidOf(String(worker)), 'SIGKILL');
  const { output } = await ran;
  const report = JSON.parse(output) as Report;
  expect(report.checks.map(({ name }) => name)).toHaveLength(12);
  const faults = report.checks
    .filter(({ name }) => !timed.includes(name))
    .flatMap(({ name, faults: found }) => found.map((fault) => `${name}: ${fault}`))
    .filter((fault) => !fault.includes('would stall'));
  expect({ ...report, checks: faults }).toMatchObject({ checks: [], region: 'local', seconds: 12 });
  expect(report).not.toHaveProperty('failure');
  expect(report).not.toHaveProperty('leftBehind');
  expect(await statusOf(report.streamId)).toBe(404);
});

test('an interrupted canary says so, and leaves nothing behind', async () => {
  const { canary, ran } = start(platform.ready.api, ['--size', '320x180', '--json']);
  const { stream } = await platform.waitForNext(({ event }) => event === 'ingest.publish.started');
  canary.kill('SIGTERM');
  const { code, output } = await ran;
  expect(code).toBe(143);
  expect(JSON.parse(output)).toMatchObject({ streamId: stream, failure: 'interrupted by SIGTERM' });
  expect(output).not.toContain('leftBehind');
  expect(await statusOf(String(stream))).toBe(404);
});

test.each([
  ['an API that is not there', () => 'http://127.0.0.1:2', [], {}, "can't be reached"],
  ['an address that is no API', () => platform.ready.edge, [], {}, 'not a Headwater control API'],
  [
    'another region',
    () => platform.ready.api,
    ['--region', 'eu-central-1'],
    {},
    'region local, not of eu-central-1',
  ],
  [
    'a wrong token',
    () => platform.ready.api,
    [],
    { HEADWATER_API_TOKEN: 'not-the-token' },
    'refuses the API token',
  ],
  [
    'a file without a token',
    () => platform.ready.api,
    ['--token-file', 'README.md'],
    {},
    "doesn't hold a token",
  ],
])('%s is one clear line', async (_, api, flags, env, words) => {
  const ran = await start(api(), flags, env).ran;
  expect(ran).toMatchObject({ code: 2, output: '' });
  expect(ran.words.trim().split('\n')).toHaveLength(1);
  expect(ran.words).toContain(words);
});
