import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { Publisher } from '../../../testkit/media/publisher.ts';
import { openBrowser } from '../../../testkit/platform/browser.ts';
import { Platform } from '../../../testkit/platform/platform.ts';
import { type CreatedStream, createStream, streamEvent } from '../../../testkit/platform/streams.ts';
import { type StockPlayerPages, serveStockPlayers } from '../../../testkit/screen/stock-players.ts';
import { type ScreenReport, screenReport, type Watched, watchScreen } from '../../../testkit/screen/watch.ts';

/** Who plays standard latency is never this near, and on a busy machine low latency still is. */
const lowMs = 4_000;
const players = ['hls.js', 'dash.js', 'page'] as const;
type Player = (typeof players)[number];

let platform: Platform;
let stock: StockPlayerPages;
let browser: BrowserContext;
let stream: CreatedStream;
let publisher: Publisher;
const pages = new Map<Player, Page>();

beforeAll(async () => {
  [platform, stock, browser] = await Promise.all([Platform.start(), serveStockPlayers(), openBrowser()]);
  stream = await createStream(platform, { name: 'near' });
  publisher = publish();
  await streamEvent(platform, stream.id, 'stream.live');
  for (const player of players) {
    const page = await browser.newPage();
    await watchScreen(page);
    await page.goto(addressOf(player));
    pages.set(player, page);
  }
});
afterAll(async () => {
  await browser?.close();
  stock?.close();
  await publisher?.stop();
  await platform?.stop();
});

function publish(): Publisher {
  const { url, key } = stream.ingest.rtmp;
  return new Publisher({ url: `${url}/${key}`, size: '854x480', clock: true });
}

function addressOf(player: Player): string {
  const { page, dash, hls } = stream.playback;
  if (player === 'page') return page;
  return stock.page(player, player === 'dash.js' ? dash : hls);
}

const pageOf = (player: Player): Page => pages.get(player) as Page;

/** Of the last second's pictures that have a clock. */
function latencyMs({ pictures }: ScreenReport): number {
  const last = pictures.slice(-6).map(({ shownAtMs, capturedAtMs = Number.NaN }) => shownAtMs - capturedAtMs);
  return last.length < 6 ? Number.NaN : Math.max(...last);
}

/** Resolves when what the screen has shown is so; looks again with each picture. */
async function screenIs(player: Player, holds: (report: ScreenReport) => boolean): Promise<void> {
  for (;;) {
    const report = await screenReport(pageOf(player));
    if (holds(report)) return;
    await pageOf(player).waitForFunction(
      (seen) => (globalThis as unknown as { watched: Watched }).watched.pictures.length > seen,
      report.pictures.length,
      { timeout: 60_000 },
    );
  }
}

/** Resolves when all of the last second was on the screen less than `lowMs` after it was captured. */
const isNear = (player: Player) => screenIs(player, (report) => latencyMs(report) < lowMs);

/** Resolves once the video's time has moved on by `seconds` since the call. */
async function playsOn(player: Player, seconds: number): Promise<void> {
  const from = await pageOf(player).evaluate(() => document.querySelector('video')?.currentTime ?? 0);
  await pageOf(player).waitForFunction(
    (to) => (document.querySelector('video')?.currentTime ?? 0) >= to,
    from + seconds,
    { timeout: 60_000 },
  );
}

describe.each(players)('%s', (player) => {
  test('plays near the live edge, and does not run out of media there', async () => {
    await isNear(player);
    const before = await screenReport(pageOf(player));
    await playsOn(player, 6);
    const after = await screenReport(pageOf(player));
    expect(after.rebuffers).toBe(before.rebuffers);
    expect(latencyMs(after)).toBeLessThan(lowMs);
  });

  test('switches quality there', async () => {
    await choose(player, 360);
    await heightBecomes(player, 360);
    await choose(player, 480);
    await heightBecomes(player, 480);
    await isNear(player);
  });
});

test('the page says how far behind it is', async () => {
  const { pictures } = await screenReport(pageOf('page'));
  const errors = pictures
    .slice(-12)
    .map(
      ({ shownAtMs, capturedAtMs = Number.NaN, saidMs = Number.NaN }) => saidMs - (shownAtMs - capturedAtMs),
    );
  // It is said twice a second and counts from the arrival at the platform.
  expect(Math.min(...errors.map(Math.abs))).toBeLessThan(500);
});

test('one who pauses stays behind until they catch up', async () => {
  const page = pageOf('page');
  await page.keyboard.press('k');
  await page.locator('.player[data-condition="paused"]').waitFor();
  const shown = latencyMs(await screenReport(page));
  await playsOn('dash.js', 3);
  await page.keyboard.press('k');
  await playsOn('page', 2);
  expect(latencyMs(await screenReport(page))).toBeGreaterThan(shown + 2_000);
  await page.getByRole('button', { name: 'Jump to live' }).click();
  await isNear('page');
  await page.getByRole('button', { name: /^Live: / }).waitFor();
});

test('a network that fails for a while leaves nobody behind on the page', async () => {
  const page = pageOf('page');
  // An emulated network would still let the cache answer with what this browser's other players have fetched.
  await page.route('**', (route) => route.abort('internetdisconnected'));
  await page
    .locator('.player:not([data-condition="playing"])')
    .waitFor()
    .finally(() => page.unroute('**'));
  await isNear('page');
});

test('all go on after the broadcaster was gone', async () => {
  await publisher.stop('SIGKILL');
  // The clock stands still, or there is none.
  await Promise.all(players.map((player) => screenIs(player, (report) => !(latencyMs(report) < 2 * lowMs))));
  publisher = publish();
  const backAtMs = Date.now();
  const isBack = ({ pictures }: ScreenReport) => (pictures.at(-1)?.capturedAtMs ?? 0) > backAtMs;
  await Promise.all(players.map((player) => screenIs(player, isBack)));
  // Stock players go on from where they stood; how far behind that is depends on what they had loaded.
  await isNear('page');
});

test.each(['hls.js', 'dash.js'] as const)('%s has met no fault', async (player) => {
  const faults = await pageOf(player).evaluate(() => (globalThis as unknown as { faults: string[] }).faults);
  expect(faults).toEqual([]);
});

/** The next segment, which a growing DASH manifest foretells, isn't there now: no reason to fail. */
describe('with the broadcast', () => {
  beforeAll(() => publisher.stop());

  test.each(players)('%s ends', async (player) => {
    await pageOf(player).waitForFunction(() => document.querySelector('video')?.ended, undefined, {
      timeout: 60_000,
    });
  });

  test('the page offers to watch from the start', async () => {
    await pageOf('page').getByRole('button', { name: 'Watch from the start' }).waitFor();
  });
});

async function choose(player: Player, height: number): Promise<void> {
  const page = pageOf(player);
  if (player === 'page') {
    await page.getByRole('button', { name: /^Quality: / }).press('Enter');
    await page.getByRole('menuitemradio', { name: new RegExp(`^${height}p`) }).click();
    return;
  }
  await page.evaluate(
    ({ which, want }) => {
      const { player } = globalThis as unknown as { player: HlsPlayer & DashPlayer };
      if (which === 'hls.js') {
        player.nextLevel = player.levels.findIndex((level) => level.height === want);
      } else {
        player.updateSettings({ streaming: { abr: { autoSwitchBitrate: { video: false } } } });
        const found = player.getRepresentationsByType('video').find((one) => one.height === want);
        player.setRepresentationForTypeById('video', found?.id);
      }
    },
    { which: player, want: height },
  );
}

const heightBecomes = (player: Player, height: number) =>
  pageOf(player).waitForFunction((want) => document.querySelector('video')?.videoHeight === want, height, {
    timeout: 60_000,
  });

interface HlsPlayer {
  nextLevel: number;
  readonly levels: readonly { readonly height: number }[];
}

interface DashPlayer {
  updateSettings(settings: object): void;
  getRepresentationsByType(type: string): readonly { readonly id: string; readonly height: number }[];
  setRepresentationForTypeById(type: string, id: string | undefined): void;
}
