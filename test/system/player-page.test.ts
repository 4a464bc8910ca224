import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cannedBroadcast } from './player/canned-records.ts';
import { connectCases, deletionCases, healthCases } from './player/console-cases.ts';
import { axeFaults, largeTextFaults } from './player/inclusion.ts';
import { accessibilityFaults, type PagesUnderTest, startPagesUnderTest } from './player/page-under-test.ts';
import { faultsOf, views } from './player/views.ts';

let under: PagesUnderTest;

beforeAll(async () => {
  under = await startPagesUnderTest();
});
afterAll(() => under?.close());

describe('the page', () => {
  // Several at once: they wait more than they work. Each has streams of its own, or a platform of its own.
  test.concurrent('the list says what to do when it is empty, and creates the first stream by keyboard alone', async () => {
    const { page, complaints } = await (await under.beside()).open('/');
    await page.getByRole('heading', { name: /three steps/ }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    const create = page.getByRole('button', { name: 'New stream' });
    for (let tabs = 0; tabs < 6 && !(await create.evaluate((it) => it === document.activeElement)); tabs++) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'New stream' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Enter a name for the stream.').waitFor();
    await page.keyboard.type('Friday evening show');
    await page.keyboard.press('Enter');

    await page.getByRole('heading', { level: 1, name: /Friday evening show/ }).waitFor();
    await page.getByText('Copy the key now.').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.concurrent('the list shows each state in a word, streams on air first, then the newest', async () => {
    const { platform, open } = await under.beside();
    platform.add('Friday evening show');
    platform.add('Lecture', { state: 'ended', broadcast: cannedBroadcast('b000000000000001', 'ended') });
    platform.add('Harbour', {
      state: 'reconnecting',
      broadcast: cannedBroadcast('b000000000000002', 'live'),
    });
    platform.add('Concert', { state: 'live', broadcast: cannedBroadcast('b000000000000003', 'live') });
    const { page, complaints } = await open('/');
    await page.getByRole('link', { name: 'Console for Concert' }).waitFor();
    // Not by innerText, which has nothing of what isn't drawn yet.
    const cards = await page
      .locator('.stream-card')
      .evaluateAll((all) =>
        all.map((card) => ['h3', '.badge'].map((part) => card.querySelector(part)?.textContent)),
      );
    // Both began, and were made, in the same second.
    expect([...cards.slice(0, 2).toSorted(), ...cards.slice(2)]).toEqual([
      ['Concert', 'Live'],
      ['Harbour', 'Reconnecting'],
      ['Lecture', 'Ended'],
      ['Friday evening show', 'Offline'],
    ]);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.concurrent('the list finds a stream among a thousand, and has no more of them in the page than are looked at', async () => {
    const { platform, open } = await under.beside();
    for (const name of ['Concert', 'Harbour']) {
      platform.add(name, { state: 'live', broadcast: cannedBroadcast('b00000000000000b', 'live') });
    }
    const added = Array.from({ length: 1_000 }, (_, at) => platform.add(`Channel-${at}`));
    const { page, complaints } = await open('/');
    await page.getByText('1002 streams', { exact: true }).waitFor();
    expect(await page.locator('.stream-card').count()).toBeLessThan(200);
    await page.getByLabel('Search').fill('channel-777');
    await page.getByText('1 of 1002 streams').waitFor();
    expect(await page.locator('.stream-card h3').allTextContents()).toEqual(['Channel-777']);
    await page.getByLabel('Search').fill('');
    await page.getByLabel('Sort by').selectOption('Name');
    await page.getByRole('heading', { name: 'On air (2)' }).waitFor();
    expect((await page.locator('.stream-card h3').allTextContents()).slice(0, 4)).toEqual([
      ...['Concert', 'Harbour', 'Channel-0', 'Channel-1'],
    ]);
    // One that ends says so at once, whatever page of the list it is on.
    const { id } = added[500]!;
    const broadcast = cannedBroadcast('b00000000000000a', 'live');
    platform.change(id, { state: 'live', broadcast });
    await page.getByRole('heading', { name: 'On air (3)' }).waitFor();
    platform.change(id, { state: 'ended', broadcast: { ...broadcast, state: 'ended' } });
    await page.getByRole('heading', { name: 'On air (2)' }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    expect(await largeTextFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.concurrent('the list keeps its content and shows an error while the API is down', async () => {
    const { platform, open } = await under.beside();
    platform.add('Concert');
    const { page } = await open('/');
    await page.getByRole('link', { name: 'Console for Concert' }).waitFor();
    platform.down.api = true;
    await page.getByRole('alert').getByText('The platform isn’t responding.').waitFor();
    expect(await page.getByRole('link', { name: 'Console for Concert' }).isVisible()).toBe(true);
    platform.down.api = false;
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await page.close();
  });

  test.concurrent('the console shows a new key once, copies it, and offers to create another one after a reload', async () => {
    const { page, complaints } = await under.open('/');
    await page.getByRole('button', { name: 'New stream' }).click();
    await page.getByLabel('Name').fill('Key show');
    await page.getByRole('button', { name: 'Create stream' }).click();
    await page.getByRole('button', { name: 'Copy Stream key' }).click();
    await page.getByRole('button').getByText('Copied').waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toMatch(/^[0-9a-z]{16}_[0-9a-z]{26}$/);
    expect(await page.getByText(copied).isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Show Stream key' }).click();
    expect(await page.getByText(copied, { exact: true }).isVisible()).toBe(true);

    await page.reload();
    await page.getByText('This key can’t be shown again').waitFor();
    expect(await page.getByText(copied).count()).toBe(0);
    await page.getByRole('button', { name: 'Create a new key' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Create a new key' }).click();
    await page.getByText('Copy the key now.').waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.concurrent('the console shows the picture, the input, its worker and proxy, and the renditions', async () => {
    const { id } = under.platform.add('On air', {
      state: 'live',
      broadcast: cannedBroadcast('b000000000000004', 'live'),
    });
    const { page, complaints } = await under.open(`/streams/${id}`);
    await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.5);
    await page.getByText(/Preview, \d+(\.\d)? s behind live/).waitFor();
    const facts = await page.locator('.facts').innerText();
    for (const fact of ['1280 × 720', 'H.264 + AAC', 'encoder-2', 'ingest-1', 'libobs']) {
      expect(facts).toContain(fact);
    }
    expect(await page.getByRole('table').getByRole('row').count()).toBe(5);
    // There is no supervisor here, as on AWS.
    expect(await page.getByRole('link', { name: 'Platform' }).count()).toBe(0);
    expect(await page.evaluate(() => document.querySelector('video')?.muted)).toBe(true);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.concurrent('the console shows events live, each once, and falls back to polling without the live feed', async () => {
    const { platform, open } = await under.beside();
    const { id } = platform.add('Events');
    platform.say(id, 'stream.starting', 'The broadcaster connected.');
    const { page } = await open(`/streams/${id}`);
    await page.getByRole('region', { name: 'Event log' }).getByText('Live', { exact: true }).waitFor();
    platform.say(id, 'stream.live', 'On air with 720p.');
    await page.getByText('On air with 720p.').waitFor();

    platform.down.feed = true;
    platform.cutFeeds();
    await page.getByText('Updated every 3 seconds').waitFor();
    platform.say(id, 'stream.reconnecting', 'The broadcaster is gone.');
    await page.getByText('The broadcaster is gone.').waitFor();
    platform.down.feed = false;
    expect(await page.locator('.event span').allInnerTexts()).toEqual([
      'The broadcaster is gone.',
      'On air with 720p.',
      'The broadcaster connected.',
    ]);
    await page.close();
  });

  test.concurrent('the console lists recordings, has a clip of one made, and deletes one', async () => {
    const { platform } = under;
    const recorded = (id: string, durationMs: number) => ({
      ...cannedBroadcast(id, 'ended'),
      ...{ durationMs, sizeBytes: 31_000_000, endedAt: new Date().toISOString() },
    });
    const [newest, older] = [recorded('b000000000000012', 3_725_000), recorded('b000000000000011', 61_000)];
    const { id } = platform.add('Recorded', { state: 'ended', broadcast: newest });
    platform.recordings.set(id, [newest, older]);
    const { page, complaints } = await under.open(`/streams/${id}`);
    const region = page.getByRole('region', { name: 'Recordings' });
    await region.getByText('1:02:05').waitFor();
    await region.getByText('31 MB').first().waitFor();
    expect(
      await region
        .getByRole('link', { name: /^Watch/ })
        .first()
        .getAttribute('href'),
    ).toBe(`/watch/${id}?broadcast=${newest.id}`);

    await region
      .getByRole('button', { name: /^Download/ })
      .first()
      .click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('A clip').check();
    await dialog.getByLabel('Start').fill('1:70');
    await dialog.getByRole('button', { name: 'Make MP4' }).click();
    await dialog.getByText('Enter a time such as').waitFor();
    await dialog.getByLabel('Start').fill('1:00');
    await dialog.getByLabel('End').fill('1:10.5');
    await page.keyboard.press('Enter');
    await dialog.getByText('Clip 1:00–1:10.5').waitFor();
    const [asked] = platform.files.get(newest.id) ?? [];
    expect(asked).toMatchObject({ startMs: 60_000, endMs: 70_500 });
    await dialog.getByText('Waiting for its turn').waitFor();
    const url = `${platform.url}/local/${id}/${newest.id}/download-d0.mp4`;
    const ready = { state: 'ready', progress: 1, sizeBytes: 4_000_000, durationMs: 10_500, url } as const;
    platform.files.set(newest.id, [{ ...asked!, ...ready }]);
    const save = dialog.getByRole('link', { name: 'Save MP4: Clip 1:00–1:10.5' });
    await save.waitFor();
    expect(await save.getAttribute('href')).toBe(url);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');

    await region
      .getByRole('button', { name: /^Delete/ })
      .last()
      .click();
    await dialog.getByRole('button', { name: 'Delete recording' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await region.getByRole('listitem').count()).toBe(1);
    expect(platform.requests).toContain(`DELETE /v1/streams/${id}/broadcasts/${older.id}?`);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.concurrent('the console confirms before ending a broadcast or deleting a stream, and Escape cancels', async () => {
    const { platform } = under;
    const { id } = platform.add('To end', {
      state: 'live',
      broadcast: cannedBroadcast('b000000000000005', 'live'),
    });
    const { page } = await under.open(`/streams/${id}`);
    await page.getByRole('button', { name: 'End broadcast' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(platform.requests).not.toContain(`POST /v1/streams/${id}/end`);
    await page.getByRole('button', { name: 'End broadcast' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'End broadcast' }).click();
    await page.locator('h1').getByText('Ended').waitFor();
    expect(platform.requests).toContain(`POST /v1/streams/${id}/end`);

    await page.getByLabel('Name').fill('Ended show');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /Ended show/ }).waitFor();
    await page.getByRole('button', { name: 'Delete stream' }).click();
    await page.getByRole('dialog').getByLabel('Delete for good').check();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete stream' }).click();
    await page.getByRole('heading', { level: 1, name: 'Streams' }).waitFor();
    expect(platform.requests).toContain(`DELETE /v1/streams/${id}?recordings=delete`);
    await page
      .locator('main')
      .getByText(/^Stream “.+” deleted\. The recordings stay in storage .+ until Feb 1, 2027/)
      .waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'Stream not found' }).waitFor();
    await page.close();
  });
  healthCases(() => under);
  connectCases(() => under);
  deletionCases(() => under);

  test.concurrent('a takedown asks for a reason, shows each step and the seconds until it stopped, and stays visible until it is undone', async () => {
    const { platform } = under;
    const { id } = platform.add('Stolen show', {
      state: 'live',
      broadcast: cannedBroadcast('b000000000000007', 'live'),
    });
    const { page, complaints } = await under.open(`/streams/${id}`);
    await page.getByRole('button', { name: 'Take down…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Playback stops for all viewers').waitFor();
    await dialog.getByRole('button', { name: 'Take down' }).click();
    await dialog.getByRole('alert').getByText('Enter a reason').waitFor();
    expect(await dialog.getByLabel('Reason').evaluate((it) => it === document.activeElement)).toBe(true);
    expect(platform.requests).not.toContain(`POST /v1/streams/${id}/takedown`);

    await page.keyboard.type('Reported by the owner');
    await page.keyboard.press('Enter');
    await dialog.getByText('Viewers may still see it').waitFor();
    await dialog.getByText('Block it at the edge').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    platform.report(id, {
      state: 'taking-down',
      darkAfterMs: 420,
      steps: [
        { step: 'refuse', state: 'done', afterMs: 61 },
        { step: 'deny', state: 'done', afterMs: 420 },
        { step: 'cut', state: 'waiting', detail: 'the worker ends the broadcast' },
      ],
    });
    await dialog.getByText('Stopped for all viewers in 0.42 s').waitFor();
    await dialog.getByText('the worker ends the broadcast').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });

    const banner = page.getByRole('region', { name: 'This stream is being taken down' });
    await banner.getByText('Reported by the owner').waitFor();
    platform.report(id, { state: 'taken-down', doneAfterMs: 1_900 });
    await page.getByRole('heading', { name: 'This stream has been taken down' }).waitFor();
    await page.getByText('Stopped for all viewers in 0.42 s; completed in 1.9 s').waitFor();
    await page.locator('h1').getByText('Taken down').waitFor();
    expect(await page.getByRole('button', { name: 'Take down…' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'End broadcast' }).count()).toBe(0);
    expect(await page.locator('video').count()).toBe(0);
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.getByRole('button', { name: 'Restore…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
    await page.getByRole('dialog').getByText('Bring the recordings back').waitFor();
    platform.report(id, { state: 'restored', doneAfterMs: 800 });
    await page.getByRole('dialog').getByText('Viewers can watch it again; completed in 0.80 s').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).press('Enter');
    await page.getByRole('heading', { name: /^This stream (is|has)/ }).waitFor({ state: 'detached' });
    // The button that opened the dialog has been removed: the focus must stay in the page.
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    // The preview may have requested a segment just as the stream was taken down.
    expect(complaints.filter((line) => !/status of (404|410) /.test(line))).toEqual([]);
    await page.close();
  });

  test.concurrent('a takedown refused by the API keeps the dialog open, with the reason and the error', async () => {
    const { platform } = under;
    const { id } = platform.add('Kept show');
    const { page } = await under.open(`/streams/${id}`);
    const path = `POST /v1/streams/${id}/takedown`;
    platform.problems.set(path, { status: 503, title: 'No store', detail: 'Nothing was changed.' });
    const opener = page.getByRole('button', { name: 'Take down…' });
    await opener.click();
    await page.getByLabel('Reason').fill('Why');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('Nothing was changed.').waitFor();
    expect(await page.getByLabel('Reason').inputValue()).toBe('Why');
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await opener.evaluate((it) => it === document.activeElement)).toBe(true);
    await page.close();
  });

  test.concurrent('a takedown shows in the list, with its reason', async () => {
    const { platform, open } = await under.beside();
    const { id } = platform.add('Listed show', { state: 'ended' });
    platform.report(id, { state: 'taken-down', reason: 'Reported twice' });
    const { page } = await open('/');
    const card = page.locator('.stream-card-taken-down', { hasText: 'Listed show' });
    await card.getByText('Taken down', { exact: true }).waitFor();
    await card.getByText('Reported twice').waitFor();
    await page.close();
  });

  test.concurrent('other destinations are added, turned off and on, and removed; errors show at their fields and the key is never shown again', async () => {
    const { platform } = under;
    const { id } = platform.add('Sent on');
    const { page, complaints } = await under.open(`/streams/${id}`);
    await page.getByRole('button', { name: 'Add a destination' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a destination' });
    await dialog.getByRole('button', { name: 'Add' }).click();
    expect(await dialog.getByRole('alert').count()).toBe(3);
    await dialog.getByLabel('Name').fill('Second site');
    await dialog.getByLabel('Server').fill('rtmp://10.0.0.1/live');
    await dialog.getByLabel('Stream key').fill('very-secret');
    const path = `POST /v1/streams/${id}/destinations`;
    const errors = [{ detail: '10.0.0.1 is not a public address.', pointer: '#/url' }];
    platform.problems.set(path, { status: 400, title: 'The request is invalid', errors });
    await page.keyboard.press('Enter');
    await dialog.getByRole('alert').getByText('10.0.0.1 is not a public address.').waitFor();
    expect(await dialog.getByLabel('Server').evaluate((it) => it === document.activeElement)).toBe(true);
    expect(await dialog.getByRole('alert').count()).toBe(1);
    expect(await accessibilityFaults(page)).toEqual([]);
    platform.problems.delete(path);
    await dialog.getByLabel('Server').fill('rtmps://live.example.com/app');
    await page.keyboard.press('Enter');

    const row = page.getByRole('listitem', { name: 'Second site' });
    await row.getByText('Ready', { exact: true }).waitFor();
    const [made] = (await (await fetch(`${platform.url}/v1/streams/${id}`)).json()).destinations;
    platform.change(id, {
      destinations: [
        { ...made, state: 'waiting', since: new Date().toISOString(), detail: 'the server does not respond' },
      ],
    });
    await row.getByText('Retrying', { exact: true }).waitFor();
    await row.getByText(/^Receiving nothing; retrying \(since .*\): the server does not respond$/).waitFor();
    await row.getByRole('button', { name: 'Turn off Second site' }).click();
    await row.getByText('Off', { exact: true }).waitFor();
    await row.getByRole('button', { name: 'Turn on Second site' }).click();
    await row.getByText('Retrying', { exact: true }).waitFor();

    await page.getByRole('button', { name: 'Add a destination' }).click();
    expect(await dialog.getByLabel('Stream key').inputValue()).toBe('');
    await page.keyboard.press('Escape');
    expect(await page.content()).not.toContain('very-secret');
    await row.getByRole('button', { name: 'Remove Second site' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await row.waitFor({ state: 'detached' });
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain('400');
    await page.close();
  });

  test.concurrent('the latency of a stream is low until standard is chosen', async () => {
    const { id } = under.platform.add('Talk show');
    const { page } = await under.open(`/streams/${id}`);
    const choice = page.getByRole('group', { name: 'Latency' });
    expect(await choice.getByLabel('Low').isChecked()).toBe(true);
    await choice.getByLabel('Standard').check();
    await page.getByRole('status').getByText('Latency changed.').waitFor();
    expect(await choice.getByLabel('Standard').isChecked()).toBe(true);
    await page.close();
  });

  test.concurrent('the encoder of a stream is chosen with its cost in view, and shows the status of its channel', async () => {
    const { platform } = under;
    const { id } = platform.add('Premium show', { encoders: ['fleet', 'medialive'] });
    const { page } = await under.open(`/streams/${id}`);
    await page.getByText('About $0.20 per hour on air, on AWS').click();
    await page.getByText('An estimate.').waitFor();
    await page.getByLabel('AWS MediaLive').check();
    await page.getByRole('status').getByText('Encoder changed.').waitFor();
    expect(await page.getByLabel('AWS MediaLive').isChecked()).toBe(true);
    platform.change(id, {
      managed: {
        broadcastId: 'b000000000000008',
        state: 'starting',
        since: new Date().toISOString(),
        detail: 'The MediaLive channel is starting; about 40 s left.',
      },
    });
    await page.getByText('about 40 s left').waitFor();
    await page.close();
  });

  test.concurrent('the encoder of a stream reverts to the old choice and shows the error if the API refuses the change', async () => {
    const { platform } = under;
    const { id } = platform.add('Plain show', { encoders: ['fleet', 'medialive'] });
    const { page } = await under.open(`/streams/${id}`);
    platform.problems.set(`PATCH /v1/streams/${id}`, { status: 503, detail: 'Nothing was changed.' });
    await page.getByLabel('AWS MediaLive').click();
    await page.getByRole('alert').getByText('Nothing was changed.').waitFor();
    expect(await page.getByLabel('Headwater encoders').isChecked()).toBe(true);
    await page.close();
  });

  test.concurrent('the encoder of a stream offers no choice if only Headwater’s own encoders are available', async () => {
    const { id } = under.platform.add('Own show');
    const { page } = await under.open(`/streams/${id}`);
    const group = page.getByRole('group', { name: 'Encoder' });
    await group.getByText('Headwater encoders').waitFor();
    expect(await group.getByRole('radio').count()).toBe(0);
    await page.close();
  });

  test.concurrent('every page fits 360 px without scrolling sideways, in light and dark', async () => {
    const { platform, open, url } = await under.beside();
    const { id } = platform.add('A stream whose name goes on for longer than a phone is wide', {
      state: 'live',
      broadcast: cannedBroadcast('b000000000000006', 'live'),
      destinations: [
        {
          id: 'd1',
          name: 'A site elsewhere whose name is long too',
          url: 'rtmps://a-name-that-goes-on-and-on.live.example.com/an-application-with-a-long-name',
          enabled: true,
          createdAt: new Date().toISOString(),
          state: 'waiting',
          detail: 'the server does not respond',
        },
      ],
    });
    platform.report(id, { state: 'taken-down', reason: 'A'.repeat(100) });
    const { page } = await open('/');
    await page.setViewportSize({ width: 360, height: 740 });
    for (const path of ['/', `/streams/${id}`, `/watch/${id}`, '/docs', '/docs/createStream', '/nowhere']) {
      await page.goto(url + path);
      await page.locator('h1').waitFor();
      await page.getByText(/Loading/).waitFor({ state: 'detached' });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect([path, colorScheme, over]).toEqual([path, colorScheme, 0]);
      }
    }
    await page.close();
  });

  test.concurrent('text of every page stands out from its ground by 4.5 to 1, in light and dark', async () => {
    const { page } = await under.open('/');
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const ratios = await page.evaluate(contrastRatios);
      for (const [pair, ratio] of Object.entries(ratios)) {
        expect([colorScheme, pair, ratio >= 4.5]).toEqual([colorScheme, pair, true]);
      }
    }
    await page.close();
  });
});

describe('everybody can use', () => {
  test.concurrent.each(views.map((view) => [view.name, view] as const))('%s', async (_name, view) => {
    expect(await faultsOf(view, under)).toEqual([]);
  });
});

test('the program reports in one line that its port is taken, and what to do', async () => {
  const squatter = createServer().listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  const { port } = squatter.address() as AddressInfo;
  const program: ChildProcess = spawn(process.execPath, ['bin/page.ts'], {
    cwd: join(import.meta.dirname, '..', '..'),
    env: {
      ...process.env,
      HEADWATER_PORT: String(port),
      HEADWATER_API_BASE_URL: 'http://127.0.0.1:1',
      HEADWATER_EDGE_BASE_URL: 'http://127.0.0.1:1',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  program.stdout?.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  const [code] = await once(program, 'close');
  squatter.close();
  const failures = said.split('\n').filter((line) => line.includes('process.failed'));
  expect(code).toBe(1);
  expect(failures).toHaveLength(1);
  expect(failures[0]).toContain(`Port ${port} is in use`);
});

/** Runs in the page: the contrast (WCAG 2.2) of each pair of colour roles that text is set in. */
function contrastRatios(): Record<string, number> {
  const probe = document.body.appendChild(document.createElement('span'));
  const luminance = (role: string): number => {
    probe.style.color = `var(--${role})`;
    const [red = 0, green = 0, blue = 0] = (getComputedStyle(probe).color.match(/\d+/g) ?? []).map((part) => {
      const share = Number(part) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const pairs = [
    ['ink', 'ground'],
    ['ink', 'surface'],
    ['quiet', 'ground'],
    ['quiet', 'surface'],
    ['quiet', 'sunken'],
    ['accent', 'surface'],
    ['accent', 'ground'],
    ['accent', 'sunken'],
    ['on-accent', 'accent'],
    ['accent-strong', 'accent-soft'],
    ['live', 'live-soft'],
    ['wait', 'wait-soft'],
    ['danger', 'surface'],
    ['on-danger', 'danger'],
    ['ink', 'wait-soft'],
    ['ink', 'live-soft'],
  ] as const;
  const ratios = Object.fromEntries(
    pairs.map(([text, ground]) => {
      const [high, low] = [luminance(text), luminance(ground)].toSorted((a, b) => b - a) as [number, number];
      return [`${text} on ${ground}`, (high + 0.05) / (low + 0.05)];
    }),
  );
  probe.remove();
  return ratios;
}
