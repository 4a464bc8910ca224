import { setTimeout as sleep } from 'node:timers/promises';
import { openBrowser } from '../../testkit/platform/browser.ts';
import { median, percentile } from '../../testkit/report/statistics.ts';
import { type ScreenReport, screenReport, watchScreen } from '../../testkit/screen/watch.ts';

/** What a viewer saw; times in s. */
export interface Seen {
  readonly firstPicture: number;
  readonly p50: number;
  readonly p95: number;
  /** Of the first and the last 3 s. */
  readonly start: number;
  readonly end: number;
  /** Times without a new picture, after the first 3 s: starting is told by `firstPicture` and `start`. */
  readonly freezes: number;
  readonly frozen: number;
  readonly rebuffers: number;
  /** The page's own figure less the true one, median; NaN if it says none. */
  readonly saysMore: number;
  readonly heights: readonly number[];
}

const edgesMs = 3_000;

/** Opens a player in a browser of its own for a while. */
export async function playerRound(url: string, seconds: number): Promise<Seen> {
  const browser = await openBrowser({ viewport: { width: 960, height: 640 } });
  try {
    const page = await browser.newPage();
    await watchScreen(page);
    await page.goto(url);
    await sleep(seconds * 1_000);
    return seen(await screenReport(page));
  } finally {
    await browser.close();
  }
}

export function seen({ firstPictureMs, pictures, freezes, rebuffers }: ScreenReport): Seen {
  const times = pictures.flatMap(({ shownAtMs, capturedAtMs, saidMs }) =>
    capturedAtMs === undefined ? [] : [{ shownAtMs, ms: shownAtMs - capturedAtMs, saidMs }],
  );
  const [firstMs = 0, lastMs = 0] = [times[0]?.shownAtMs, times.at(-1)?.shownAtMs];
  const latency = (from: number, to: number) =>
    times.filter(({ shownAtMs }) => shownAtMs >= from && shownAtMs <= to).map(({ ms }) => ms / 1_000);
  const all = latency(0, Number.POSITIVE_INFINITY);
  const counted = freezes.filter(({ atMs }) => atMs >= firstMs + edgesMs);
  return {
    firstPicture: (firstPictureMs ?? Number.NaN) / 1_000,
    p50: median(all),
    p95: percentile(all, 95),
    start: median(latency(firstMs, firstMs + edgesMs)),
    end: median(latency(lastMs - edgesMs, lastMs)),
    freezes: counted.length,
    frozen: counted.reduce((sum, { ms }) => sum + ms, 0) / 1_000,
    rebuffers,
    saysMore: median(
      times.flatMap(({ ms, saidMs }) => (saidMs === undefined ? [] : [(saidMs - ms) / 1_000])),
    ),
    heights: [...new Set(pictures.map(({ height }) => height))],
  };
}
