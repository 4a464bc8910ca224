import { expect, test } from '@jest/globals';
import { captionChannelsOf } from '../../../lib/packaging/codec/avc-captions.ts';
import { EncoderHarness } from '../../../testkit/harness/encoder-harness.ts';
import { popOn, takeOff, withCaptions } from '../../../testkit/media/captions.ts';
import { makeClip } from '../../../testkit/media/relay-feed.ts';
import { startPageOnEdge } from '../player/page-on-edge.ts';
import { edgeOf } from './edge-of.ts';

test('Captions in a broadcaster’s pictures are in every rendition, named once they come, and shown to who wants them', async () => {
  await using harness = await EncoderHarness.start();
  await using edge = await edgeOf(harness);
  await using screen = await startPageOnEdge(edge.url);
  const page = await screen.watch(harness.streamId);
  const clip = await makeClip({ seconds: 60, size: '854x480', rate: 15 });
  const cues = Array.from({ length: 14 }, (_, index) => [
    { fromMs: 4_000 + index * 4_000, pairs: popOn('Hello out there') },
    { fromMs: 7_000 + index * 4_000, pairs: takeOff },
  ]).flat();
  const feed = await harness.publish();
  const sending = feed.send(withCaptions(clip, cues));

  await page.locator('.player[data-condition="playing"]').waitFor();
  await page.getByRole('button', { name: 'Captions' }).click();
  await page.getByRole('menuitemradio', { name: 'CC1' }).click();
  await page.locator('.captions').getByText('Hello out there').waitFor();
  const box = await page.locator('.captions').getByText('Hello out there').boundingBox();
  expect(box?.width).toBeGreaterThan(50);

  const folder = await edge.folder();
  const [index, manifest] = await Promise.all(
    ['index.m3u8', 'manifest.mpd'].map(async (name) => (await fetch(folder + name)).text()),
  );
  expect(index).toMatch(/TYPE=CLOSED-CAPTIONS,.*INSTREAM-ID="CC1"/);
  expect(manifest).toContain('<Accessibility schemeIdUri="urn:scte:dash:cc:cea-608:2015" value="CC1=und"/>');
  for (const id of ['480p', '360p']) {
    const segment = Buffer.from(await (await fetch(`${folder}${id}/2.m4s`)).arrayBuffer());
    expect([...samplesOf(segment)].flatMap((sample) => captionChannelsOf(sample))).toContain('CC1');
  }
  feed.drop();
  await sending;
});

/** The contents of a segment's `mdat` boxes, whose first sample begins with them; the others follow. */
function* samplesOf(segment: Buffer): Generator<Buffer> {
  for (let at = 0; at + 8 <= segment.length; at += segment.readUInt32BE(at)) {
    if (segment.toString('latin1', at + 4, at + 8) !== 'mdat') continue;
    const media = segment.subarray(at + 8, at + segment.readUInt32BE(at));
    for (let sample = 0; sample + 4 < media.length; sample += 4 + media.readUInt32BE(sample))
      yield media.subarray(sample);
  }
}
