import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { Publisher } from '../../testkit/media/publisher.ts';
import { openBrowser } from '../../testkit/platform/browser.ts';
import { Platform } from '../../testkit/platform/platform.ts';
import { type CreatedStream, createStream, streamEvent } from '../../testkit/platform/streams.ts';
import { serveStockPlayers } from '../../testkit/screen/stock-players.ts';
import { accessibilityFaults, playerIs } from './player/page-under-test.ts';

let platform: Platform;
let stream: CreatedStream;
let publisher: Publisher;
let browser: BrowserContext;
/** Somebody else's site, which sells links. */
let shop: Server;

beforeAll(async () => {
  platform = await Platform.start();
  stream = await createStream(platform, { name: 'watched', playback: 'signed' });
  publisher = new Publisher({
    url: `${stream.ingest.rtmps.url}/${stream.ingest.rtmps.key}`,
    size: '854x480',
  });
  await streamEvent(platform, stream.id, 'stream.live');
  browser = await openBrowser();
  shop = createServer((_, response) =>
    response.setHeader('content-type', 'text/html').end('<title>Shop</title>'),
  );
  shop.listen(0, '127.0.0.1');
  await once(shop, 'listening');
});
afterAll(async () => {
  await browser?.close();
  shop?.closeAllConnections();
  shop?.close();
  await publisher?.stop();
  await platform?.stop();
});

/** Resolves once the video's time has moved on by `seconds` since the call. */
async function playsOn(page: Page, seconds: number): Promise<void> {
  const from = await page.evaluate(() => document.querySelector('video')?.currentTime ?? 0);
  await page.waitForFunction(
    ([start, more]) => (document.querySelector('video')?.currentTime ?? 0) >= start + more,
    [from, seconds] as const,
    { timeout: 60_000 },
  );
}

interface Session {
  readonly id: string;
  readonly expiresAt: string;
  readonly playback: { readonly dash: string; readonly hls: string; readonly page: string };
}

const sessions = (rest = '') => `${platform.ready.api}/v1/streams/${stream.id}/playback-sessions${rest}`;

async function link(ttlSeconds: number): Promise<Session> {
  const answer = await fetch(sessions(), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ttlSeconds, viewerId: 'seat-12' }),
  });
  expect(answer.status).toBe(201);
  return (await answer.json()) as Session;
}

const pageBy = ({ playback: { page } }: Session, protocol: string) =>
  page.replace('?region=', `?protocol=${protocol}&region=`);

async function watch(session: Session, protocol: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(pageBy(session, protocol));
  await playerIs(page, 'playing');
  return page;
}

/** What an edge answers these URLs: the manifests and playlists of a link, and a segment behind them. */
async function statuses({ playback }: Session, method = 'GET'): Promise<number[]> {
  const urls = [playback.dash, playback.hls, ...media.map((path) => new URL(path, playback.hls).href)];
  return Promise.all(urls.map(async (url) => (await fetch(url, { method })).status));
}

/** A rendition's playlist and one of its segments, relative to the stream's. */
let media: string[] = [];

async function findMedia(): Promise<void> {
  const { hls } = (await link(60)).playback;
  const line = (text: string, pattern: RegExp) => pattern.exec(text)?.[0] ?? '';
  const playlist = line(await (await fetch(hls)).text(), /^[^#\n]+playlist\.m3u8/m);
  const url = new URL(playlist, hls);
  const segment = line(await (await fetch(url)).text(), /^\d+\.m4s/m);
  media = [playlist, playlist.replace('playlist.m3u8', segment)];
}

describe('a signed stream in Chromium', () => {
  test('hls.js plays it by its link alone', async () => {
    const stock = await serveStockPlayers();
    const page = await browser.newPage();
    await page.goto(stock.page('hls.js', (await link(600)).playback.hls));
    await playsOn(page, 2);
    await page.close();
    stock.close();
  });

  test('plays until its link expires and says so, but goes on where whoever opened it renews the link', async () => {
    await findMedia();
    const [short, other, first] = [await link(12), await link(12), await link(12)];
    const alone = [await watch(short, 'dash'), await watch(other, 'hls')];
    const seller = await browser.newPage();
    await seller.exposeFunction('newLink', async () => (await link(600)).playback.page);
    await seller.goto(`http://127.0.0.1:${(shop.address() as AddressInfo).port}/`);
    await seller.evaluate(() => {
      const { newLink } = globalThis as unknown as { newLink: () => Promise<string> };
      Object.assign(globalThis, { asked: [] });
      addEventListener('message', async ({ data, source }) => {
        if (data?.type !== 'headwater.renew') return;
        (globalThis as unknown as { asked: object[] }).asked.push(data);
        (source as Window).postMessage({ type: 'headwater.link', link: await newLink() }, '*');
      });
    });
    const opened = browser.waitForEvent('page');
    await seller.evaluate((url) => void open(url), pageBy(first, 'dash'));
    const renewed = await opened;
    await playerIs(renewed, 'playing');
    for (const page of alone) {
      await playerIs(page, 'link-expired');
      await page.locator('.scene').getByText('This link has expired').waitFor();
      expect(await page.evaluate(() => document.querySelector('video')?.videoWidth)).toBe(0);
    }
    expect(await statuses(short)).toEqual([403, 403, 403, 403]);
    expect(Date.now()).toBeGreaterThan(Date.parse(first.expiresAt));
    await playsOn(renewed, 4);
    expect(
      await renewed.evaluate(() => document.querySelector('.player')?.getAttribute('data-condition')),
    ).toBe('playing');
    const asked = await seller.evaluate(() => (globalThis as unknown as { asked: object[] }).asked);
    expect(asked).toContainEqual({
      type: 'headwater.renew',
      streamId: stream.id,
      expiresAt: first.expiresAt,
    });
    expect(JSON.stringify(asked)).not.toContain('~');
    await Promise.all([...alone, renewed, seller].map((page) => page.close()));
  });

  test('goes dark for a viewer whose link is revoked, and then for all', async () => {
    const [gone, stays] = [await link(600), await link(600)];
    const pages = [await watch(gone, 'dash'), await watch(gone, 'hls'), await watch(stays, 'dash')];
    expect((await fetch(sessions(`/${gone.id}`), { method: 'DELETE' })).status).toBe(204);
    for (const page of pages.slice(0, 2)) {
      await playerIs(page, 'link-revoked');
      await page.locator('.scene').getByText('This link was revoked').waitFor();
    }
    expect(await statuses(gone)).toEqual([403, 403, 403, 403]);
    expect(await statuses(stays)).toEqual([200, 200, 200, 200]);
    await playsOn(pages[2]!, 2);
    expect((await fetch(sessions(), { method: 'DELETE' })).status).toBe(204);
    await playerIs(pages[2]!, 'link-revoked');
    expect(await statuses(stays)).toEqual([403, 403, 403, 403]);
    expect(await statuses(await link(60))).toEqual([200, 200, 200, 200]);
    await Promise.all(pages.map((page) => page.close()));
  });
});

test('the console shows the picture of a signed stream, and makes, shows and revokes links', async () => {
  const page = await browser.newPage();
  await page.goto(`${platform.ready.page}/streams/${stream.id}`);
  await playsOn(page, 1);
  await page.getByRole('radio', { name: /^Only people with a link/, checked: true }).waitFor();
  await page.getByRole('button', { name: 'Create a link…' }).click();
  await page.getByLabel('Viewer ID (optional)').fill('seat 7');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByRole('alert').waitFor();
  await page.getByLabel('Viewer ID (optional)').fill('seat-7');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Show Link for seat-7' }).click();
  const made = await page.locator('.made-link .copy-text').innerText();
  expect(made).toContain('.seat-7.');
  expect(await accessibilityFaults(page)).toEqual([]);
  const viewer = await browser.newPage();
  await viewer.goto(made);
  await playerIs(viewer, 'playing');
  await page.getByRole('button', { name: 'Revoke link for seat-7' }).click();
  await page.locator('.made-link').waitFor({ state: 'detached' });
  await playerIs(viewer, 'link-revoked');

  await page.getByRole('button', { name: 'Revoke all links…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke all' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  // Its own link was revoked, too: it makes itself another.
  await playsOn(page, 1);
  await page.close();
  await viewer.close();
});

test('nothing of a signed stream is served to anyone else, by any tier, and no log has a token', async () => {
  const session = await link(600);
  expect(await statuses({ ...session, playback: stream.playback })).toEqual([403, 403, 403, 403]);
  expect(await statuses({ ...session, playback: stream.playback }, 'HEAD')).toEqual([403, 403, 403, 403]);
  const inner = ['shield', 'live-origin', 'origin'];
  const tiers = platform.ready.processes.filter(({ role }) => inner.includes(role));
  expect(tiers).toHaveLength(3);
  for (const { port, role } of tiers) {
    for (const path of [new URL(session.playback.hls).pathname, new URL(stream.playback.hls).pathname]) {
      const { status } = await fetch(`http://127.0.0.1:${port}${path}`);
      // The shield gives others what is public, but has no keys.
      expect(role === 'shield' ? [403, 503] : [401]).toContain(status);
    }
    expect((await fetch(`http://127.0.0.1:${port}/_metrics`)).status).toBe(401);
  }
  await setPlayback('public');
  expect(await statuses({ ...session, playback: stream.playback })).toEqual([200, 200, 200, 200]);
  await setPlayback('signed');
  expect(await statuses({ ...session, playback: stream.playback })).toEqual([403, 403, 403, 403]);
  const token = new URL(session.playback.page).hash.split('.').at(-1) ?? '';
  expect(token.length).toBe(43);
  expect(JSON.stringify(platform.events)).not.toContain(token);
});

test('a link to a recording, made in the console, plays it without the console', async () => {
  const ended = streamEvent(platform, stream.id, 'stream.ended');
  await publisher.stop();
  await ended;
  const page = await browser.newPage();
  await page.goto(`${platform.ready.page}/streams/${stream.id}`);
  const recordings = page.getByRole('region', { name: 'Recordings' });
  await recordings.getByRole('button', { name: /^Copy link to the recording of/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Valid for').selectOption('1 hour');
  expect(await accessibilityFaults(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Create link' }).click();
  await dialog.getByRole('button', { name: 'Show Link' }).click();
  await dialog.getByText(/^Valid until/).waitFor();
  const made = await dialog.locator('.copy-text').innerText();
  expect(made).toMatch(/[?&]broadcast=[0-9a-z]{16}#~/);
  const viewer = await browser.newPage();
  await viewer.goto(made.replace(/#.*/, ''));
  await playerIs(viewer, 'link-missing');
  await viewer.goto('about:blank');
  await viewer.goto(made);
  await playsOn(viewer, 1);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page.locator('.made-link').waitFor();
  await page.close();
  await viewer.close();
});

/** Resolves when the edge knows of it. */
async function setPlayback(playback: 'public' | 'signed'): Promise<void> {
  const known = platform.waitForNext(
    ({ event, role }) => event === 'edge.denials.changed' && role === 'edge',
  );
  await fetch(`${platform.ready.api}/v1/streams/${stream.id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ playback }),
  });
  await known;
}
