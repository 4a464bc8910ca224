import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { Publisher } from '../../../testkit/media/publisher.ts';
import { openBrowser } from '../../../testkit/platform/browser.ts';
import { Platform } from '../../../testkit/platform/platform.ts';
import type { CreatedStream } from '../../../testkit/platform/streams.ts';
import { accessibilityFaults, pictureMoves, playerIs } from '../player/page-under-test.ts';

/** This machine as another device at home calls it: an address that is none of its own user's names. */
const called = '127.0.0.2';
let platform: Platform;
let token: string;
let browser: BrowserContext;
const at = (url: string) => url.replace('127.0.0.1', called);

beforeAll(async () => {
  platform = await Platform.start(['--host', '0.0.0.0', '--workers', '1', '--proxies', '1']);
  token = await readFile(join(platform.dataDir, 'api-token'), 'utf8');
  browser = await openBrowser({ viewport: { width: 390, height: 844 } });
});
afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

const bearer = () => ({ authorization: `Bearer ${token}` });
const ask = (path: string, headers: Record<string, string> = {}) =>
  fetch(at(platform.ready.api) + path, { headers });

async function create(name: string): Promise<CreatedStream> {
  const answer = await fetch(`${at(platform.ready.api)}/v1/streams`, {
    method: 'POST',
    headers: { ...bearer(), 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  return (await answer.json()) as CreatedStream;
}

/** A page, and what its console complains of. */
async function open(path: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(at(platform.ready.page) + path);
  return { page, complaints };
}

const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 });

describe('a platform that other devices reach', () => {
  test('asks them for the token, and its own user for none', async () => {
    expect((await ask('/v1/streams')).status).toBe(401);
    expect((await ask('/v1/streams', { authorization: `Bearer ${'0'.repeat(64)}` })).status).toBe(401);
    expect((await ask('/v1/streams', bearer())).status).toBe(200);
    expect((await fetch(`${platform.ready.api}/v1/streams`)).status).toBe(200);
    const cross = await ask('/v1/streams', { ...bearer(), origin: 'http://evil.example' });
    expect(cross.status).toBe(403);
  });

  test('opens page, API, edge and ingest, and nothing else', async () => {
    const { ingest, page, api, edge, processes } = platform.ready;
    const open = [page, api, edge, ingest.rtmp, ingest.rtmps].map((url) => Number(new URL(url).port));
    const others = [
      Number(new URL(platform.ready.processApi).port),
      ...processes.map(({ port }) => port).filter((port) => !open.includes(port)),
    ];
    expect(others.length).toBeGreaterThan(5);
    for (const port of open) {
      const socket = connect(port, called);
      await once(socket, 'connect');
      socket.destroy();
    }
    for (const port of others)
      await expect(once(connect(port, called), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('can be published to and watched under the name that was called', async () => {
    const { ingest, playback } = await create('From a phone');
    for (const url of [ingest.rtmp.url, ingest.rtmps.url, playback.dash, playback.hls, playback.page])
      expect(new URL(url).hostname).toBe(called);
    const publisher = new Publisher({ url: `${ingest.rtmps.url}/${ingest.rtmps.key}`, size: '640x360' });
    const { page, complaints } = await open(new URL(playback.page).pathname);
    await playerIs(page, 'playing');
    await pictureMoves(page);
    const asked = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
    expect(asked.map((url) => url.split('?')[0])).toContain(`${at(platform.ready.edge)}/time`);
    expect(asked.filter((url) => new URL(url).hostname !== called)).toEqual([]);
    // Until the stream is on air there is nothing to find; its policy keeps the page from nothing.
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
    await page.close();
    await publisher.stop();
  });

  test('lets in whoever opens the link, for as long as the tab is there', async () => {
    const { page } = await open(`/#token=${token}`);
    await heading(page, 'Streams').waitFor();
    expect(page.url()).not.toContain('token');
    await page.reload();
    await page.getByRole('button', { name: 'New stream' }).click();
    await page.getByLabel('Name').fill('On the road');
    await page.getByRole('button', { name: 'Create stream' }).click();
    await heading(page, 'On the road').waitFor();
    await page.getByText(`rtmp://${called}:`).first().waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await heading(page, 'Sign in to manage streams').waitFor();
    // The same tab is let in again: its address changes and nothing is loaded.
    await page.goto(`${at(platform.ready.page)}/#token=${token}`);
    await heading(page, 'Streams').waitFor();
    expect(page.url()).not.toContain('token');
    await page.close();
  });

  test('takes a token that is typed, and says so if it is another', async () => {
    const { page } = await open('/');
    await heading(page, 'Sign in to manage streams').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByLabel('Token').fill('1'.repeat(64));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').filter({ hasText: 'doesn’t accept this token' }).waitFor();
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await heading(page, 'Streams').waitFor();
    await page.close();
  });
});
