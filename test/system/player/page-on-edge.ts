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

/** Waits until pictures of this height are shown, the page says so, and its menu offers these qualities. */
export async function showsQuality(page: Page, height: number, offered: readonly string[]): Promise<void> {
  await menuButton(page).press('Enter');
  // As text: this is used where there are no types of browsers.
  await page.waitForFunction(`(() => {
    const items = [...document.querySelectorAll('[role="menuitemradio"]')].map(({ innerText }) =>
      innerText.trim().split(/\\n+/).join(', ').replace(/, [\\d.]+ .b\\/s$/, ''));
    return JSON.stringify(items) === ${JSON.stringify(JSON.stringify(offered))};
  })()`);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: `Quality: ${height}p` }).waitFor();
  await page.waitForFunction(`document.querySelector('video')?.videoHeight === ${height}`);
}
