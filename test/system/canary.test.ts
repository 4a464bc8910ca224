import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { heardSound, shownPictures } from '../../lib/adapters/node/ffmpeg/decode.ts';
import { publishNumbered } from '../../lib/adapters/node/ffmpeg/numbered-broadcast.ts';
import { apiRequests, noCredentials } from '../../lib/adapters/node/http/api-requests.ts';
import { edgeRequests } from '../../lib/adapters/node/http/edge-requests.ts';
import { pageOrigin } from '../../lib/canary/broadcast.ts';
import type { CanaryPorts, RequestEdge } from '../../lib/canary/ports.ts';
import { runCanary } from '../../lib/canary/run.ts';
import { systemClock } from '../../lib/net/clock.ts';
import { Platform } from '../../testkit/platform/platform.ts';
import { temporaryFolder } from '../../testkit/temporary-folder.ts';

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

/** An ffmpeg whose sound is 300 ms late, and that drops every tenth picture. */
const badEncoder = `#!/bin/bash
inputs=0
for argument in "$@"; do
  if [ "$argument" = -re ] && [ $((inputs++)) = 1 ]; then bad+=(-itsoffset 0.3); fi
  if [ "$argument" = -c:v ]; then bad+=(-vf 'select=not(eq(mod(n\\,10)\\,3))' -fps_mode passthrough); fi
  bad+=("$argument")
done
exec ffmpeg "\${bad[@]}"
`;

/** An edge that forgets a rendition from its third segment on, and keeps nothing in its cache. */
const badEdge =
  (edge: RequestEdge): RequestEdge =>
  async (url, options) => {
    const response = await edge(url, options);
    const isSegment = url.endsWith('.m4s');
    if (isSegment)
      return {
        ...response,
        headers: { ...response.headers, 'cache-control': 'no-store', 'x-cache': 'miss' },
      };
    if (!url.endsWith('/360p/playlist.m3u8')) return response;
    const playlist = response.body.toString();
    const segments = playlist.split(/(?=^#EXTINF)/m);
    const end = playlist.match(/^#EXT-X-(PRELOAD-HINT:.*|ENDLIST)\n/gm)?.join('') ?? '';
    return segments.length <= 3
      ? response
      : { ...response, body: Buffer.from(`${segments.slice(0, 3).join('')}${end}`) };
  };

test('the canary notices a late sound, dropped pictures, a rendition that stops and a cache that is off', async () => {
  await using cleanup = new AsyncDisposableStack();
  const folder = await temporaryFolder();
  cleanup.defer(() => folder.remove());
  const encoder = join(folder.path, 'ffmpeg');
  await writeFile(encoder, badEncoder, { mode: 0o700 });
  const ports: CanaryPorts = {
    api: apiRequests(platform.ready.api, noCredentials),
    edge: badEdge(edgeRequests(pageOrigin)),
    decoder: { pictures: (media) => shownPictures(media), sound: (media) => heardSound(media) },
    clock: systemClock,
    broadcast: (options) => publishNumbered(encoder, options),
  };
  const plan = { seconds: 12, size: '854x480' };
  const report = await runCanary(plan, ports, new AbortController().signal);
  const faults = report.checks
    .filter(({ name }) => !timed.includes(name))
    .flatMap(({ name, faults: found }) => found.map((fault) => `${name}: ${fault}`));
  expect(faults).toEqual([
    expect.stringMatching(/^continuity: HLS 360p: 4\.00 s of 12\.00 s published$/),
    expect.stringMatching(/^pictures: 480p: 30 pictures lost .* first: 3$/),
    expect.stringMatching(/^pictures: 360p: 210 pictures lost .* first: 3$/),
    expect.stringMatching(/^sound: sound against picture 3\d\d ms .* 3 of 3 beeps off/),
    expect.stringMatching(/^sound: 0\.\d\d s of silence, first at 0\.00 s/),
    expect.stringMatching(/^cache: \d+ of \d+ repeated requests for segments were cache hits/),
    expect.stringMatching(/^headers: segment: cache-control is 'no-store'/),
  ]);
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
