import type { Page } from 'playwright-core';
import { cannedBroadcast } from './canned-platform.ts';
import type { PageUnderTest } from './page-under-test.ts';

/** A view of the page, as somebody meets it. */
export interface View {
  readonly name: string;
  /** Puts what it shows onto the platform; returns its path. */
  path(under: PageUnderTest): string;
  /** Once it has loaded: brings it to what is meant, and waits until it shows. */
  show(page: Page): Promise<void>;
}

let made = 0;
const onAir = (under: PageUnderTest, name: string) =>
  under.platform.add(name, {
    state: 'live',
    broadcast: cannedBroadcast(`d${String(++made).padStart(15, '0')}`, 'live'),
  }).id;
const offAir = (under: PageUnderTest, name: string) => under.platform.add(name).id;
const heading = (name: RegExp) => (page: Page) => page.getByRole('heading', { level: 1, name }).waitFor();
const plays = (page: Page) => page.locator('.player[data-condition="playing"]').waitFor();

/** Opens a dialog by its button. */
const dialog =
  (button: RegExp, title: RegExp) =>
  async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: button }).first().click();
    await page.getByRole('dialog', { name: title }).waitFor();
  };

/** Every view of the page: a new one gets its row here. The login, in front of another API, is in console/login.test.ts. */
export const views: readonly View[] = [
  {
    name: 'the list',
    path: (under) => {
      onAir(under, 'Listed');
      return '/';
    },
    show: (page) =>
      page
        .getByRole('link', { name: /Listed/ })
        .first()
        .waitFor(),
  },
  { name: 'a new stream', path: () => '/', show: dialog(/^New stream$/, /New stream/) },
  {
    name: 'the console off air',
    path: (under) => `/streams/${offAir(under, 'Off air')}`,
    show: heading(/Off air/),
  },
  {
    name: 'the console on air',
    path: (under) => `/streams/${onAir(under, 'On air')}`,
    show: (page) => page.getByText(/Preview, /).waitFor(),
  },
  {
    name: 'the share dialog',
    path: (under) => `/streams/${offAir(under, 'Shared')}`,
    show: async (page) => {
      await dialog(/^Share$/, /Share/)(page);
      await page.getByText('Embed code', { exact: true }).waitFor();
    },
  },
  { name: 'the viewer', path: (under) => `/watch/${onAir(under, 'Watched')}`, show: plays },
  {
    name: 'the viewer of a stream that is off air',
    path: (under) => `/watch/${offAir(under, 'Not yet')}`,
    show: (page) => page.locator('.scene').getByText('Not on air').waitFor(),
  },
  {
    name: 'the viewer of no stream',
    path: () => '/watch/0000000000000000',
    show: (page) => page.locator('.scene').waitFor(),
  },
  { name: 'the embedded player', path: (under) => `/embed/${onAir(under, 'Embedded')}`, show: plays },
  { name: 'the reference of the API', path: () => '/docs', show: heading(/Headwater control API/) },
  { name: 'an operation of the API', path: () => '/docs/createStream', show: heading(/Create a stream/) },
  { name: 'no page', path: () => '/nowhere', show: heading(/Page not found/) },
];
