import { expect, test } from '@jest/globals';
import { XMLParser } from 'fast-xml-parser';
import { EncoderHarness } from '../../../testkit/harness/encoder-harness.ts';
import { fetchMediaPlaylist, fetchMultivariant, fetchRendition } from '../../../testkit/media/playback.ts';
import { probePackets } from '../../../testkit/media/recording.ts';
import { makeClip, type RelayFeed } from '../../../testkit/media/relay-feed.ts';
import { SlowMachine } from '../../../testkit/media/slow-machine.ts';
import { chooseQuality, heightShownAs, startPageOnEdge } from '../player/page-on-edge.ts';
import { edgeOf } from './edge-of.ts';

const frameMs = 1000 / 15;

test('A rendition that was shed on a slow machine comes back once there is room, no number is missing anywhere, and viewers are told what they see', async () => {
  const machine = new SlowMachine();
  await using harness = await EncoderHarness.start({ encoders: machine.wrap });
  await using viewer = await viewerOf(harness);
  await using screen = await startPageOnEdge(viewer.url);
  const page = await screen.watch(harness.streamId);
  const clip = await makeClip({ seconds: 90, size: '854x480', rate: 15 });
  const feed = await harness.publish();
  let isEnough = false;
  const sending = (async (): Promise<void> => {
    for (let fromMs = 0; !isEnough && fromMs < 90_000; fromMs += 2000)
      await feed.send(clip.filter(({ timestampMs }) => timestampMs >= fromMs && timestampMs < fromMs + 2000));
  })();
  await chooseQuality(page, '480p');
  expect(await heightShownAs(page, '480p', ['Auto', '480p', '360p', 'Audio only'])).toBe(480);
  machine.speed = (outputs) => (outputs > 2 ? 0.5 : 4);
  expect(await harness.event('encoder.ladder.shed')).toMatchObject({ rendition: '480p' });
  await published(feed, 2);
  expect(await viewer.heights()).toEqual([360]);
  expect(await heightShownAs(page, '360p', ['Auto', '480pNot available now', '360p', 'Audio only'])).toBe(
    360,
  );
  machine.speed = () => Number.POSITIVE_INFINITY;
  expect(await harness.event('encoder.ladder.restored')).toMatchObject({ rendition: '480p' });
  await published(feed, 4);

  expect(await viewer.heights()).toEqual([480, 360]);
  expect(await heightShownAs(page, '480p', ['Auto', '480p', '360p', 'Audio only'])).toBe(480);
  await expectSeamless(viewer);
  isEnough = true;
  await sending;
  feed.unpublish();
  await harness.event('encoder.broadcast.ended');
  await using later = await viewerOf(harness);
  expect(await later.heights()).toEqual([480, 360]);
  await expectSeamless(later);
  expect(harness.named('encoder.ladder.shed')).toHaveLength(1);
  const types = await harness.journalTypes();
  expect(types.filter((type) => type.startsWith('ladder.'))).toEqual(['ladder.shed', 'ladder.restored']);
  const { renditions } = (await harness.store.latestBroadcast(harness.streamId))!;
  expect(renditions.map(({ id }) => id)).toEqual(['480p', '360p', 'audio']);
});

/** Waits until this many more groups of segments have been published. */
async function published(feed: RelayFeed, more: number): Promise<void> {
  const before = feed.frames.filter(({ type }) => type === 'published-through').length;
  await feed.frame('published-through', before + more - 1);
}

/** Every manifest names every number, for each rendition that goes on, and what they name can be played through. */
async function expectSeamless(viewer: Viewer): Promise<void> {
  const folder = await viewer.folder();
  const listed = new Map<string, string[]>();
  for (const id of ['480p', '360p', 'audio']) {
    const { segments, mediaSequenceBase = 0 } = await fetchMediaPlaylist(`${folder}${id}/playlist.m3u8`);
    expect(segments.map(({ uri }) => numberOf(uri))).toEqual(segments.map((_, at) => mediaSequenceBase + at));
    expect(segments.filter(({ discontinuity }) => discontinuity)).toHaveLength(2);
    expect(new Set(segments.map(({ map }) => map?.uri.split('/').at(-1)))).toEqual(new Set(['init-1.mp4']));
    listed.set(
      id,
      segments.map(({ uri }) => uri),
    );
  }
  const owners = listed.get('480p')!.map((uri) => (uri.startsWith('../360p/') ? 'lower' : 'own'));
  expect(owners.filter((owner, at) => owner !== owners[at - 1])).toEqual(['own', 'lower', 'own']);
  for (const id of ['360p', 'audio']) expect(listed.get(id)!.join()).not.toContain('/');

  const periods = await viewer.periods(numberOf(listed.get('audio')!.at(-1)!));
  expect(periods.map(({ pictures }) => pictures)).toEqual([['480p', '360p'], ['360p'], ['480p', '360p']]);
  for (const kind of ['video', 'audio'] as const) {
    const numbers = periods.flatMap((period) => period[kind]);
    expect(numbers).toEqual(listed.get('audio')!.map(numberOf));
  }
  expect(periods.map(({ continues }) => continues)).toEqual([
    [],
    [periods[0]!.id, periods[0]!.id],
    [periods[1]!.id, periods[1]!.id],
  ]);
  for (const height of [480, 360]) {
    const { media } = await fetchRendition(`${folder}index.m3u8`, height);
    const packets = await probePackets(media);
    const steps = packets.slice(1).map(({ ptsMs }, at) => ptsMs - packets[at]!.ptsMs);
    expect(Math.max(...steps.map((step) => Math.abs(step - frameMs)))).toBeLessThan(2);
  }
}

const numberOf = (uri: string): number => Number(/(\d+)\.m4s$/.exec(uri)?.[1]);

type Viewer = Awaited<ReturnType<typeof viewerOf>>;

async function viewerOf(harness: EncoderHarness) {
  const edge = await edgeOf(harness);
  return {
    ...edge,
    async heights(): Promise<(number | undefined)[]> {
      const { variants } = await fetchMultivariant(`${await edge.folder()}index.m3u8`);
      return variants.map(({ resolution }) => resolution?.height);
    },
    /** `newest`: number of the newest whole segment. */
    async periods(newest: number): Promise<Period[]> {
      const manifest = await (await fetch(`${await edge.folder()}manifest.mpd`)).text();
      return readPeriods(manifest, newest);
    },
  };
}

interface Period {
  readonly id: string;
  readonly pictures: readonly string[];
  /** Numbers of the whole segments that it names: by timelines, or in low latency by the clock. */
  readonly video: readonly number[];
  readonly audio: readonly number[];
  /** The period that each of its sets continues. */
  readonly continues: readonly string[];
}

interface Xml {
  readonly [name: string]: string & Xml & readonly (string & Xml)[];
}

const many = new Set(['Period', 'AdaptationSet', 'Representation', 'S', 'SupplementalProperty']);
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  isArray: (name) => many.has(name),
});

function readPeriods(manifest: string, newest: number): Period[] {
  const { MPD } = parser.parse(manifest) as { MPD: Xml };
  return MPD.Period!.map((period) => {
    const sets = period.AdaptationSet!;
    const set = (kind: string) => sets.find(({ contentType }) => contentType === kind)!;
    const properties = sets.flatMap(({ SupplementalProperty = [] }) => [...SupplementalProperty]) as Xml[];
    return {
      id: period.id!,
      pictures: set('video').Representation!.map(({ id }) => id!),
      video: numbersOf(set('video'), newest),
      audio: numbersOf(set('audio'), newest),
      continues: properties
        .filter(({ schemeIdUri }) => schemeIdUri!.includes('period-continuity'))
        .map(({ value }) => value!),
    };
  });
}

function numbersOf({ SegmentTemplate }: Xml, newest: number): number[] {
  const { startNumber, endNumber = newest, SegmentTimeline } = SegmentTemplate!;
  const count = SegmentTimeline
    ? SegmentTimeline.S!.reduce((sum, { r = '0' }) => sum + 1 + Number(r), 0)
    : Number(endNumber) - Number(startNumber) + 1;
  return Array.from({ length: count }, (_, at) => Number(startNumber) + at);
}
