import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { captionData } from '../../../lib/packaging/codec/avc-caption-data.ts';
import { segmentNumberAt } from '../../../lib/packaging/segment-grid.ts';
import { EncoderHarness } from '../../../testkit/harness/encoder-harness.ts';
import {
  deleteWindow,
  dtvccPacket,
  inField,
  pairByPair,
  popOn,
  showWindow,
  takeOff,
  withCaptions,
} from '../../../testkit/media/captions.ts';
import { makeClip } from '../../../testkit/media/relay-feed.ts';
import { startPageOnEdge } from '../player/page-on-edge.ts';
import { edgeOf } from './edge-of.ts';

const newText = 'Good evening all';
const oldText = 'Hello out there ';
/** From then on, a segment's beginning, captions are of the old kind. */
const oldFromMs = 16_000;

const newKind = [4, 7, 10, 13].flatMap((seconds) => {
  const packet = (bytes: readonly number[]) => [dtvccPacket([{ service: 1, bytes }])];
  return [
    // The second picture of its time, which is none of those that are kept.
    { fromMs: seconds * 1_000 + 17, pictures: packet(showWindow(newText)) },
    { fromMs: seconds * 1_000 + 2_000, pictures: packet(deleteWindow) },
  ];
});
const oldKind = Array.from({ length: 10 }, (_, index) => oldFromMs + index * 3_000).flatMap((fromMs) => [
  pairByPair(fromMs, popOn(oldText)),
  pairByPair(fromMs + 2_000, takeOff),
]);

test('Captions in a broadcaster’s pictures are whole in every rendition, those with fewer pictures too, named once they come, and shown to who wants them', async () => {
  await using harness = await EncoderHarness.start();
  await using edge = await edgeOf(harness);
  await using screen = await startPageOnEdge(edge.url);
  const page = await screen.watch(harness.streamId);
  // Half of its pictures go into the renditions.
  const clip = await makeClip({ seconds: 45, size: '854x480', rate: 60 });
  const feed = await harness.publish();
  const sending = feed.send(withCaptions(clip, [...newKind, ...oldKind]));

  await page.locator('.player[data-condition="playing"]').waitFor();
  await chooseAndRead(page, 'Service 1', newText);
  const folder = await edge.folder();
  const named = async () =>
    (
      await Promise.all(
        ['index.m3u8', 'manifest.mpd'].map(async (name) => (await fetch(folder + name)).text()),
      )
    ).join('\n');
  const before = await named();
  expect(before).toMatch(/TYPE=CLOSED-CAPTIONS,.*INSTREAM-ID="SERVICE1"/);
  expect(before).toContain('<Accessibility schemeIdUri="urn:scte:dash:cc:cea-708:2015" value="1=lang:und"/>');

  await chooseAndRead(page, 'CC1', oldText.trim());
  const after = await named();
  expect(after).toMatch(/TYPE=CLOSED-CAPTIONS,.*INSTREAM-ID="CC1"/);
  expect(after).toContain('<Accessibility schemeIdUri="urn:scte:dash:cc:cea-608:2015" value="CC1=und"/>');
  // Stream time follows the publisher's by steps of 1 ms, so the first of them may be in the segment before.
  const numbers = [-1, 0, 1].map((off) => segmentNumberAt(oldFromMs) + off);
  for (const id of ['480p', '360p']) {
    const captions = await Promise.all(numbers.map((number) => captionsOf(`${folder}${id}/${number}.m4s`)));
    expect(Buffer.concat(captions).includes(Buffer.from(inField(popOn(oldText)).flat()))).toBe(true);
  }
  feed.drop();
  await sending;
});

/** Chooses captions once the menu has them, and waits until they are on screen. */
async function chooseAndRead(page: Page, label: string, text: string): Promise<void> {
  await page.getByRole('button', { name: 'Captions' }).click();
  await page.getByRole('menuitemradio', { name: label }).click();
  const shown = page.locator('.captions').getByText(text);
  let width: number | undefined;
  // They come and go, so they may have gone before they are measured.
  while (width === undefined) {
    await shown.waitFor();
    width = (await shown.boundingBox())?.width;
  }
  expect(width).toBeGreaterThan(50);
}

async function captionsOf(url: string): Promise<Buffer> {
  const response = await fetch(url);
  expect(`${url}: ${response.status}`).toBe(`${url}: 200`);
  return Buffer.concat(
    [...samplesOf(Buffer.from(await response.arrayBuffer()))].map((sample) => captionData(sample)),
  );
}

/** The contents of a segment's `mdat` boxes, whose first sample begins with them; the others follow. */
function* samplesOf(segment: Buffer): Generator<Buffer> {
  for (let at = 0; at + 8 <= segment.length; at += segment.readUInt32BE(at)) {
    if (segment.toString('latin1', at + 4, at + 8) !== 'mdat') continue;
    const media = segment.subarray(at + 8, at + segment.readUInt32BE(at));
    for (let sample = 0; sample + 4 < media.length; sample += 4 + media.readUInt32BE(sample))
      yield media.subarray(sample);
  }
}
