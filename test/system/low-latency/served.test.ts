import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { XMLParser } from 'fast-xml-parser';
import { parse } from 'mpd-parser';
import { parseChunks, parseInit } from '../../../lib/packaging/cmaf/reader.ts';
import { defaultPartMs, segmentMs } from '../../../lib/packaging/segment-grid.ts';
import { Publisher } from '../../../testkit/media/publisher.ts';
import { Platform } from '../../../testkit/platform/platform.ts';
import { type CreatedStream, createStream, streamEvent } from '../../../testkit/platform/streams.ts';
import { heldByHlsJs, readByHlsJs, reloadedByHlsJs } from '../../packaging/hls/hls-js.ts';
import { type FollowedRendition, follow } from './followed-rendition.ts';
import { ServedPlaylist, type ServedRendition, servedRenditions } from './served-rendition.ts';

/** The last segment that is followed: then a delta update has something to skip. */
const lastMsn = 6;
const partsPerSegment = segmentMs / defaultPartMs;

let platform: Platform;
let publishers: Publisher[];
/** A viewer's own link, with a token in its path. */
let playback: CreatedStream['playback'];
let stream: CreatedStream;
let standard: CreatedStream;
let video: FollowedRendition;
let audio: FollowedRendition;

beforeAll(async () => {
  platform = await Platform.start();
  stream = await createStream(platform, { name: 'near', playback: 'signed' });
  standard = await createStream(platform, { name: 'far', latency: 'standard' });
  publishers = [publish(stream, '640x360'), publish(standard, '256x144')];
  await Promise.all([stream, standard].map(({ id }) => streamEvent(platform, id, 'stream.live')));
  playback = await link();
  const [picture, sound] = (await servedRenditions(playback.hls)) as [ServedRendition, ServedRendition];
  [video, audio] = await Promise.all([
    follow(picture, { msn: lastMsn, hints: true }),
    follow(sound, { msn: lastMsn, hints: false }),
  ]);
});
afterAll(async () => {
  await Promise.all((publishers ?? []).map((one) => one.stop()));
  await platform?.stop();
});

function publish({ ingest }: CreatedStream, size: string): Publisher {
  return new Publisher({ url: `${ingest.rtmp.url}/${ingest.rtmp.key}`, size });
}

async function link(): Promise<CreatedStream['playback']> {
  const answer = await fetch(`${platform.ready.api}/v1/streams/${stream.id}/playback-sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ttlSeconds: 600, viewerId: 'seat-12' }),
  });
  return ((await answer.json()) as { playback: CreatedStream['playback'] }).playback;
}

const statusOf = async (url: string): Promise<number> => {
  const answer = await fetch(url);
  await answer.body?.cancel();
  return answer.status;
};

const cachedFor = async (url: string): Promise<string | null> => {
  const answer = await fetch(url);
  await answer.arrayBuffer();
  return answer.headers.get('cache-control');
};

describe.each(['video', 'audio'] as const)('HLS, %s', (kind) => {
  const followed = () => (kind === 'video' ? video : audio);
  const playlists = () => followed().reloads.map(({ playlist }) => playlist);
  const last = () => playlists().at(-1)!;

  test('each blocking reload has the part that it asked for, and brings the next one', () => {
    for (const { asked, playlist } of followed().reloads) expect(playlist.has(asked)).toBe(true);
    const named = new Set(playlists().flatMap(({ parts }) => parts.map(({ uri }) => uri)));
    const all = [...named].map((uri) => uri.split('-')[0]);
    const [number = '', index = ''] = all[0]!.split('.');
    const first = Number(number) * partsPerSegment + Number(index);
    expect(all).toEqual(all.map((_, at) => nameOf(first + at)));
  });

  test('the part of each hint is the next one, and was there for whoever requested it before', () => {
    const hints = playlists().map(({ hint }) => hint);
    for (const [at, { parts }] of playlists().entries()) {
      if (at > 0) expect(parts.map(({ uri }) => uri)).toContain(hints[at - 1]);
    }
    if (kind === 'video') expect([...video.hinted.keys()].length).toBe(video.reloads.length);
  });

  test('parts joined are the segment, byte for byte, as long as a player may ask for them', async () => {
    const { rendition, parts } = followed();
    let segments = 0;
    for (const { uri, mediaSequenceNumber: msn } of last().whole) {
      const names = [...parts.keys()].filter((part) => part.startsWith(`${msn}.`)).sort();
      if (names.length < partsPerSegment) continue;
      const joined = Buffer.concat(names.map((name) => parts.get(name)!));
      expect(joined.equals(await rendition.bytes(uri))).toBe(true);
      segments++;
    }
    // The parts of the last three are named, and those of three more can be had.
    expect(segments).toBeGreaterThanOrEqual(5);
  });

  test('no part is longer than the part target or shorter than 85 % of it, and each is what its tag says', async () => {
    const { rendition, parts } = followed();
    const map = last().whole[0]!.map!;
    const { timescale } = parseInit(await rendition.bytes(map.uri));
    const target = last().read.partTargetDuration!;
    const listed = new Map(playlists().flatMap((playlist) => playlist.parts.map((part) => [part.uri, part])));
    expect(new Set(playlists().map(({ read }) => read.partTargetDuration)).size).toBe(1);
    expect(last().read.lowLatencyCompatibility!.partHoldBack).toBeGreaterThanOrEqual(2 * target);
    for (const [uri, bytes] of parts) {
      const chunks = parseChunks(bytes);
      const ticks = chunks.reduce((sum, { durationTicks }) => sum + durationTicks, 0);
      const { duration, independent } = listed.get(uri)!;
      expect(duration).toBeCloseTo(ticks / timescale, 4);
      expect(duration).toBeLessThanOrEqual(target);
      const endsSegment = uri.startsWith(`${Number.parseInt(uri, 10)}.${partsPerSegment - 1}-`);
      if (!endsSegment) expect(duration).toBeGreaterThanOrEqual(0.85 * target);
      expect(independent).toBe(chunks[0]!.samples[0]!.keyframe);
    }
    const keyed = [...listed.values()].filter(({ independent }) => independent);
    expect(keyed.length < listed.size).toBe(kind === 'video');
    expect(keyed.length).toBeGreaterThan(0);
  });

  test('reports how far the other renditions are, no further than they are', async () => {
    const other = kind === 'video' ? audio : video;
    const { rendition } = followed();
    const { text } = await rendition.reload(last().next);
    const reports = [
      ...text.matchAll(/^#EXT-X-RENDITION-REPORT:URI="(.+)",LAST-MSN=(\d+),LAST-PART=(\d+)$/gm),
    ];
    const [, , msn, part] = reports.find(([, uri = '']) => rendition.at(uri) === other.rendition.url) ?? [];
    const reported = { msn: Number(msn), part: Number(part) };
    const newer = other.reloads.at(-1)!.playlist.next;
    expect(reported.msn * partsPerSegment + reported.part).toBeGreaterThanOrEqual(
      newer.msn * partsPerSegment + newer.part - 1,
    );
    const there = await other.rendition.reload(reported);
    expect(there.has(reported)).toBe(true);
  });

  test.each([
    ['a segment too far ahead', ({ msn }: { msn: number }) => ({ msn: msn + 4 })],
    ['a segment beyond any broadcast', () => ({ msn: 123_456_789 })],
    ['a part of no segment', () => ({ part: 1 })],
  ])('%s is a bad request, for a second', async (_, directives) => {
    const { rendition } = followed();
    const { next } = await rendition.reload({ msn: lastMsn });
    const answer = await rendition.ask(directives(next));
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([400, 'public, max-age=1']);
  });

  test('caches may keep media for ever, and playlists and refusals for a second', async () => {
    const { rendition } = followed();
    const playlist = await rendition.reload({ msn: lastMsn });
    const { uri } = playlist.parts.at(-1)!;
    const map = playlist.whole[0]!.map!.uri;
    const segment = playlist.whole.at(-1)!.uri;
    for (const name of [uri, map, segment])
      expect(await cachedFor(rendition.at(name))).toBe('public, max-age=31536000, immutable');
    for (const query of ['', `?_HLS_msn=${lastMsn}`, '?_HLS_skip=YES'])
      expect(await cachedFor(rendition.url + query)).toMatch(/^public, max-age=1(,|$)/);
    const never = playlist.hint!.replace(/^\d+\.\d/, `${playlist.next.msn + 3}.1`);
    expect(await statusOf(rendition.at(never))).toBe(404);
    expect(await cachedFor(rendition.at(never))).toBe('public, max-age=1');
  });
});

describe('HLS, video and audio', () => {
  const both = (check: (rendition: ServedRendition) => Promise<void>) =>
    Promise.all([video, audio].map(({ rendition }) => check(rendition)));

  test('what is old or gone is answered with the whole playlist', () =>
    both(async (rendition) => {
      for (const old of [{ msn: 0 }, { msn: 0, part: 1 }, { msn: 2, part: 9 }])
        expect((await rendition.reload(old)).has({ msn: lastMsn })).toBe(true);
    }));

  test("a number past a segment's last part waits for the next segment, one without a part for all of it", () =>
    both(async (rendition) => {
      const { next } = await rendition.reload({ msn: lastMsn });
      const past = await rendition.reload({ msn: next.msn, part: partsPerSegment });
      expect(past.has({ msn: next.msn + 1, part: 0 })).toBe(true);
      expect((await rendition.reload({ msn: past.next.msn })).has({ msn: past.next.msn })).toBe(true);
    }));

  test('a delta update leaves a player with what the whole playlist says', () =>
    both(async (rendition) => {
      const before = await rendition.reload({ msn: lastMsn });
      for (const skip of ['YES', 'v2'] as const) {
        const [full, delta] = await sameVersion(rendition, skip);
        expect(delta).toMatch(/^#EXT-X-SKIP:SKIPPED-SEGMENTS=[1-9]\d*$/m);
        const merged = heldByHlsJs(reloadedByHlsJs([before.text, delta]));
        const whole = heldByHlsJs(readByHlsJs(full));
        expect(merged.segments.map(({ url, number, init }) => [url, number, init])).toEqual(
          whole.segments.map(({ url, number, init }) => [url, number, init]),
        );
        expect(merged.parts).toEqual(whole.parts);
        expect(full.endsWith(delta.slice(delta.indexOf('#EXT-X-PART:')))).toBe(true);
      }
    }));
});

describe('DASH', () => {
  const xml = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    isArray: (name) => name === 'Period' || name === 'AdaptationSet',
  });
  const schema = join(import.meta.dirname, '../../../../shared/schemas/DASH-MPD.xsd');
  const canValidate = existsSync(schema) && spawnSync('xmllint', ['--version']).status === 0;
  const manifest = async (url = playback.dash) => (await fetch(url)).text();
  const clock = async () => Date.parse(await (await fetch(`${platform.ready.edge}/time`)).text());

  test("the MPD is valid by MPEG's schema, where it is at hand", async () => {
    const text = await manifest();
    expect(xml.parse(text, true).MPD['@type']).toBe('dynamic');
    if (!canValidate) return;
    const { status, stderr } = spawnSync('xmllint', ['--noout', '--nonet', '--schema', schema, '-'], {
      input: text,
      encoding: 'utf8',
    });
    expect([status, stderr.trim()]).toEqual([0, '- validates']);
  });

  test('an independent parser finds segments that are there', async () => {
    const found = parse(await manifest(), {
      manifestUri: playback.dash,
      NOW: await clock(),
      eventHandler: () => {},
    });
    const segments = found.playlists[0]!.segments.map(({ resolvedUri }) => resolvedUri);
    expect(segments.length).toBeGreaterThan(lastMsn);
    expect(await Promise.all([segments.at(0)!, segments.at(-1)!].map(statusOf))).toEqual([200, 200]);
  });

  test('the newest segment that the clock allows can be requested, though most of it is not made yet', async () => {
    const { MPD } = xml.parse(await manifest());
    const set = MPD.Period[0].AdaptationSet[0];
    const template = set.SegmentTemplate;
    expect(template).toMatchObject({
      '@availabilityTimeOffset': String((segmentMs - defaultPartMs) / 1000),
      '@availabilityTimeComplete': 'false',
    });
    const seconds = Number(template['@duration']) / Number(template['@timescale']);
    const elapsedMs = (await clock()) - Date.parse(MPD['@availabilityStartTime']);
    const offset = seconds - Number(template['@availabilityTimeOffset']);
    const newest = Math.floor((elapsedMs / 1000 - offset) / seconds) + Number(template['@startNumber']);
    expect(await statusOf(video.rendition.at(`${newest}.m4s`))).toBe(200);
  });

  test('a segment arrives part by part in one response, with the time at which its first picture came', async () => {
    const { rendition } = video;
    const { next: seen } = await rendition.reload({ msn: lastMsn });
    const { next } = await rendition.reload({ msn: seen.msn + 1, part: 0 });
    const number = next.msn + 1;
    const growing = await fetch(rendition.at(`${number}.m4s`));
    expect(growing.headers.get('content-length')).toBeNull();
    const reader = growing.body!.getReader();
    let grown = Buffer.alloc(0);
    for (let part = 0; part < partsPerSegment; part++) {
      const playlist = await rendition.reload({ msn: number, part });
      const named = playlist.parts.filter(({ msn }) => msn === number).slice(0, part + 1);
      const joined = Buffer.concat(await Promise.all(named.map(({ uri }) => rendition.bytes(uri))));
      while (grown.length < joined.length) grown = Buffer.concat([grown, (await reader.read()).value!]);
      expect(grown.subarray(0, joined.length).equals(joined)).toBe(true);
      // The first part was here long before the last one was made.
      if (part === 0) expect((await rendition.reload({ msn: number, part })).next.msn).toBe(number);
    }
    for (let read = await reader.read(); !read.done; read = await reader.read())
      grown = Buffer.concat([grown, read.value]);
    expect(grown.equals(await rendition.bytes(`${number}.m4s`))).toBe(true);

    const init = await rendition.bytes((await rendition.reload({ msn: number })).whole[0]!.map!.uri);
    const { timescale } = parseInit(init);
    const { MPD } = xml.parse(await manifest());
    const { SegmentTemplate: template, ProducerReferenceTime: reference } = MPD.Period[0].AdaptationSet[0];
    const originMs = (wallMs: number, ticks: number, perSecond: number) =>
      wallMs - (ticks * 1000) / perSecond;
    const chunks = parseChunks(grown);
    expect(chunks).toHaveLength(partsPerSegment);
    const { wallClockMs, mediaTime } = chunks[0]!.producerReference!;
    const said = Date.parse(reference['@wallClockTime']);
    const ticks = Number(reference['@presentationTime']);
    const errorMs =
      originMs(wallClockMs, Number(mediaTime), timescale) -
      originMs(said, ticks, Number(template['@timescale']));
    // Both are rounded to ms.
    expect(Math.abs(errorMs)).toBeLessThan(3);
  });
});

describe('a stream with standard latency', () => {
  test('has nothing of low latency, in HLS or DASH', async () => {
    const [rendition] = (await servedRenditions(standard.playback.hls)) as [ServedRendition];
    const text = await rendition.text();
    expect(text).not.toMatch(/EXT-X-(PART|PRELOAD|RENDITION-REPORT|SERVER-CONTROL|SKIP)/);
    const read = new ServedPlaylist(text);
    expect(read.whole.length).toBeGreaterThan(3);
    const dash = await (await fetch(standard.playback.dash)).text();
    expect(dash).toContain('<SegmentTimeline>');
    expect(dash).not.toMatch(/availabilityTime(Offset|Complete)|ServiceDescription/);
  });
});

describe('a signed stream', () => {
  test('answers nothing without its token, what is held included', async () => {
    const { rendition } = video;
    const { hint, next } = await rendition.reload({ msn: lastMsn });
    const signed = [
      `${rendition.url}?_HLS_msn=${next.msn}&_HLS_part=${next.part}`,
      rendition.at(hint!),
      rendition.at(`${next.msn}.m4s`),
      playback.dash,
    ];
    const [, token = ''] = /\/(~[^/]+)\//.exec(rendition.url) ?? [];
    const unsigned = signed.map((url) => url.replace(`/${token}/`, '/'));
    expect(await Promise.all(unsigned.map(statusOf))).toEqual([403, 403, 403, 403]);
    expect(await Promise.all(signed.map(statusOf))).toEqual([200, 200, 200, 200]);
    expect((await rendition.reload(next)).text).not.toContain(token);
  });
});

const nameOf = (part: number): string => `${Math.floor(part / partsPerSegment)}.${part % partsPerSegment}`;

/** The next version of a playlist, as a whole and as a delta update. */
async function sameVersion(rendition: ServedRendition, skip: 'YES' | 'v2'): Promise<[string, string]> {
  for (let from = await rendition.reload({ msn: lastMsn }); ; ) {
    const [full, delta] = await Promise.all([
      rendition.text(from.next),
      rendition.text({ ...from.next, skip }),
    ]);
    from = new ServedPlaylist(full);
    if (delta.includes(`"${from.hint}"`)) return [full, delta];
  }
}
