import { describe, expect, test } from '@jest/globals';
import { captionsNamed, captionTracks } from '../../../../../lib/player/page/playback/policy/captions.ts';

const mpd = (...values: (string | undefined)[]) => ({
  tagName: 'MPD',
  attributes: {},
  children: values.map((value) => ({
    tagName: 'Accessibility',
    attributes: { schemeIdUri: 'urn:scte:dash:cc:cea-608:2015', ...(value !== undefined && { value }) },
    children: [],
  })),
});
const channel = { id: 7, language: 'und', mimeType: 'application/cea-608', originalTextId: 'CC1' };

describe('captions', () => {
  test('are named by an MPD once each, whatever it has besides', () => {
    expect(captionsNamed(mpd('CC1=und;CC3=eng', 'CC1=und'))).toEqual(['CC1', 'CC3']);
    expect(captionsNamed(mpd(undefined))).toEqual(['CC1']);
    expect(captionsNamed(mpd('CC9=x;<b>'))).toEqual([]);
    const other = {
      tagName: 'Accessibility',
      attributes: { schemeIdUri: 'urn:other', value: 'CC1' },
      children: [],
    };
    expect(captionsNamed({ tagName: 'MPD', attributes: {}, children: [other] })).toEqual([]);
  });

  test('of CEA-708 are services, alone or beside channels', () => {
    const of = (schemeIdUri: string, value?: string) => ({
      tagName: 'Accessibility',
      attributes: { schemeIdUri, ...(value !== undefined && { value }) },
      children: [],
    });
    const cea708 = 'urn:scte:dash:cc:cea-708:2015';
    const children = [of(cea708, '1=lang:und;12=lang:deu,er:1'), of(cea708, '64000=x'), of(cea708)];
    expect(captionsNamed({ tagName: 'MPD', attributes: {}, children })).toEqual(['svc1', 'svc12']);
    const service = { id: 7, language: 'und', mimeType: 'application/cea-708', originalTextId: 'svc1' };
    expect(captionTracks([service], ['svc1', 'svc12'])).toEqual([
      { id: 'svc1', label: 'Service 1' },
      { id: 'svc12', label: 'Service 12' },
    ]);
  });

  test('that came since the presentation was loaded can be chosen, too', () => {
    expect(captionTracks([channel], ['CC1', 'CC3'])).toEqual([
      { id: 'CC1', label: 'CC1' },
      { id: 'CC3', label: 'CC3' },
    ]);
  });

  test('are called by their label, else by their language', () => {
    const english = { id: 8, language: 'en', originalTextId: 'subtitles' };
    expect(captionTracks([english, { ...english, id: 9, label: 'English (SDH)' }], [])).toEqual([
      { id: '8', label: 'en' },
      { id: '9', label: 'English (SDH)' },
    ]);
  });
});
