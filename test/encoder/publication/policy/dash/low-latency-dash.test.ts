import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { XMLParser } from 'fast-xml-parser';
import { parse } from 'mpd-parser';
import {
  fallbackDashModel,
  lowLatencyDashModel,
} from '../../../../../lib/encoder/publication/policy/dash/low-latency-dash.ts';
import { dashManifest } from '../../../../../lib/packaging/dash/manifest.ts';
import { type LiveOptions, ladder, liveAt, startedAtMs } from '../live/live-broadcast.ts';

const schema = join(import.meta.dirname, '../../../../../../shared/schemas/DASH-MPD.xsd');
const canValidate = existsSync(schema) && spawnSync('xmllint', ['--version']).status === 0;
const lists = new Set(['Period', 'AdaptationSet', 'Representation']);
const xml = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  isArray: (name) => lists.has(name),
});

function manifestAt(ms: number, options: LiveOptions = {}, base = ''): string {
  const { state, tail } = liveAt(ms, options);
  return dashManifest(lowLatencyDashModel(state, tail, base, startedAtMs + ms));
}
const shedding: LiveOptions = {
  periods: [
    { fromNumber: 0, initName: 'init-3.mp4', headers: ladder },
    { fromNumber: 3, initName: 'init-3-1.mp4', headers: new Map([...ladder].slice(1)) },
  ],
};

describe('lowLatencyDashModel', () => {
  test.each([
    ['at its first part', manifestAt(600)],
    ['after a while', manifestAt(61_000, {}, 'b1/')],
    ['of two periods', manifestAt(7100, shedding)],
    ['in the object store', dashManifest(fallbackDashModel(liveAt(61_000).state, '', startedAtMs + 61_000))],
  ])("%s is valid by MPEG's schema, where it is at hand, and well formed", (_, text) => {
    expect(xml.parse(text, true).MPD['@type']).toBe('dynamic');
    if (!canValidate) return;
    const { status, stderr } = spawnSync('xmllint', ['--noout', '--nonet', '--schema', schema, '-'], {
      input: text,
      encoding: 'utf8',
    });
    expect([status, stderr.trim()]).toEqual([0, '- validates']);
  });

  test('lets players request a segment when its first part is there, and says that it is not whole', () => {
    const [period] = xml.parse(manifestAt(9300)).MPD.Period;
    for (const set of period.AdaptationSet) {
      expect(set.SegmentTemplate).toMatchObject({
        '@availabilityTimeOffset': '1.5',
        '@availabilityTimeComplete': 'false',
        '@startNumber': '0',
        '@media': '$RepresentationID$/$Number$.m4s',
      });
      expect(set.SegmentTemplate.SegmentTimeline).toBeUndefined();
      const { '@duration': duration, '@timescale': timescale } = set.SegmentTemplate;
      expect(Number(duration) / Number(timescale)).toBe(2);
    }
  });

  test('says how far behind players should be, measured from when the encoder got a picture, and how fast they may play', () => {
    const { MPD } = xml.parse(manifestAt(9300));
    expect(MPD.ServiceDescription).toMatchObject({
      Latency: { '@target': '1500', '@min': '1250', '@max': '6000' },
      PlaybackRate: { '@min': '0.95', '@max': '1.08' },
    });
    for (const set of MPD.Period[0].AdaptationSet) {
      expect(set.ProducerReferenceTime).toMatchObject({
        '@id': MPD.ServiceDescription.Latency['@referenceId'],
        '@inband': 'true',
        '@type': 'encoder',
        '@wallClockTime': new Date(startedAtMs).toISOString(),
        '@presentationTime': '0',
        UTCTiming: MPD.UTCTiming,
      });
    }
    expect(MPD).toMatchObject({ '@minimumUpdatePeriod': 'PT2S', '@suggestedPresentationDelay': 'PT1.5S' });
  });

  test('offers an independent parser the segments of the clock, whatever it lists', () => {
    const manifest = parse(manifestAt(9300, {}, 'b1/'), {
      manifestUri: 'http://edge.example/local/s/manifest.mpd',
      NOW: startedAtMs + 9300,
      eventHandler: () => {},
    });
    // It takes no notice of the offset: at 9.3 s, 100 ms of which a part takes, segments 0 to 3 are whole.
    expect(manifest.playlists[0]?.segments.map(({ resolvedUri }) => resolvedUri)).toEqual(
      [0, 1, 2, 3].map((number) => `http://edge.example/local/s/b1/720p/${number}.m4s`),
    );
  });

  test('counts from where a period begins, also when that has left the window', () => {
    const [period] = xml.parse(manifestAt(61_000, { windowSegments: 5 })).MPD.Period;
    expect(period['@start']).toBe('PT0S');
    expect(period.AdaptationSet[0].SegmentTemplate['@startNumber']).toBe('0');
  });

  test('begins the period of the open segment with its first part', () => {
    const [first, second, ...more] = xml.parse(manifestAt(6600, shedding)).MPD.Period;
    expect(more).toEqual([]);
    expect(first).toMatchObject({ '@id': 'p0', '@duration': 'PT6S' });
    expect(first.AdaptationSet[0].SegmentTemplate['@endNumber']).toBe('2');
    expect(second).toMatchObject({ '@id': 'p3', '@start': 'PT6S' });
    expect(second.AdaptationSet[0]).toMatchObject({
      SegmentTemplate: { '@startNumber': '3', '@initialization': '$RepresentationID$/init-3-1.mp4' },
      Representation: [{ '@id': '360p' }],
    });
    expect(second.AdaptationSet[0].SegmentTemplate['@endNumber']).toBeUndefined();
  });
});

describe('fallbackDashModel', () => {
  test('is the same presentation, further behind and in whole segments', () => {
    const { state, tail } = liveAt(61_000);
    const live = xml.parse(dashManifest(lowLatencyDashModel(state, tail, '', 1))).MPD;
    const stored = xml.parse(dashManifest(fallbackDashModel(state, '', 1))).MPD;
    expect(stored['@suggestedPresentationDelay']).toBe('PT16S');
    expect(stored.ServiceDescription).toBeUndefined();
    expect(stored['@availabilityStartTime']).toBe(live['@availabilityStartTime']);
    for (const [at, set] of stored.Period[0].AdaptationSet.entries()) {
      const template = live.Period[0].AdaptationSet[at].SegmentTemplate;
      const { '@availabilityTimeOffset': _, '@availabilityTimeComplete': __, ...same } = template;
      expect(set.SegmentTemplate).toEqual(same);
    }
  });
});
