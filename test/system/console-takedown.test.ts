import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { bundlePage } from '../../lib/player/bundle.ts';
import { createPageServer } from '../../lib/player/server.ts';
import { Publisher } from '../../testkit/media/publisher.ts';
import { openBrowser } from '../../testkit/platform/browser.ts';
import { Platform } from '../../testkit/platform/platform.ts';
import { createStream, streamEvent } from '../../testkit/platform/streams.ts';
import { accessibilityFaults, pictureMoves, playerIs } from './player/page-under-test.ts';

let platform: Platform;
let browser: BrowserContext;
let publisher: Publisher | undefined;
/** The viewer page configured as on AWS: with an edge and without an API. */
let viewerOnly: Server;
beforeAll(async () => {
  [platform, browser] = await Promise.all([Platform.start(), openBrowser()]);
  viewerOnly = createPageServer(await bundlePage(), { edgeBaseUrl: platform.ready.edge, region: 'local' });
  viewerOnly.listen(0, '127.0.0.1');
  await once(viewerOnly, 'listening');
});
afterAll(async () => {
  await browser?.close();
  await publisher?.stop();
  viewerOnly?.closeAllConnections();
  viewerOnly?.close();
  await platform?.stop();
});

async function watch(url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  await playerIs(page, 'playing');
  await pictureMoves(page);
  return page;
}

test('a takedown from the console: viewers go dark, with an API or without, and a restore brings the recording back', async () => {
  const stream = await createStream(platform, { name: 'taken down from the console' });
  const { url, key } = stream.ingest.rtmp;
  publisher = new Publisher({ url: `${url}/${key}`, size: '640x360' });
  await streamEvent(platform, stream.id, 'stream.live');
  const { port } = viewerOnly.address() as AddressInfo;
  const viewers = await Promise.all([
    watch(`${platform.ready.page}/watch/${stream.id}`),
    watch(`http://127.0.0.1:${port}/watch/${stream.id}`),
    watch(`${platform.ready.page}/watch/${stream.id}?protocol=hls`),
  ]);

  const page = await browser.newPage();
  await page.goto(`${platform.ready.page}/streams/${stream.id}`);
  await page.getByRole('button', { name: 'Take down…' }).click();
  await page.getByLabel('Reason').fill('Reported by the owner of the footage');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Taking down' });
  await dialog.getByText(/^Stopped for all viewers in \d+\.\d+ s(;|$)/).waitFor();
  for (const viewer of viewers) {
    await playerIs(viewer, 'taken-down');
    await viewer.locator('.scene').getByText('This stream is no longer available').waitFor();
  }
  await dialog.getByText('Recordings quarantined').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  const banner = page.getByRole('region', { name: 'This stream has been taken down' });
  await banner.getByText('Reported by the owner of the footage').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.locator('.event').getByText('Stream taken down: Reported by the owner').waitFor();
  expect(await publisher.ended()).not.toBe(0);

  await page.getByRole('button', { name: 'Restore…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
  await page
    .getByRole('dialog')
    .getByText(/^Viewers can watch it again; completed in /)
    .waitFor();
  await banner.waitFor({ state: 'detached' });
  await page.locator('h1').getByText('Ended').waitFor();
  for (const viewer of viewers) {
    await playerIs(viewer, 'playing');
    await pictureMoves(viewer);
  }

  const { dash, hls } = stream.playback;
  const [, broadcastId] = /([0-9a-z]{16})\//.exec(await (await fetch(dash)).text()) ?? [];
  const recording = `${platform.ready.edge}/local/${stream.id}/${broadcastId}/index.m3u8`;
  expect((await fetch(recording)).status).toBe(200);
  const objects = join(platform.dataDir, 'origin', 'objects');
  expect(existsSync(join(objects, 'local', stream.id, broadcastId ?? ''))).toBe(true);
  // The recording by itself first, and with it the manifests of the stream, which lead to it.
  const broadcast = `${platform.ready.api}/v1/streams/${stream.id}/broadcasts/${broadcastId}`;
  const removed = await fetch(broadcast, { method: 'DELETE' });
  expect([removed.status, (await removed.json()).state]).toEqual([202, 'deleted']);
  expect((await fetch(recording)).status).toBe(410);
  expect(existsSync(join(objects, 'local', stream.id))).toBe(false);
  // Then the stream: nothing of it is left at the edge, nor on the disk.
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Delete stream' }).click();
  await page.getByRole('dialog').getByLabel('Delete for good').check();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete stream' }).click();
  await page.locator('main').getByText('The recordings have been deleted.').waitFor();
  const answers = await Promise.all([dash, hls, recording].map((url) => fetch(url)));
  expect(answers.map(({ status }) => status)).toEqual([410, 410, 410]);
  for (const prefix of ['local', 'quarantine/local']) {
    expect(existsSync(join(objects, prefix, stream.id))).toBe(false);
  }
});
