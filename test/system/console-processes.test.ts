import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { Publisher } from '../../testkit/media/publisher.ts';
import { openBrowser } from '../../testkit/platform/browser.ts';
import { Platform } from '../../testkit/platform/platform.ts';
import { createStream, getStream, streamEvent } from '../../testkit/platform/streams.ts';
import { accessibilityFaults, pictureMoves } from './player/page-under-test.ts';

let platform: Platform;
let browser: BrowserContext;
let publisher: Publisher | undefined;
beforeAll(async () => {
  [platform, browser] = await Promise.all([Platform.start(), openBrowser()]);
});
afterAll(async () => {
  await publisher?.stop();
  await browser?.close();
  await platform?.stop();
});

const rowOf = (page: Page, name: string) => page.getByRole('listitem', { name, exact: true });

test('a worker killed from the Platform page: its row shows the restart, the event log shows the move, the preview keeps playing', async () => {
  const stream = await createStream(platform, { name: 'seen from the console' });
  const { url, key } = stream.ingest.rtmp;
  publisher = new Publisher({ url: `${url}/${key}`, size: '640x360' });
  await streamEvent(platform, stream.id, 'stream.live');
  const worker = (await getStream(platform, stream.id)).broadcast?.workerId ?? '';
  const other = worker === 'encoder-1' ? 'encoder-2' : 'encoder-1';

  const preview = await browser.newPage();
  await preview.goto(`${platform.ready.page}/streams/${stream.id}`);
  await pictureMoves(preview);
  const health = preview.getByRole('region', { name: 'Stream health' });
  await health
    .locator('.figure-value')
    .getByText(/^\d+(\.\d+)? fps$/)
    .waitFor();
  expect(await preview.getByRole('button', { name: `Kill ${worker}` }).count()).toBe(0);
  expect(await accessibilityFaults(preview)).toEqual([]);

  const page = await browser.newPage();
  await page.goto(platform.ready.page);
  await page.getByRole('navigation').getByRole('link', { name: 'Platform' }).click();
  await page.getByRole('heading', { level: 1, name: 'Platform' }).waitFor();
  const row = rowOf(page, worker);
  await row.getByText(`pid ${platform.pidOf(worker)} · 0 restarts`).waitFor();
  await row.getByText('Encodes seen from the console').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);

  await row.getByRole('button', { name: `Kill ${worker}` }).click();
  const dialog = page.getByRole('dialog', { name: `Kill ${worker}?` });
  await dialog.getByText('Its broadcasts move to another worker.').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await row.getByText('0 restarts').waitFor();

  await row.getByRole('button', { name: `Kill ${worker}` }).click();
  await dialog.getByRole('button', { name: `Kill ${worker}` }).click();
  await dialog.waitFor({ state: 'detached' });
  await row.getByText('1 restart').waitFor();
  await row.getByText('Up', { exact: true }).waitFor();
  expect(await row.innerText()).not.toContain(`pid ${platform.pidOf(worker)} `);

  await rowOf(page, other).getByRole('link', { name: 'seen from the console' }).waitFor();
  await preview.bringToFront();
  await preview.locator('.event').getByText(`moved from ${worker} to ${other}`).waitFor();
  await pictureMoves(preview, 8);
  expect(publisher.process.exitCode).toBeNull();
  expect((await getStream(platform, stream.id)).state).toBe('live');
});

test('a process that nobody misses is drained without confirmation, and is up again with a new pid', async () => {
  const page = await browser.newPage();
  await page.goto(`${platform.ready.page}/platform`);
  const row = rowOf(page, 'page');
  await row.getByText('0 restarts').waitFor();
  await row.getByRole('button', { name: 'Drain page' }).click();
  await row.getByText('1 restart').waitFor();
  await row.getByText('Up', { exact: true }).waitFor();
  expect(await row.innerText()).not.toContain(`pid ${platform.pidOf('page')} `);
});

test('a page of another origin cannot stop a process', async () => {
  const page = await browser.newPage();
  // The edge serves another origin of the same machine.
  await page.goto(`${platform.ready.edge}/time`);
  const outcomes = await page.evaluate(async (stop) => {
    const send = (request: RequestInit) =>
      fetch(stop, { method: 'POST', body: '{"how":"kill"}', ...request }).then(
        ({ type, status }) => `${type} ${status}`,
        (fault: Error) => fault.name,
      );
    return [
      await send({ headers: { 'Content-Type': 'application/json' } }),
      await send({}),
      await send({ mode: 'no-cors' }),
    ];
  }, `${platform.ready.processApi}/v1/processes/control/stop`);
  expect(outcomes).toEqual(['TypeError', 'TypeError', 'opaque 0']);
  const answer = await fetch(`${platform.ready.processApi}/v1/processes`);
  const { processes } = (await answer.json()) as { processes: { name: string; restarts: number }[] };
  expect(processes.find(({ name }) => name === 'control')).toMatchObject({
    restarts: 0,
    pid: platform.pidOf('control'),
  });
});
