import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { Publisher } from '../../testkit/media/publisher.ts';
import { openBrowser } from '../../testkit/platform/browser.ts';
import { Platform } from '../../testkit/platform/platform.ts';
import { type CreatedStream, createStream, streamEvent } from '../../testkit/platform/streams.ts';

let platform: Platform;
let stream: CreatedStream;
let publisher: Publisher;
let browser: BrowserContext;

beforeAll(async () => {
  platform = await Platform.start();
  stream = await createStream(platform, { name: 'watched' });
  publisher = new Publisher({
    url: `${stream.ingest.rtmps.url}/${stream.ingest.rtmps.key}`,
    size: '854x480',
  });
  await streamEvent(platform, stream.id, 'stream.live');
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
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

const heightBecomes = (page: Page, height: number) =>
  page.waitForFunction((want) => document.querySelector('video')?.videoHeight === want, height, {
    timeout: 60_000,
  });

describe('Chromium', () => {
  test.each(['dash', 'hls'])('the page plays %s, time advances', async (protocol) => {
    const page = await browser.newPage();
    await page.goto(`${stream.playback.page}?protocol=${protocol}`);
    await page.waitForFunction(() => (document.querySelector('video')?.readyState ?? 0) >= 3, undefined, {
      timeout: 60_000,
    });
    await playsOn(page, 4);
    expect(await page.evaluate(() => document.querySelector('video')?.error)).toBeNull();
    await page.close();
  });

  test('hls.js plays the HLS, and switches quality up and down', async () => {
    const page = await browser.newPage();
    await page.setContent('<video muted playsinline></video>');
    await page.addScriptTag({ path: createRequire(import.meta.url).resolve('hls.js/dist/hls.min.js') });
    await page.evaluate((url) => {
      const { Hls } = globalThis as unknown as { Hls: new () => HlsPlayer };
      const player = new Hls();
      const video = document.querySelector('video') as HTMLVideoElement;
      Object.assign(globalThis, { player, faults: [] });
      player.on('hlsError', (_: string, fault: { fatal: boolean; details: string }) => {
        if (fault.fatal) (globalThis as unknown as { faults: string[] }).faults.push(fault.details);
      });
      player.loadSource(url);
      player.attachMedia(video);
      player.on('hlsManifestParsed', () => void video.play());
    }, stream.playback.hls);
    await playsOn(page, 4);
    for (const height of [360, 480]) {
      await page.evaluate((want) => {
        const { player } = globalThis as unknown as { player: HlsPlayer };
        player.nextLevel = player.levels.findIndex((level) => level.height === want);
      }, height);
      await heightBecomes(page, height);
      await playsOn(page, 2);
    }
    expect(await page.evaluate(() => (globalThis as unknown as { faults: string[] }).faults)).toEqual([]);
    await page.close();
  });
});

interface HlsPlayer {
  nextLevel: number;
  readonly levels: readonly { height: number }[];
  on(event: string, listen: (name: string, data: { fatal: boolean; details: string }) => void): void;
  loadSource(url: string): void;
  attachMedia(video: HTMLVideoElement): void;
}
