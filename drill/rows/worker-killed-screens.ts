import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { segmentMs } from '../../lib/packaging/segment-grid.ts';
import { whenInterrupted } from '../../testkit/cleanup.ts';
import { Publisher } from '../../testkit/media/publisher.ts';
import { openBrowser } from '../../testkit/platform/browser.ts';
import { createStream, getStream, streamEvent } from '../../testkit/platform/streams.ts';
import { serveStockPlayers } from '../../testkit/screen/stock-players.ts';
import { screenReport, watchScreen } from '../../testkit/screen/watch.ts';
import type { Drill, Measure } from '../model.ts';
import { defaultSize } from '../rig/broadcaster.ts';
import { drawTimeline } from '../rig/log-timeline.ts';
import { startPlatform } from '../rig/platform.ts';
import { phaseOf, within } from '../rig/waiting.ts';
import { afterFault } from '../viewing/screens.ts';

/** Players find their target, and find it again. */
const settleMs = 10_000;
const recoverMs = 15_000;

/** In its default configuration hls.js plays no faster than 1: what it lost by a stall, it stays behind. */
const furthestBehindMs = { 'hls.js': 2000, 'our page': 300 } as const;
type Player = keyof typeof furthestBehindMs;

/** Needs a browser. */
export const workerKilledScreens: Drill = {
  name: 'worker-killed-screens',
  fault: 'kill -9 of the worker, with hls.js and our page in Chromium two seconds behind',
  promise:
    'each stalls at most once, ≤ 2 s; goes on with the right pictures, without an error; our page is back at its target within 15 s',
  seconds: 50,

  async run(context) {
    await using rig = await startPlatform();
    const { platform } = rig;
    const stream = await createStream(platform, { name: 'drill' });
    const { rtmp } = stream.ingest;
    const stock = await serveStockPlayers();
    const browser = await openBrowser();
    const publisher = new Publisher({ url: `${rtmp.url}/${rtmp.key}`, size: defaultSize, clock: true });
    const stop = async (): Promise<void> => {
      await Promise.all([browser.close(), publisher.stop()]);
      stock.close();
    };
    const settled = whenInterrupted(stop);
    try {
      await within(30_000, 'stream.live', streamEvent(platform, stream.id, 'stream.live'));
      const addresses: Record<Player, string> = {
        'hls.js': stock.page('hls.js', stream.playback.hls),
        'our page': stream.playback.page,
      };
      const pages = new Map<Player, Page>();
      for (const player of ['hls.js', 'our page'] as const) {
        const page = await browser.newPage();
        await watchScreen(page);
        await page.goto(addresses[player]);
        pages.set(player, page);
      }
      await sleep(settleMs + phaseOf(context.seed) * segmentMs);

      const { broadcast } = await getStream(platform, stream.id);
      if (!broadcast) throw new Error('The stream has no broadcast');
      const [faultAtMs, killedAtMs] = [Date.now(), context.now()];
      context.mark('fault', `kill -9 of ${broadcast.workerId}`, killedAtMs);
      process.kill(platform.pidOf(broadcast.workerId), 'SIGKILL');
      await within(30_000, 'the takeover', streamEvent(platform, stream.id, 'publisher.rehomed'));
      await sleep(recoverMs);

      drawTimeline(platform, stream.id, context);
      const measures: Measure[] = [];
      for (const [player, page] of pages) {
        const report = await screenReport(page);
        const { stalls, longestStallMs, wrong, furtherBehindMs } = afterFault(report, faultAtMs);
        for (const { atMs, ms } of report.freezes) {
          const fromMs = killedAtMs + atMs - faultAtMs;
          if (fromMs + ms > killedAtMs) context.span(player, 'stalls', fromMs, fromMs + ms, 'bad');
        }
        measures.push(
          { name: `${player}: stalls`, value: stalls, unit: '', limit: 1 },
          { name: `${player}: longest stall`, value: longestStallMs / 1000, unit: 's', limit: 2 },
          { name: `${player}: wrong pictures`, value: wrong, unit: 'frames', limit: 0 },
          { name: `${player}: errors`, value: await errorsOf(page), unit: '', limit: 0 },
          {
            name: `${player}: further behind after 15 s`,
            value: furtherBehindMs / 1000,
            unit: 's',
            limit: furthestBehindMs[player] / 1000,
          },
        );
      }
      return { measures };
    } finally {
      await stop();
      settled();
    }
  },
};

/** Of the media element, and those that a stock player does not get over. */
const errorsOf = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const { faults = [], document } = globalThis as unknown as PlayerPage;
    return faults.length + (document.querySelector('video')?.error ? 1 : 0);
  });

interface PlayerPage {
  readonly faults?: readonly string[];
  readonly document: { querySelector(what: 'video'): { readonly error: unknown } | null };
}
