import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { bundlePage } from '../../../lib/player/bundle.ts';
import { apiCards } from '../../../lib/player/documents/api-cards.ts';
import { createPageServer } from '../../../lib/player/server.ts';
import { openBrowser } from '../../../testkit/platform/browser.ts';
import { type CannedPlatform, startCannedPlatform } from './canned-platform.ts';
import { type SampleBroadcast, startSampleBroadcast } from './sample-broadcast.ts';

/** The page's server and a browser in front of a canned platform, with a real live picture behind it. */
export interface PageUnderTest {
  readonly url: string;
  readonly platform: CannedPlatform;
  readonly sample: SampleBroadcast;
  /** Starts another sample, of sound alone, as this broadcast. */
  startSound(broadcastId: string): Promise<void>;
  /** Adds a file to every broadcast. */
  serve(name: string, body: string | Uint8Array): Promise<void>;
  /** Opens a path in a new tab, which notes every complaint of the browser and every request to elsewhere. */
  open(path: string): Promise<Tab>;
  close(): Promise<void>;
}

export interface Tab {
  readonly page: Page;
  /** Errors and warnings of the console, uncaught errors, requests that leave page and platform. */
  readonly complaints: string[];
}

export async function startPageUnderTest(): Promise<PageUnderTest> {
  const mediaDir = await mkdtemp(join(tmpdir(), 'headwater-page-'));
  const platform = await startCannedPlatform(mediaDir);
  const [sample, files, browser] = await Promise.all([
    startSampleBroadcast(mediaDir, `${platform.url}/time`),
    bundlePage(),
    openBrowser(),
  ]);
  const server = createPageServer(
    files,
    { apiBaseUrl: platform.url, edgeBaseUrl: platform.url, region: 'local' },
    { cards: apiCards(async () => platform.url) },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await browser.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url });

  const sounds: SampleBroadcast[] = [];
  return {
    url,
    platform,
    sample,
    async startSound(broadcastId) {
      const dir = join(mediaDir, broadcastId);
      await mkdir(dir);
      sounds.push(await startSampleBroadcast(dir, `${platform.url}/time`, { pictures: false }));
    },
    serve: (name, body) => writeFile(join(mediaDir, name), body),
    open: (path) => openTab(browser, url + path, [url, platform.url]),
    async close() {
      await browser.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, ...[sample, ...sounds].map((each) => each.end()), platform.close()]);
      await rm(mediaDir, { recursive: true, force: true });
    },
  };
}

async function openTab(browser: BrowserContext, url: string, known: readonly string[]): Promise<Tab> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const asked = request.url();
    const inside = known.some((base) => asked.startsWith(base)) || /^(blob|data):/.test(asked);
    if (!inside) complaints.push(`asked for ${asked}`);
  });
  await page.goto(url);
  return { page, complaints };
}

/** Waits until the player is in this condition; the page says it on the player's element. */
export async function playerIs(page: Page, condition: string): Promise<void> {
  await page.locator(`.player[data-condition="${condition}"]`).waitFor();
}

/** Waits until the picture has moved on by `seconds`. */
export async function pictureMoves(page: Page, seconds = 0.5): Promise<void> {
  const from = await page.evaluate(() => document.querySelector('video')?.currentTime ?? 0);
  await page.waitForFunction(
    (until) => (document.querySelector('video')?.currentTime ?? 0) > until,
    from + seconds,
  );
}

/**
 * What a checker of accessibility finds first: one h1, landmarks, a language, a title, and a name on everything that can be
 * used. Returns a line for each fault.
 */
export function accessibilityFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const count = (selector: string) => document.querySelectorAll(selector).length;
    if (document.documentElement.lang === '') faults.push('no language');
    if (document.title === '') faults.push('no title');
    if (count('h1') !== 1) faults.push(`${count('h1')} h1`);
    if (count('main') !== 1) faults.push(`${count('main')} main`);
    if (count('header') < 1 || count('nav') < 1) faults.push('no header or navigation');
    const nameOf = (element: Element): string =>
      [
        element.getAttribute('aria-label'),
        ...(element.getAttribute('aria-labelledby') ?? '')
          .split(' ')
          .map((id) => document.getElementById(id)?.textContent),
        element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : element.textContent,
      ].join('');
    for (const element of document.querySelectorAll(
      'button, a, input, select, dialog, section[aria-labelledby]',
    )) {
      if (nameOf(element).trim() === '') faults.push(`no name: ${element.outerHTML.slice(0, 100)}`);
    }
    for (const element of document.querySelectorAll(
      '[aria-labelledby], [aria-describedby], [aria-controls]',
    )) {
      for (const attribute of ['aria-labelledby', 'aria-describedby', 'aria-controls']) {
        for (const id of element.getAttribute(attribute)?.split(' ') ?? []) {
          if (!document.getElementById(id)) faults.push(`${attribute} names nothing: ${id}`);
        }
      }
    }
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
    if (new Set(ids).size !== ids.length) faults.push('an id stands twice');
    const levels = [...document.querySelectorAll('h1, h2, h3')].map(({ tagName }) => Number(tagName[1]));
    if (levels.some((level, index) => level > (levels[index - 1] ?? 0) + 1))
      faults.push('a heading level is left out');
    return faults;
  });
}
