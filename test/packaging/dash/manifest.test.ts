import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { type MpdSegment, parse, parseUTCTiming } from 'mpd-parser';
import { dashManifest } from '../../../lib/packaging/dash/manifest.ts';
import type { DashModel } from '../../../lib/packaging/dash/model.ts';
import { model, namedPeriods, period, startMs, threePeriods, timelineOf } from './sample-model.ts';

const manifestUri = 'http://edge.example/local/stream/manifest.mpd';

/** Element names that arrays are made of; attributes are prefixed with `@`. */
const lists = new Set(['Period', 'AdaptationSet', 'Representation']);
const xml = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  isArray: (name) => lists.has(name),
});

const read = (text: string, NOW?: number) =>
  parse(text, { manifestUri, ...(NOW === undefined ? {} : { NOW }), eventHandler: () => {} });

describe('dashManifest', () => {
  test('offers the segments of the window to an independent parser', () => {
    const manifest = read(dashManifest(model()), startMs + 61_000);
    const [top] = manifest.playlists;
    expect(top?.endList).toBe(false);
    expect(top?.attributes).toMatchObject({
      NAME: '720p',
      BANDWIDTH: 3_000_001,
      CODECS: 'avc1.64001F',
      RESOLUTION: { width: 1280, height: 720 },
    });
    // 61 s after the start: segment 29 ended at 60 s, segment 15 at 32 s is the first within 30 s of now.
    expect(top!.segments.map(({ resolvedUri }) => resolvedUri)).toEqual(
      Array.from({ length: 15 }, (_, index) => `http://edge.example/local/stream/720p/${index + 15}.m4s`),
    );
    expect(top!.segments.at(-1)).toMatchObject({
      presentationTime: 58,
      duration: 2,
      map: { resolvedUri: 'http://edge.example/local/stream/720p/init-1.mp4' },
    });
    const [sound] = manifest.mediaGroups.AUDIO.audio!['en (main)']!.playlists;
    expect(sound?.segments.at(-1)).toMatchObject({ presentationTime: 58 });
  });

  test('gives our own clock, never an outside one', () => {
    expect(parseUTCTiming(dashManifest(model()))).toMatchObject({
      value: 'http://edge.example/time?a=1&b=2',
    });
  });

  test('lists every segment once over a gap and a continued period', () => {
    const text = dashManifest(
      model({ type: 'static', mediaPresentationDurationMs: 50_000, baseUrl: 'b1/', periods: threePeriods }),
    );
    const [top] = read(text).playlists;
    // Times are not compared: mpd-parser takes presentationTimeOffset off a time that never had it.
    expect(top!.segments.map(({ resolvedUri }) => resolvedUri)).toEqual(
      [...Array(10).keys(), ...Array.from({ length: 12 }, (_, index) => index + 13)].map(
        (number) => `http://edge.example/local/stream/b1/720p/${number}.m4s`,
      ),
    );
    const { MPD } = xml.parse(text);
    const continuity = MPD.Period.map(
      (each: { AdaptationSet: { SupplementalProperty?: object }[] }) =>
        each.AdaptationSet[0]?.SupplementalProperty,
    );
    expect(continuity).toEqual([
      undefined,
      undefined,
      { '@schemeIdUri': 'urn:mpeg:dash:period-continuity:2015', '@value': 'p1' },
    ]);
  });

  test('names exactly the segments of a timeline, with the gap between its periods', () => {
    const text = dashManifest(
      model({ type: 'static', mediaPresentationDurationMs: 34_000, periods: namedPeriods }),
    );
    const manifest = read(text);
    const names = [0, 1, 2, 13, 14, 15, 16];
    const of = (segments: readonly MpdSegment[] | undefined) =>
      segments?.map(({ resolvedUri, presentationTime }) => [
        Number(/(\d+)\.m4s$/.exec(resolvedUri)?.[1]),
        presentationTime,
      ]);
    expect(of(manifest.playlists[0]?.segments)).toEqual(names.map((number) => [number, number * 2]));
    const [sound] = manifest.mediaGroups.AUDIO.audio!['en (main)']!.playlists;
    expect(sound?.segments.map(({ duration }) => Math.round(duration * 44_100))).toEqual([
      ...[88_064, 89_088, 88_064],
      ...[88_064, 89_088, 88_064, 89_088],
    ]);
    const [first, second] = xml.parse(text).MPD.Period;
    expect(first.AdaptationSet[0].SegmentTemplate).toMatchObject({
      '@startNumber': '0',
      SegmentTimeline: { S: { '@t': '0', '@d': '180000', '@r': '2' } },
    });
    expect(second.AdaptationSet[0].SegmentTemplate['@duration']).toBeUndefined();
    expect(second.AdaptationSet[0].SegmentTemplate.SegmentTimeline.S).toEqual({
      ...{ '@t': '2340000', '@d': '180000', '@r': '3' },
    });
  });

  test('says a start in a timeline only where it is not the end before', () => {
    const timeline = [...timelineOf(0, [10, 10, 20]), ...timelineOf(50, [20])];
    const text = dashManifest(model({ periods: [period({ audio: { ...period().audio!, timeline } })] }));
    expect(/<SegmentTimeline>.*<\/SegmentTimeline>/.exec(text)?.[0]).toBe(
      '<SegmentTimeline><S t="0" d="10" r="1"/><S d="20"/><S t="50" d="20"/></SegmentTimeline>',
    );
  });

  test('is static with a duration and nothing of the live clock once the broadcast is over', () => {
    const { MPD } = xml.parse(dashManifest(model({ type: 'static', mediaPresentationDurationMs: 61_234 })));
    expect(Object.keys(MPD).sort()).toEqual(
      [
        ...[
          '@maxSegmentDuration',
          '@mediaPresentationDuration',
          '@minBufferTime',
          '@profiles',
          '@type',
          '@xmlns',
        ],
        'Period',
      ].sort(),
    );
    expect(MPD['@mediaPresentationDuration']).toBe('PT61.234S');
  });

  test('takes the length of a recording from its last period where it has one', () => {
    const text = dashManifest(
      model({ type: 'static', periods: [period({ startMs: 4000, durationMs: 6500 })] }),
    );
    expect(xml.parse(text).MPD['@mediaPresentationDuration']).toBe('PT10.5S');
  });

  test('writes frame rates as fractions, ticks by timescale and the largest picture', () => {
    const text = dashManifest(
      model({ periods: [period({ mediaStartMs: 26_000, startNumber: 13, endNumber: 20 })] }),
    );
    const [picture, sound] = xml.parse(text).MPD.Period[0].AdaptationSet;
    expect(picture).toMatchObject({
      '@maxWidth': '1280',
      '@maxHeight': '720',
      '@maxFrameRate': '30000/1001',
    });
    expect(picture.Representation.map((each: Record<string, string>) => each['@frameRate'])).toEqual([
      '30000/1001',
      '15',
    ]);
    expect(picture.SegmentTemplate).toMatchObject({
      '@timescale': '90000',
      '@duration': '180000',
      '@presentationTimeOffset': '2340000',
      '@startNumber': '13',
      '@endNumber': '20',
    });
    expect(sound.SegmentTemplate).toMatchObject({
      '@timescale': '44100',
      '@presentationTimeOffset': '1146600',
    });
  });

  test('names the captions in the pictures, if there are any', () => {
    const captions = ['CC1', 'CC3'];
    const text = dashManifest(model({ periods: [period({ video: { ...period().video!, captions } })] }));
    const [picture, sound] = xml.parse(text).MPD.Period[0].AdaptationSet;
    expect(picture.Accessibility).toEqual({
      '@schemeIdUri': 'urn:scte:dash:cc:cea-608:2015',
      '@value': 'CC1=und;CC3=und',
    });
    expect(sound.Accessibility).toBeUndefined();
    const services = { ...period().video!, captions: ['SERVICE1', 'SERVICE12'] };
    expect(dashManifest(model({ periods: [period({ video: services })] }))).toContain(
      '<Accessibility schemeIdUri="urn:scte:dash:cc:cea-708:2015" value="1=lang:und;12=lang:und"/>',
    );
    expect(dashManifest(model())).not.toContain('Accessibility');
  });

  test('ties the latency target to the reference time where there is one', () => {
    const { MPD } = xml.parse(dashManifest(model({ periods: threePeriods })));
    expect(MPD.ServiceDescription.Latency).toMatchObject({ '@referenceId': '0', '@target': '6000' });
    expect(MPD.Period[0].AdaptationSet[0].ProducerReferenceTime).toMatchObject({
      '@id': '0',
      '@wallClockTime': '2026-11-22T12:00:00.250Z',
      '@presentationTime': '0',
    });
    expect(xml.parse(dashManifest(model())).MPD.ServiceDescription.Latency['@referenceId']).toBeUndefined();
  });

  test('lets no text break out of its attribute or element', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 12 }), (text) => {
        const plain = text.replaceAll(/\p{Cc}/gu, '');
        const { MPD } = xml.parse(
          dashManifest(model({ periods: [period({ id: `x${plain}y` })], baseUrl: `"'<&${plain}]]>` })),
          true,
        );
        expect(MPD.Period[0]['@id']).toBe(`x${plain}y`);
        expect(MPD.BaseURL).toBe(`"'<&${plain}]]>`);
      }),
    );
  });

  test.each<[string, Partial<DashModel>]>([
    ['no period', { periods: [] }],
    ['a period without media', { periods: [period({ video: undefined, audio: undefined })] }],
    [
      'periods that overlap',
      { periods: [period({ durationMs: 5000 }), period({ id: 'p1', startMs: 4000 })] },
    ],
    ['a recording of unknown length', { type: 'static' }],
  ])('refuses %s', (_, fault) => {
    expect(() => dashManifest(model(fault))).toThrow(expect.objectContaining({ code: 'DASH_BAD_MODEL' }));
  });
});
