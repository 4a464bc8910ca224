import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { bundlePage } from '../../../lib/player/bundle.ts';
import { apiCards } from '../../../lib/player/documents/api-cards.ts';
import type { PageFiles } from '../../../lib/player/policy/routes.ts';
import type { RuntimeConfig } from '../../../lib/player/policy/runtime-config.ts';
import { createPageServer } from '../../../lib/player/server.ts';
import { openBrowser } from '../../../testkit/platform/browser.ts';
import { type CannedPlatform, startCannedPlatform } from './canned-platform.ts';
import { makeSampleRecording, type SampleBroadcast, startSampleBroadcast } from './sample-broadcast.ts';

/** The page's server in front of a canned platform. */
export interface PageUnderTest {
  readonly url: string;
  readonly platform: CannedPlatform;
  /** Opens a path, or a whole address, in a new tab, which notes every complaint of the browser and every request to elsewhere. */
  open(path: string, media?: Parameters<Page['emulateMedia']>[0]): Promise<Tab>;
  close(): Promise<void>;
}

/** Several of them in one browser, with a real live picture behind each. */
export interface PagesUnderTest extends PageUnderTest {
  /** Another platform behind a page of its own: for what would disturb those who look at this one. It is closed with this one. */
  beside(config?: (platformUrl: string) => Partial<RuntimeConfig>): Promise<PageUnderTest>;
  /** Starts another sample as this broadcast. */
  startSample(broadcastId: string, how?: { readonly pictures?: boolean }): Promise<SampleBroadcast>;
  /** Makes a recording of its own for this broadcast. */
  record(broadcastId: string, seconds: number): Promise<void>;
}

export interface Tab {
  readonly page: Page;
  /** Errors and warnings of the console, uncaught errors, requests that leave page and platform. */
  readonly complaints: string[];
}

export async function startPagesUnderTest(): Promise<PagesUnderTest> {
  const mediaDir = await mkdtemp(join(tmpdir(), 'headwater-page-'));
  const [sample, files, browser] = await Promise.all([
    startSampleBroadcast(mediaDir),
    bundlePage(),
    openBrowser(),
  ]);
  const first = await startPage({ files, browser, mediaDir });
  await browser.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: first.url });

  const samples: SampleBroadcast[] = [sample];
  const others: PageUnderTest[] = [];
  /** An empty folder for the media of this broadcast. */
  const folderOf = async (broadcastId: string) => {
    const dir = join(mediaDir, broadcastId);
    await mkdir(dir);
    first.platform.media.set(broadcastId, dir);
    return dir;
  };
  return {
    ...first,
    async beside(config) {
      const other = await startPage({ files, browser, mediaDir, config });
      others.push(other);
      return other;
    },
    async startSample(broadcastId, how) {
      const started = await startSampleBroadcast(await folderOf(broadcastId), how);
      samples.push(started);
      return started;
    },
    async record(broadcastId, seconds) {
      await makeSampleRecording(await folderOf(broadcastId), seconds);
    },
    async close() {
      await browser.close();
      await Promise.all([first, ...others].map((each) => each.close()));
      await Promise.all(samples.map((each) => each.end()));
      await rm(mediaDir, { recursive: true, force: true });
    },
  };
}

async function startPage(of: {
  readonly files: PageFiles;
  readonly browser: BrowserContext;
  readonly mediaDir: string;
  /** What the page's configuration has besides. @default an API without a login */
  readonly config?: ((platformUrl: string) => Partial<RuntimeConfig>) | undefined;
}): Promise<PageUnderTest> {
  const { files, browser, mediaDir, config = (apiBaseUrl) => ({ apiBaseUrl }) } = of;
  const platform = await startCannedPlatform(mediaDir);
  const server = createPageServer(
    files,
    { edgeBaseUrl: platform.url, region: 'local', ...config(platform.url) },
    { cards: apiCards(async () => platform.url) },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    platform,
    open: (path, media) => openTab(browser, new URL(path, url).href, [url, platform.url], media),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, platform.close()]);
    },
  };
}

async function openTab(
  browser: BrowserContext,
  url: string,
  known: readonly string[],
  media?: Parameters<Page['emulateMedia']>[0],
): Promise<Tab> {
  const page = await browser.newPage();
  if (media) await page.emulateMedia(media);
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
