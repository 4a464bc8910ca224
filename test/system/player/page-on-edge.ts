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

const menuButton = (page: Page) => page.getByRole('button', { name: /^Quality: / });

export async function chooseQuality(page: Page, name: string): Promise<void> {
  await menuButton(page).click();
  await page.getByRole('menuitemradio', { name: new RegExp(`^${name}`) }).click();
}

/** Waits until the menu offers these qualities and names one as shown; returns the height of the pictures on screen then. */
export async function heightShownAs(page: Page, name: string, offered: readonly string[]): Promise<number> {
  await menuButton(page).press('Enter');
  const items = page.getByRole('menuitemradio');
  for (const [index, item] of offered.entries())
    await items
      .nth(index)
      .filter({ hasText: new RegExp(`^${item}`) })
      .waitFor();
  await items.nth(offered.length).waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: `Quality: ${name}` }).waitFor();
  return page.locator('video').evaluate((video) => (video as unknown as { videoHeight: number }).videoHeight);
}
