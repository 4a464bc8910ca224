import { expect, test } from '@jest/globals';
import type { Locator } from 'playwright-core';
import { cannedBroadcast, cannedHealth } from './canned-records.ts';
import { accessibilityFaults, type PageUnderTest } from './page-under-test.ts';

const keyFrames = {
  code: 'KEY_FRAMES_RARE',
  message: 'Key frames come every 10 s.',
  advice: 'Set the key frame interval of your encoder to 2 s.',
};
const uplink = {
  code: 'UPLINK_DROPS',
  message: 'Your uplink drops pictures.',
  advice: 'Lower the bitrate to 2,500 kb/s.',
};

/** What a broadcaster sees of the input of a broadcast. */
export function healthCases(under: () => PageUnderTest): void {
  const live = (name: string) =>
    under().platform.add(name, { state: 'live', broadcast: cannedBroadcast('b000000000000021', 'live') });

  test.concurrent('stream health shows the verdict, the current figures and their graphs', async () => {
    const { id } = live('Healthy show');
    const { page, complaints } = await under().open(`/streams/${id}`);
    const panel = page.getByRole('region', { name: 'Stream health' });
    await panel.getByText('Excellent', { exact: true }).waitFor();
    await page.locator('.console-head').getByText('You’re on air.', { exact: true }).waitFor();
    const figures = await panel.locator('.figures').innerText();
    for (const figure of ['30 fps', '2 s', '8 ms, sound later', '1.01×']) expect(figures).toContain(figure);
    await panel.getByRole('img', { name: 'Frame rate: always 30 fps' }).waitFor();
    await panel.getByRole('img', { name: /^Bitrate: from 4\.0 Mb\/s to 4\.4 Mb\/s$/ }).waitFor();
    expect(await linePixels(panel.locator('canvas').first())).toBeGreaterThan(30);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.concurrent('stream health says why it is bad and what to do, and no longer says “You’re on air” without more', async () => {
    const { platform } = under();
    const { id } = live('Struggling show');
    const { page } = await under().open(`/streams/${id}`);
    const panel = page.getByRole('region', { name: 'Stream health' });
    await panel.getByText('Excellent', { exact: true }).waitFor();
    platform.measure(id, () => cannedHealth({ verdict: 'bad', reasons: [uplink, keyFrames] }));
    await panel.getByText('Bad, because:').waitFor();
    expect(await panel.getByRole('listitem').allInnerTexts()).toEqual([
      'Your uplink drops pictures. Lower the bitrate to 2,500 kb/s.',
      'Key frames come every 10 s. Set the key frame interval of your encoder to 2 s.',
    ]);
    await page.locator('.console-head').getByText('viewers notice problems').waitFor();
    expect(await page.getByText('You’re on air.', { exact: true }).count()).toBe(0);
    await page.getByRole('status').getByText('viewers notice problems').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.close();
  });

  test.concurrent('stream health shows the whole broadcast on demand, and the figures as a table, by keyboard', async () => {
    const { platform } = under();
    const { id } = live('Long show');
    platform.measure(id, (window) => {
      const health = cannedHealth({}, window);
      const { stepMs, samples } = health.series;
      const slower = samples.map((sample, index) => (index === 0 ? { ...sample, frameRate: 24 } : sample));
      return window === 'recent' ? health : { ...health, series: { stepMs, samples: slower } };
    });
    const { page } = await under().open(`/streams/${id}`);
    const panel = page.getByRole('region', { name: 'Stream health' });
    await panel.getByRole('img', { name: 'Frame rate: always 30 fps' }).waitFor();
    await panel.getByRole('radio', { name: 'Last 10 minutes' }).focus();
    await page.keyboard.press('ArrowRight');
    await panel.getByRole('img', { name: 'Frame rate: from 24 fps to 30 fps' }).waitFor();
    await panel.getByText('Figures as a table').press('Enter');
    const table = panel.getByRole('table');
    await table.getByRole('row').last().getByText('24 fps').waitFor();
    expect(await table.getByRole('rowheader').count()).toBe(24);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.close();
  });

  test.concurrent('stream health leaves out pictures where there is only sound', async () => {
    const broadcast = cannedBroadcast('b000000000000022', 'live');
    const input = { audioCodec: 'mp4a.40.2', bitrateBps: 160_000 };
    const { id } = under().platform.add('Radio show', {
      state: 'live',
      broadcast: { ...broadcast, input },
    });
    const { page } = await under().open(`/streams/${id}`);
    const panel = page.getByRole('region', { name: 'Stream health' });
    await panel.getByText('Encoding speed').first().waitFor();
    expect(await panel.getByText('Frame rate').count()).toBe(0);
    await page.close();
  });

  test.concurrent('an encoder that has left has no current figures: dashes, and a countdown of the reconnect window', async () => {
    const { platform } = under();
    const { id } = live('Interrupted show');
    const { page } = await under().open(`/streams/${id}`);
    const panel = page.getByRole('region', { name: 'Stream health' });
    await panel.locator('.figure-value').getByText('30 fps').waitFor();
    // The API may be the last to know.
    platform.change(id, {
      state: 'reconnecting',
      broadcast: cannedBroadcast('b000000000000021', 'reconnecting'),
    });
    platform.say(id, 'stream.reconnecting', 'The broadcaster disconnected.');
    const timer = panel.getByRole('timer');
    await timer.getByText(/The broadcast ends in (1:00|0:5\d) unless it reconnects\./).waitFor();
    await timer.getByText(/The broadcast ends in 0:5\d unless it reconnects\./).waitFor();
    expect(await panel.locator('.figure-value').allInnerTexts()).toEqual(Array(6).fill('–'));
    const input = page.getByRole('region', { name: 'Input' });
    expect(await input.innerText()).not.toMatch(/4\.2 Mb\/s|30 fps|1280|H\.264|libobs|ingest-1/);
    await panel.getByText('No signal', { exact: true }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    platform.change(id, { state: 'live', broadcast: cannedBroadcast('b000000000000021', 'live') });
    await panel.locator('.figure-value').getByText('30 fps').waitFor();
    await timer.waitFor({ state: 'detached' });
    await page.close();
  });
}

/** What it takes to go on the air. */
export function connectCases(under: () => PageUnderTest): void {
  test.concurrent('connecting an encoder comes before everything else at every width, with RTMP first on this machine', async () => {
    const { id } = under().platform.add('To connect');
    const { page } = await under().open(`/streams/${id}`);
    const connect = page.getByRole('region', { name: 'Connect your encoder' });
    await connect.waitFor();
    for (const width of [360, 768, 1280, 1920]) {
      await page.setViewportSize({ width, height: 900 });
      const tops = await page.locator('.console .panel').evaluateAll((panels) =>
        panels.map((panel) => ({
          top: panel.getBoundingClientRect().top,
          left: panel.getBoundingClientRect().left,
        })),
      );
      const [first, ...others] = tops;
      for (const other of others) {
        expect([width, (first?.top ?? 0) <= other.top, (first?.left ?? 0) <= other.left]).toEqual([
          width,
          true,
          true,
        ]);
      }
    }
    expect(await connect.locator('.copy-text').first().innerText()).toBe('rtmp://127.0.0.1:19350/live');
    await page.close();
  });

  test.concurrent('connecting an encoder says why the last encoder was refused, until one gets through', async () => {
    const { platform } = under();
    const { id } = platform.add('Refused show');
    const { page } = await under().open(`/streams/${id}`);
    const text =
      'A broadcaster was turned away: the stream key is wrong or was revoked. Viewers were not affected.';
    platform.say(id, 'publish.refused', text);
    const connect = page.getByRole('region', { name: 'Connect your encoder' });
    await connect.getByText(text).waitFor();
    await page.locator('.event-bad').getByText(text).waitFor();
    platform.say(id, 'stream.live', 'On air with 720p.');
    await connect.getByText(text).waitFor({ state: 'detached' });
    expect(await page.locator('.event-bad').getByText(text).count()).toBe(1);
    await page.close();
  });

  test.concurrent('connecting an encoder is folded while an encoder is connected, and opens by keyboard', async () => {
    const { id } = under().platform.add('Connected show', {
      state: 'live',
      broadcast: cannedBroadcast('b000000000000023', 'live'),
    });
    const { page } = await under().open(`/streams/${id}`);
    const connect = page.getByRole('region', { name: 'Connect your encoder' });
    await connect.waitFor();
    expect(await connect.locator('.copy-text').first().isVisible()).toBe(false);
    await connect.locator('summary').first().press('Enter');
    expect(await connect.locator('.copy-text').first().isVisible()).toBe(true);
    await page.close();
  });
}

/** Pixels of a canvas in the colour of the line, which is greener than it is red. */
const linePixels = (canvas: Locator): Promise<number> =>
  canvas.evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const { data } = (element as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height) ?? {
      data: [],
    };
    let count = 0;
    for (let at = 0; at < data.length; at += 4) {
      if ((data[at + 1] ?? 0) - (data[at] ?? 0) > 60 && data[at + 3] === 255) count++;
    }
    return count;
  });

/** The end of a stream, from the console. */
export function deletionCases(under: () => PageUnderTest): void {
  const open = async (name: string) => {
    const { platform } = under();
    const { id } = platform.add(name, {
      state: 'live',
      broadcast: cannedBroadcast('b000000000000024', 'live'),
    });
    const { page } = await under().open(`/streams/${id}`);
    await page.getByRole('button', { name: 'End and delete…' }).click();
    return { id, page, dialog: page.getByRole('dialog', { name: `End and delete “${name}”?` }) };
  };

  test.concurrent('a stream that is on air is ended and deleted in one dialog, which asks what happens to its recordings', async () => {
    const { platform } = under();
    const { id, page, dialog } = await open('To end and delete');
    const asks = dialog.getByRole('group', {
      name: 'What happens to its recordings, this broadcast included?',
    });
    await asks.getByText('Either way viewers can’t watch them any more.').waitFor();
    await asks.getByLabel('Delete for good').check();
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'End and delete' }).click();
    await page.getByRole('heading', { level: 1, name: 'Streams' }).waitFor();
    const asked = platform.requests.filter((request) => request.includes(id) && !request.startsWith('GET'));
    expect(asked).toEqual([`POST /v1/streams/${id}/end`, `DELETE /v1/streams/${id}?recordings=delete`]);
    await page.close();
  });

  test.concurrent('a stream that is on air stays if the dialog is closed while the broadcast ends', async () => {
    const { platform } = under();
    const { id, page, dialog } = await open('To keep after all');
    // Accepted; the encoder takes its time.
    platform.problems.set(`POST /v1/streams/${id}/end`, { status: 202 });
    await dialog.getByRole('button', { name: 'End and delete' }).click();
    await dialog.getByText('Ending the broadcast…').waitFor();
    await page.keyboard.press('Escape');
    // The page hears of it with the next frame.
    await page.locator('dialog').waitFor({ state: 'detached' });
    platform.change(id, { state: 'ended' });
    await page.locator('h1').getByText('Ended').waitFor();
    await page.getByRole('link', { name: 'Watch the recording' }).waitFor();
    expect(platform.requests).not.toContainEqual(expect.stringContaining(`DELETE /v1/streams/${id}`));
    await page.close();
  });
}
