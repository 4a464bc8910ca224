import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { BrowserContext } from 'playwright-core';
import { Publisher } from '../../testkit/media/publisher.ts';
import { openBrowser } from '../../testkit/platform/browser.ts';
import { Platform, type PlatformEvent } from '../../testkit/platform/platform.ts';
import { createStream, getStream, streamEvent } from '../../testkit/platform/streams.ts';
import { temporaryFolder } from '../../testkit/temporary-folder.ts';

const root = join(import.meta.dirname, '..', '..');

/** The programs' sources in a folder of their own, so that the test may change them. */
let tree: Awaited<ReturnType<typeof temporaryFolder>>;
let platform: Platform;
let browser: BrowserContext;
beforeAll(async () => {
  tree = await temporaryFolder();
  for (const name of ['bin', 'lib', 'package.json', 'tsconfig.json']) {
    await cp(join(root, name), join(tree.path, name), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(tree.path, 'node_modules'));
  const live = join(tree.path, 'bin/live.ts');
  [platform, browser] = await Promise.all([
    Platform.start(['--watch', '--inspect', 'origin'], undefined, {}, live),
    openBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await platform?.stop();
  await tree?.remove();
});

async function edit(path: string, change: (text: string) => string): Promise<void> {
  const file = join(tree.path, path);
  await writeFile(file, change(await readFile(file, 'utf8')));
}

const next = (name: string) => platform.waitForNext(({ event }) => event === name);

/** What happened to processes since `from`, in order, as "restarted edge". */
const changesSince = (from: number) =>
  platform.events
    .slice(from)
    .filter(({ event }) => event === 'process.exited' || event === 'process.restarted')
    .map(({ event, process }) => `${event.slice('process.'.length)} ${process}`);

/** The next restart of this process. */
const restarted = (name: string): Promise<PlatformEvent> =>
  platform.waitForNext(({ event, process }) => event === 'process.restarted' && process === name);

test('a changed file restarts the processes that run it, one after another, and no others', async () => {
  const from = platform.events.length;
  const restarting = next('watch.restarting');
  const last = restarted('edge');
  await edit('lib/edge/cache.ts', (text) => `${text}\n// Changed.\n`);
  expect(await restarting).toMatchObject({
    files: ['lib/edge/cache.ts'],
    processes: ['live-origin', 'shield', 'edge'],
  });
  await last;
  expect(changesSince(from)).toEqual(
    ['live-origin', 'shield', 'edge'].flatMap((name) => [`exited ${name}`, `restarted ${name}`]),
  );
  expect((await fetch(`${platform.ready.edge}/time`)).status).toBe(200);
});

test('a file that does not parse restarts nothing until it is mended', async () => {
  const from = platform.events.length;
  const fault = next('watch.source-fault');
  await edit('lib/origin/http.ts', (text) => `const = 1;\n${text}`);
  expect(await fault).toMatchObject({ at: 'lib/origin/http.ts:1:7', level: 'error' });
  expect(changesSince(from)).toEqual([]);
  const back = restarted('origin');
  await edit('lib/origin/http.ts', (text) => text.replace('const = 1;', '// Mended.'));
  await back;
  expect(changesSince(from)).toEqual(['exited origin', 'restarted origin']);
});

test('a debugger finds the process of --inspect where it was, after a restart too', async () => {
  const { process, at } = platform.ready.inspector ?? {};
  const targets = await (await fetch(`http://${at}/json/list`)).json();
  expect(process).toBe('origin');
  expect(targets).toMatchObject([{ title: 'bin/origin.ts', type: 'node' }]);
});

test('a change of the workers’ code during a broadcast: they restart in turn, and it goes on', async () => {
  const stream = await createStream(platform, { name: 'edited' });
  const { url, key } = stream.ingest.rtmp;
  const publisher = new Publisher({ url: `${url}/${key}`, size: '640x360' });
  await streamEvent(platform, stream.id, 'stream.live');
  const before = (await getStream(platform, stream.id)).broadcast;
  const from = platform.events.length;
  const last = restarted('encoder-2');
  await edit('lib/encoder/worker.ts', (text) => `${text}\n// Changed.\n`);
  await last;
  expect(changesSince(from)).toEqual([
    ...['exited encoder-1', 'restarted encoder-1', 'exited encoder-2', 'restarted encoder-2'],
  ]);
  await streamEvent(platform, stream.id, 'publisher.rehomed');
  const after = await getStream(platform, stream.id);
  expect(after.state).toBe('live');
  expect(after.broadcast?.id).toBe(before?.id);
  expect(publisher.process.exitCode).toBeNull();
  await publisher.stop();
});

test('a changed source of the page is in the open tab by itself', async () => {
  const tab = await browser.newPage();
  await tab.goto(platform.ready.page);
  await edit(
    'lib/player/page/main.tsx',
    (text) => `${text}\ndocument.documentElement.dataset.build = 'two';\n`,
  );
  await tab.locator('html[data-build=two]').waitFor();
});

test('a change of the supervisor’s own code is said, for it cannot restart itself', async () => {
  const from = platform.events.length;
  const said = next('watch.own-source-changed');
  await edit('bin/live.ts', (text) => `${text}\n// Changed.\n`);
  expect(await said).toMatchObject({ files: ['bin/live.ts'], level: 'warn' });
  expect(changesSince(from)).toEqual([]);
});
