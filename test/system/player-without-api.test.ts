import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BrowserContext, Page, Request } from 'playwright-core';
import { bundlePage } from '../../lib/player/bundle.ts';
import { createPageServer } from '../../lib/player/server.ts';
import { Publisher } from '../../testkit/media/publisher.ts';
import { openBrowser } from '../../testkit/platform/browser.ts';
import { Platform } from '../../testkit/platform/platform.ts';
import { type CreatedStream, createStream } from '../../testkit/platform/streams.ts';
import { accessibilityFaults, pictureMoves, playerIs } from './player/page-under-test.ts';

let platform: Platform;
let stream: CreatedStream;
let browser: BrowserContext;
let server: Server;
let base: string;
let publisher: Publisher | undefined;

// Configured as on AWS: an edge, a region that this stream isn't in, and no API.
beforeAll(async () => {
  [platform, browser] = await Promise.all([Platform.start(), openBrowser()]);
  server = createPageServer(await bundlePage(), { edgeBaseUrl: platform.ready.edge, region: 'elsewhere' });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  stream = await createStream(platform, { name: 'watched' });
});
afterAll(async () => {
  await browser?.close();
  await publisher?.stop();
  server?.closeAllConnections();
  server?.close();
  await platform?.stop();
});

/** The page marks its own looks in the query. */
const pathOf = (request: Request) => new URL(request.url()).pathname;

const publish = () =>
  new Publisher({ url: `${stream.ingest.rtmp.url}/${stream.ingest.rtmp.key}`, size: '854x480' });

/** Opens a tab and records requests to anything but the page's own server and the edge. */
async function openTab(path: string): Promise<{ page: Page; strays: string[] }> {
  const page = await browser.newPage();
  const strays: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    const known = [base, platform.ready.edge, 'blob:', 'data:'].some((start) => url.startsWith(start));
    if (!known) strays.push(url);
  });
  await page.goto(base + path);
  return { page, strays };
}

test('the platform’s own page says a stream’s name to link previews, and to frames who may show it', async () => {
  const { headers, text } = await fetch(`${platform.ready.page}/embed/${stream.id}?region=local`).then(
    async (answer) => ({ headers: answer.headers, text: await answer.text() }),
  );
  expect(headers.get('content-security-policy')).toContain('frame-ancestors *');
  expect(text).toContain('<meta property="og:title" content="watched" />');
  const url = `${platform.ready.page}/watch/${stream.id}?region=local`;
  const oembed = await fetch(`${platform.ready.page}/oembed?url=${encodeURIComponent(url)}`);
  expect(await oembed.json()).toMatchObject({ type: 'video', title: 'watched' });
});

describe('the page without an API', () => {
  test('waits for the broadcast, plays it, shows its end, and continues with the next', async () => {
    const { page, strays } = await openTab(`/watch/${stream.id}?region=local`);
    await page.locator('.scene').getByText('Not on air').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    publisher = publish();
    await playerIs(page, 'playing');
    await pictureMoves(page, 4);
    expect(await page.getByText('Broadcaster console').count()).toBe(0);

    const looks: string[] = [];
    page.on('request', (request) => {
      if (pathOf(request) === `/local/${stream.id}/manifest.mpd`) looks.push(request.url());
    });
    await pictureMoves(page, 4);
    expect(looks).toEqual([]);

    await publisher.stop();
    await page.locator('.scene').getByText('This broadcast has ended').waitFor();
    publisher = publish();
    await playerIs(page, 'playing');
    await pictureMoves(page);
    expect(strays).toEqual([]);
    await page.close();
  });

  test('polls its own region if the URL names none, and does not give up', async () => {
    const page = await browser.newPage();
    const second = page.waitForRequest(
      (() => {
        let seen = 0;
        return (request) => pathOf(request) === `/elsewhere/${stream.id}/manifest.mpd` && ++seen === 2;
      })(),
    );
    await page.goto(`${base}/watch/${stream.id}`);
    await second;
    await page.locator('.scene').getByText('Not on air').waitFor();
    await page.close();
  });

  test.each(['/', '/streams/7h2kqv0m4x9rt3bz'])('%s says in a sentence what to do', async (path) => {
    const { page, strays } = await openTab(path);
    await page.getByRole('heading', { name: 'Watch live streams here' }).waitFor();
    await page.getByText('This page is the viewer only: it has no console.').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(strays).toEqual([]);
    await page.close();
  });
});
