import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { cmcdTextOf, readReport } from '../../lib/audience/policy/cmcd.ts';
import { cannedBroadcast } from './player/canned-records.ts';
import {
  accessibilityFaults,
  type PagesUnderTest,
  pictureMoves,
  playerIs,
  startPagesUnderTest,
} from './player/page-under-test.ts';

let under: PagesUnderTest;

beforeAll(async () => {
  under = await startPagesUnderTest();
});
afterAll(() => under?.close());

let broadcasts = 0;
/** An unused broadcast ID. */
const nextId = () => `c${String(++broadcasts).padStart(15, '0')}`;

const addLive = (name: string, platform = under.platform) =>
  platform.add(name, { state: 'live', broadcast: cannedBroadcast(nextId(), 'live') });

const spriteFile = new URL('./player/sprite.png', import.meta.url);

async function addRecorded(name: string) {
  const broadcast = cannedBroadcast(nextId(), 'ended');
  await under.record(broadcast.id, 20);
  return under.platform.add(name, { state: 'ended', broadcast });
}

describe('the viewer', () => {
  // Several at once: they wait more than they work. Each has streams of its own, or a platform of its own.
  test.concurrent.each([
    ['', 'dash', 'manifest.mpd'],
    ['?protocol=hls', 'hls', 'index.m3u8'],
  ])('plays a live picture with %j by %s, with latency and qualities', async (query, method, manifest) => {
    const { id, broadcast } = addLive(`Show by ${method}`);
    const { page, complaints } = await under.open(`/watch/${id}${query}`);
    await playerIs(page, 'playing');
    await pictureMoves(page);
    expect(await page.locator('.player').getAttribute('data-method')).toBe(method);
    expect(
      await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name)),
    ).toContainEqual(expect.stringContaining(`/local/${id}/${broadcast?.id}/${manifest}`));
    const reports = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => name)
        .filter((name) => /\.(mpd|m3u8|m4s)/.test(name) && name.includes('CMCD=')),
    );
    const said = reports.map((name) => readReport(cmcdTextOf(name.slice(name.indexOf('/local/')))!));
    expect(new Set(said.map((report) => report?.session)).size).toBe(1);
    expect(said.every((report) => report?.stalledTotalMs !== undefined)).toBe(true);
    expect(reports.every((name) => name.split('CMCD=').length === 2)).toBe(true);
    await page.getByText(/^\s*Latency \d+(\.\d)? s/).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    // The menu opens, walks and closes by keyboard, and the choice reaches the screen.
    await page.getByRole('button', { name: /^Quality: Auto/ }).press('Enter');
    await page.getByRole('menuitemradio', { name: /^Auto/, checked: true }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Quality: 180p' }).waitFor();
    await page.waitForFunction(() => document.querySelector('video')?.videoHeight === 180);
    await page.getByRole('button', { name: 'Quality: 180p' }).press('Enter');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('video')?.videoHeight === 360);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.concurrent('has pictures on its bar by HLS, too, whose positions count from what was there first', async () => {
    const { id, broadcast } = addLive('Sought by clock');
    const { page, complaints } = await under.open(`/watch/${id}?protocol=hls`);
    await playerIs(page, 'playing');
    // By HLS, shaka-player's window stops growing with the first change of quality, so it must be long enough for a bar before.
    await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 12);
    await page.reload();
    await playerIs(page, 'playing');
    const firstAtMs = await page.evaluate(async () => {
      const names = performance.getEntriesByType('resource').map(({ name }) => name);
      const playlist = await fetch(names.find((name) => /media_\d\.m3u8/.test(name)) ?? '');
      return Date.parse(/PROGRAM-DATE-TIME:(\S+)/.exec(await playlist.text())?.[1] ?? '');
    });
    // The broadcast was on air for 100 s before.
    under.platform.extras.set(
      `${broadcast?.id}/storyboard.vtt`,
      [
        `WEBVTT\n\nNOTE 0 is ${new Date(firstAtMs - 100_000).toISOString()}`,
        '00:00:00.000 --> 00:01:40.000\nsprite.png#xywh=0,0,80,45',
        '00:01:40.000 --> 00:10:00.000\nsprite.png#xywh=80,0,80,45\n',
      ].join('\n\n'),
    );
    under.platform.extras.set(`${broadcast?.id}/sprite.png`, await readFile(spriteFile));
    const { x = 0, y = 0, width = 0, height = 0 } = (await page.locator('.seek').boundingBox()) ?? {};
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.locator('.seek-picture[viewBox="80 0 80 45"]').waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  // Alone: only the tab in front may be shown in full screen.
  test('starts muted and obeys the keyboard', async () => {
    const { id } = addLive('Keyboard show');
    const { page } = await under.open(`/watch/${id}`);
    await playerIs(page, 'playing');
    const muted = () => page.evaluate(() => document.querySelector('video')?.muted);
    expect(await muted()).toBe(true);
    await page.getByRole('button', { name: 'Turn on sound' }).first().click();
    expect(await muted()).toBe(false);
    await page.locator('main').focus();
    await page.keyboard.press('m');
    expect(await muted()).toBe(true);

    await page.keyboard.press('k');
    await playerIs(page, 'paused');
    await page.keyboard.press(' ');
    await playerIs(page, 'playing');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('button', { name: 'Jump to live' }).waitFor();
    await page.keyboard.press('l');
    await page.getByRole('button', { name: /^Live: / }).waitFor();
    await page.keyboard.press('f');
    await page.waitForFunction(() => document.fullscreenElement !== null);
    await page.close();
  });

  test.concurrent('can be left for the sound alone, and returned to', async () => {
    const { id } = addLive('Sound show');
    const { page, complaints } = await under.open(`/watch/${id}`);
    await playerIs(page, 'playing');
    const choose = async (name: string) => {
      await page.getByRole('button', { name: /^Quality/ }).click();
      await page.getByRole('menuitemradio', { name: new RegExp(`^${name}`) }).click();
    };
    await choose('Audio only');
    await page.getByText('Sound only').waitFor();
    await page.getByRole('button', { name: 'Quality: Audio only' }).waitFor();
    await playerIs(page, 'playing');
    await pictureMoves(page, 1);
    expect(await page.evaluate(() => document.querySelector('video')?.videoHeight)).toBe(0);
    await choose('360p');
    await page.getByRole('button', { name: 'Quality: 360p' }).waitFor();
    await page.waitForFunction(() => document.querySelector('video')?.videoHeight === 360);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.concurrent('tells its figures and its keys on request', async () => {
    const { id } = addLive('Counted show');
    const { page } = await under.open(`/watch/${id}`);
    await playerIs(page, 'playing');
    await page.keyboard.press('i');
    const stats = page.getByRole('region', { name: 'Stats' });
    await stats.waitFor();
    const height = await page.evaluate(() => document.querySelector('video')?.videoHeight);
    const text = await stats.innerText();
    expect(text).toMatch(new RegExp(`Resolution\\s+\\d+×${height} at 25 fps`));
    for (const name of ['Bitrate', 'Latency', 'Buffer', 'Dropped frames']) {
      expect(text).toMatch(new RegExp(`${name}\\s+\\d`));
    }
    expect(await accessibilityFaults(page)).toEqual([]);
    await stats.getByRole('button', { name: 'Close stats' }).click();
    await stats.waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await playerIs(page, 'playing');
    await page.getByRole('button', { name: 'Picture in picture', exact: true }).click();
    await page.getByRole('button', { name: 'Leave picture in picture' }).waitFor();
    await page.locator('main').focus();
    await page.keyboard.press('p');
    await page.getByRole('button', { name: 'Picture in picture', exact: true }).waitFor();
    await page.close();
  });

  test.concurrent('keeps its controls in small windows', async () => {
    const { id } = addLive('Small show');
    const { page } = await under.open(`/watch/${id}`);
    await playerIs(page, 'playing');
    for (const [width, height] of [
      [360, 640],
      [844, 390],
      [568, 320],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.mouse.move(width / 2, height / 2);
      for (const name of ['Pause', 'Full screen']) {
        const box = await page.getByRole('button', { name, exact: true }).boundingBox();
        expect(
          box && [width, box.x >= 0, box.y >= 0, box.x + box.width <= width, box.y + box.height <= height],
        ).toEqual([width, true, true, true, true]);
      }
    }
    await page.close();
  });

  test.concurrent('calls a viewer without a network offline at once, and goes on when it is back', async () => {
    const { id } = addLive('Tunnel show');
    const { page } = await under.open(`/watch/${id}`);
    await playerIs(page, 'playing');
    const network = await page.context().newCDPSession(page);
    const setOffline = (offline: boolean) =>
      // For this tab alone.
      network.send('Network.emulateNetworkConditions', {
        ...{ offline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 },
      });
    await setOffline(true);
    await page.locator('.scene-note').getByText('You’re offline').waitFor();
    await page.locator('.scene-cover, .scene-note').getByText('You’re offline').waitFor();
    await page.locator('.player:not([data-condition="playing"])').waitFor();
    await setOffline(false);
    await page.getByText('You’re offline').first().waitFor({ state: 'detached' });
    await playerIs(page, 'playing');
    await pictureMoves(page);
    await page.close();
  });

  test.concurrent('puts no load on the API while it plays', async () => {
    const { id } = addLive('Quiet show');
    const { page } = await under.open(`/watch/${id}`);
    await playerIs(page, 'playing');
    await pictureMoves(page, 1);
    const asked = () => under.platform.requests.filter((line) => line.endsWith(id)).length;
    // The last of the questions from before it played may still be on its way.
    const counts = [asked()];
    for (let windows = 0; windows < 2; windows++) {
      await pictureMoves(page, 4);
      counts.push(asked());
    }
    expect(counts[2]).toBe(counts[1]);
    await page.close();
  });

  test.concurrent('needs no API: with the API down it is found at the edge', async () => {
    const { platform, open } = await under.beside();
    const { id } = addLive('Orphan show', platform);
    platform.down.api = true;
    const { page } = await open(`/watch/${id}`);
    await playerIs(page, 'playing');
    await pictureMoves(page);
    platform.down.api = false;
    await page.getByRole('heading', { name: 'Orphan show' }).waitFor();
    await playerIs(page, 'playing');
    await page.close();
  });

  test.concurrent('recovers automatically after an edge outage, with a message in the meantime', async () => {
    const { platform, open } = await under.beside();
    const { id } = addLive('Edge show', platform);
    platform.down.edge = true;
    const { page } = await open(`/watch/${id}`);
    await page.getByText('The video couldn’t be loaded').first().waitFor();
    await page.getByRole('button', { name: 'Try now' }).waitFor();
    platform.down.edge = false;
    await playerIs(page, 'playing');
    await pictureMoves(page);
    await page.close();
  });

  test.concurrent('plays sound alone under a poster, with controls that stay, and is told in the console', async () => {
    const id = nextId();
    const canned = cannedBroadcast(id, 'live');
    const { videoCodec: _, width: __, height: ___, frameRate: ____, ...input } = canned.input!;
    const broadcast = { ...canned, input, renditions: canned.renditions.slice(-1) };
    const stream = under.platform.add('Morning radio', { state: 'live', broadcast });
    await under.startSample(id, { pictures: false });
    const { page, complaints } = await under.open(`/watch/${stream.id}`);
    await playerIs(page, 'playing');
    await pictureMoves(page, 4);
    await page.getByText('Sound only').waitFor();
    expect(await page.locator('.sound-poster-name').textContent()).toBe('Morning radio');
    expect(await page.locator('.player-asleep').count()).toBe(0);
    expect(await page.getByRole('button', { name: /^Quality/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'Turn on sound' }).first().click();
    await page.getByRole('button', { name: 'Pause' }).click();
    await playerIs(page, 'paused');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.goto(`${under.url}/streams/${stream.id}`);
    await page.getByRole('definition').filter({ hasText: 'Sound only' }).waitFor();
    await page.locator('.preview .sound-poster').waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.concurrent('goes from offline to starting to playing automatically', async () => {
    const { platform } = under;
    const { id } = platform.add('Waiting show');
    const { page, complaints } = await under.open(`/watch/${id}`);
    await page.locator('.scene').getByText('Not on air').waitFor();
    const broadcast = cannedBroadcast(nextId(), 'starting');
    platform.change(id, { state: 'starting', broadcast });
    await page.locator('.scene').getByText('The broadcast is starting').waitFor();
    expect(await page.getByRole('status').innerText()).toContain('The broadcast is starting');
    platform.change(id, { state: 'live', broadcast });
    await playerIs(page, 'playing');
    await pictureMoves(page);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.concurrent('waits for a disconnected broadcaster', async () => {
    const { platform, open } = await under.beside();
    const { id } = platform.add('Gone show', {
      state: 'reconnecting',
      broadcast: cannedBroadcast(nextId(), 'reconnecting'),
    });
    platform.down.edge = true;
    const { page } = await open(`/watch/${id}`);
    await page.locator('.scene').getByText('The broadcaster lost connection').waitFor();
    await page.close();
  });

  test.concurrent('while the platform sends the last picture, a note explains why it is frozen', async () => {
    const { id } = under.platform.add('Held show', {
      state: 'reconnecting',
      broadcast: cannedBroadcast(nextId(), 'reconnecting'),
    });
    const { page } = await under.open(`/watch/${id}`);
    await playerIs(page, 'playing');
    await page.locator('.scene-note').getByText('The broadcaster lost connection').waitFor();
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await playerIs(page, 'paused');
    await page.close();
  });

  test.concurrent('a stream that does not exist is not found', async () => {
    const { page } = await under.open('/watch/0000000000000000');
    await page.locator('.scene').getByText('Stream not found').waitFor();
    await page.getByRole('link', { name: 'See all streams' }).click();
    await page.waitForURL(`${under.url}/`);
    await page.close();
  });

  const isDark = async (page: Page) => {
    await playerIs(page, 'taken-down');
    await page.locator('.scene').getByText('This stream is no longer available').waitFor();
    const shown = await page.evaluate(() => {
      const video = document.querySelector('video');
      return video && [video.paused, video.videoWidth, getComputedStyle(video).visibility];
    });
    expect(shown).toEqual([true, 0, 'hidden']);
  };

  test.concurrent('a takedown removes the picture at the edge’s first refusal, then polls rarely, and a restore brings it back', async () => {
    const { platform } = under;
    const { id } = addLive('Stolen show');
    const { page } = await under.open(`/watch/${id}`);
    await playerIs(page, 'playing');
    await pictureMoves(page, 1);
    platform.report(id, { state: 'taken-down' });
    await isDark(page);
    expect(await page.getByRole('button', { name: /Play|Try now|Pause/ }).count()).toBe(0);
    expect(await page.getByRole('status').innerText()).toContain('This stream is no longer available');
    expect(await accessibilityFaults(page)).toEqual([]);

    const delivered = () => platform.deliveries.filter((path) => path.includes(id)).length;
    const asked = () => platform.requests.filter((line) => line.endsWith(id)).length;
    const before = [delivered(), asked()] as const;
    const atMs = performance.now();
    await page.waitForResponse((response) => response.url().endsWith(`/v1/streams/${id}`));
    expect(performance.now() - atMs).toBeGreaterThan(2_000);
    expect([delivered(), asked()]).toEqual([before[0], before[1] + 1]);

    platform.report(id, { state: 'restored' });
    await playerIs(page, 'playing');
    await pictureMoves(page);
    await page.close();
  });

  test.concurrent('a takedown removes the picture of HLS viewers too, and returning to the tab after a restore resumes at once', async () => {
    const { platform } = under;
    const { id } = addLive('Stolen show');
    const { page } = await under.open(`/watch/${id}?protocol=hls`);
    await playerIs(page, 'playing');
    await pictureMoves(page, 1);
    platform.report(id, { state: 'taken-down' });
    await isDark(page);
    platform.report(id, { state: 'restored' });
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await playerIs(page, 'playing');
    await pictureMoves(page);
    await page.close();
  });

  test.concurrent('a takedown reported by the API keeps the page from requesting anything from the edge', async () => {
    const { platform } = under;
    const { id } = under.platform.add('Recorded and stolen', {
      state: 'ended',
      broadcast: cannedBroadcast(nextId(), 'ended'),
    });
    platform.report(id, { state: 'taken-down' });
    const { page } = await under.open(`/watch/${id}`);
    await page.locator('.scene').getByText('This stream is no longer available').waitFor();
    expect(platform.deliveries.filter((path) => path.includes(id))).toEqual([]);
    await page.close();
  });

  test.concurrent('a stream with HLS only plays HLS where DASH would have been the first choice', async () => {
    const broadcast = cannedBroadcast(nextId(), 'live');
    const { id, playback } = under.platform.add('Premium show', { state: 'live', broadcast });
    under.platform.change(id, { playback: { ...playback, manifests: ['hls'] } });
    const { page } = await under.open(`/watch/${id}`);
    await playerIs(page, 'playing');
    await pictureMoves(page);
    expect(under.platform.deliveries).toContain(`/local/${id}/${broadcast.id}/index.m3u8`);
    expect(under.platform.deliveries.filter((path) => path.includes(id) && path.endsWith('.mpd'))).toEqual(
      [],
    );
    await page.close();
  });

  test.concurrent('the end of a broadcast is shown, can be watched again from the start, and the next broadcast takes over', async () => {
    const { platform } = under;
    const broadcast = cannedBroadcast(nextId(), 'live');
    const sample = await under.startSample(broadcast.id);
    const { id } = platform.add('Last show', { state: 'live', broadcast });
    const { page, complaints } = await under.open(`/watch/${id}`);
    await playerIs(page, 'playing');
    await sample.end();
    platform.change(id, { state: 'ended', broadcast: { ...broadcast, state: 'ended' } });
    await page.locator('.scene').getByText('This broadcast has ended').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Watch from the start' }).click();
    await playerIs(page, 'playing');
    expect(await page.evaluate(() => document.querySelector('video')?.currentTime)).toBeLessThan(5);
    await pictureMoves(page);

    const next = cannedBroadcast(nextId(), 'live');
    platform.change(id, { state: 'live', broadcast: next });
    await page.waitForRequest((request) => request.url().includes(`/${next.id}/manifest.mpd`));
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.concurrent('who paused a recording stays paused when the next broadcast takes over', async () => {
    const { platform } = under;
    const { id } = await addRecorded('Paused show');
    const { page } = await under.open(`/watch/${id}`);
    await playerIs(page, 'playing');
    await page.keyboard.press('k');
    await playerIs(page, 'paused');
    const next = cannedBroadcast(nextId(), 'live');
    const sample = await under.startSample(next.id);
    platform.change(id, { state: 'live', broadcast: next });
    await page.waitForRequest(
      (request) => request.url().includes(`/${next.id}/`) && request.url().includes('.m4s'),
    );
    await playerIs(page, 'paused');
    await page.getByRole('button', { name: 'Catch up: jump to live' }).click();
    await playerIs(page, 'playing');
    await sample.end();
    await page.close();
  });

  test.concurrent('a viewer who went back from the live edge stays there with sound alone', async () => {
    const { id } = addLive('Heard later');
    const { page } = await under.open(`/watch/${id}`);
    await playerIs(page, 'playing');
    const slider = page.getByRole('slider', { name: 'Position' });
    await slider.press('ArrowLeft');
    await slider.press('ArrowLeft');
    await page.getByRole('button', { name: 'Catch up: jump to live' }).waitFor();
    await page.getByRole('button', { name: /^Quality/ }).press('Enter');
    await page.getByRole('menuitemradio', { name: 'Audio only' }).press('Enter');
    await page.locator('.sound-poster').waitFor();
    await playerIs(page, 'playing');
    await page.getByRole('button', { name: 'Catch up: jump to live' }).waitFor();
    await page.close();
  });

  test.concurrent('a viewer who comes later gets the recording from its first second', async () => {
    const { id } = await addRecorded('Recorded show');
    const { page } = await under.open(`/watch/${id}`);
    await playerIs(page, 'playing');
    expect(await page.evaluate(() => document.querySelector('video')?.currentTime)).toBeLessThan(5);
    await page.getByText(/^0:0\d \/ \d+:\d\d$/).waitFor();
    await page.close();
  });

  test.concurrent('the bar shows where a seek leads, by time and picture, and its knob reaches the end', async () => {
    const { id, broadcast } = await addRecorded('Sought show');
    under.platform.extras.set(
      `${broadcast?.id}/storyboard.vtt`,
      [
        'WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nsprite.png#xywh=0,0,80,45',
        '00:00:02.000 --> 00:10:00.000\nsprite.png#xywh=80,0,80,45\n',
      ].join('\n\n'),
    );
    under.platform.extras.set(`${broadcast?.id}/sprite.png`, await readFile(spriteFile));
    const { page, complaints } = await under.open(`/watch/${id}`);
    await playerIs(page, 'playing');
    await page.locator('main').focus();
    await page.keyboard.press('k');
    const bar = page.locator('.seek');
    const { x = 0, y = 0, width = 0, height = 0 } = (await bar.boundingBox()) ?? {};
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.locator('.seek-picture[viewBox="80 0 80 45"]').waitFor();
    expect(await page.locator('.seek-label').innerText()).toMatch(/^\d+:\d\d$/);
    await page.mouse.click(x + width / 2, y + height / 2);
    await page.waitForFunction(() => {
      const video = document.querySelector('video');
      return video && Math.abs(video.currentTime - video.duration / 2) < 0.5;
    });
    const slider = page.getByRole('slider', { name: 'Position' });
    await slider.press('ArrowLeft');
    await slider.press('End');
    await page.waitForFunction(() => {
      const [track, knob] = ['.seek-track', '.seek-knob'].map((name) =>
        document.querySelector(name)?.getBoundingClientRect(),
      );
      return track && knob && Math.abs(knob.x + knob.width / 2 - track.right) < 1;
    });
    expect(complaints).toEqual([]);
    await page.close();
  });

  /** A page of another origin with the player in a frame. */
  async function openFramed(id: string) {
    const site = createServer((_, response) =>
      response
        .setHeader('Content-Type', 'text/html')
        .end(`<iframe src="${under.url}/embed/${id}" width="640" height="360">`),
    ).listen(0, '127.0.0.1');
    await once(site, 'listening');
    const { page } = await under.open('/nowhere');
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}`);
    const close = async () => {
      await page.close();
      site.close();
    };
    return { page, frame: page.frameLocator('iframe'), close };
  }

  test.concurrent('a player in a frame of another site plays, asks no API, and leads to the stream’s own page', async () => {
    const { id } = addLive('Framed show');
    const { page, frame, close } = await openFramed(id);
    await frame.locator('.player[data-condition="playing"]').waitFor();
    // The page's server asks for the card; the frame asks nobody.
    const asked = under.platform.requests.filter((request) => request.includes(id));
    expect(new Set(asked)).toEqual(new Set([`GET /v1/streams/${id}/card`]));
    const link = frame.getByRole('link', { name: /Framed show/ });
    expect(await link.getAttribute('href')).toBe(`/watch/${id}`);
    const [tab] = await Promise.all([page.waitForEvent('popup'), link.click()]);
    await tab.getByRole('heading', { level: 1, name: 'Framed show' }).waitFor();
    await tab.close();
    await close();
  });

  test.concurrent('a player in a frame of another site stays empty where the stream allows no frames', async () => {
    const { id } = addLive('Closed show');
    under.platform.change(id, { embedding: 'nowhere' });
    const { page, close } = await openFramed(id);
    await page.waitForFunction(() => document.readyState === 'complete');
    const frame = page.frames().find((one) => one !== page.mainFrame());
    expect(frame?.url()).toBe('chrome-error://chromewebdata/');
    await close();
  });

  test.concurrent('a viewer’s first picture costs at most 300 kB of page', async () => {
    const { id } = addLive('Light show');
    const { page } = await under.open(`/watch/${id}`);
    await pictureMoves(page, 0);
    const loaded = await page.evaluate(() =>
      [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
        .map((entry) => entry as PerformanceResourceTiming)
        .filter(({ name }) => name.startsWith(location.origin))
        .map(({ name, encodedBodySize }) => [new URL(name).pathname, encodedBodySize] as const),
    );
    // As it came: compressed. What isn't from here is media.
    expect(loaded.map(([, size]) => size)).not.toContain(0);
    const bytes = loaded.reduce((sum, [, size]) => sum + size, 0);
    expect([bytes <= 300_000, loaded]).toEqual([true, loaded]);
    await page.close();
  });
});
