import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from 'playwright-core';
import { bundlePage } from '../../../lib/player/bundle.ts';
import { createPageServer } from '../../../lib/player/server.ts';
import { openBrowser } from '../../../testkit/platform/browser.ts';

/** The viewer page without an API, in a browser, in front of an edge. */
export interface PageOnEdge extends AsyncDisposable {
  readonly browser: BrowserContext;
  watch(streamId: string): Promise<Page>;
}

export async function startPageOnEdge(edgeBaseUrl: string): Promise<PageOnEdge> {
  const [files, browser] = await Promise.all([bundlePage(), openBrowser()]);
  const server = createPageServer(files, { edgeBaseUrl, region: 'local' });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    browser,
    async watch(streamId) {
      const page = await browser.newPage();
      await page.goto(`${url}/watch/${streamId}`);
      return page;
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Waits until pictures of this height are shown and the page says so; returns the qualities that its menu offers. */
export async function showsHeight(page: Page, height: number): Promise<string[]> {
  const button = page.getByRole('button', { name: `Quality: Auto · ${height}p` });
  await button.waitFor();
  await page.waitForFunction((wanted) => document.querySelector('video')?.videoHeight === wanted, height);
  await button.press('Enter');
  const items = page.getByRole('menuitemradio');
  await items.first().waitFor();
  const offered = await items.allInnerTexts();
  await page.keyboard.press('Escape');
  return offered.map((text) => text.trim().split(/\s{2,}|\n/)[0] ?? '');
}
