import { describe, expect, test } from '@jest/globals';
import { takeLowLatency } from '../../../../../lib/player/page/playback/policy/low-latency-mpd.ts';
import type { MpdNode } from '../../../../../lib/player/page/playback/policy/mpd-node.ts';

const node = (
  tagName: string,
  attributes: Record<string, string> = {},
  children: MpdNode['children'] = [],
): MpdNode => ({ tagName, attributes, children });

const mpd = ({ offset = '1.5', availableAt = '2026-11-27T12:00:00.200Z', target = '2000' } = {}) =>
  node('MPD', { availabilityStartTime: availableAt, suggestedPresentationDelay: 'PT5S' }, [
    '\n',
    node('ServiceDescription', { id: '0' }, [node('Latency', { target })]),
    node('Period', {}, [
      node('AdaptationSet', {}, [
        node('ProducerReferenceTime', {
          wallClockTime: '2026-11-27T12:00:10Z',
          presentationTime: '900000',
        }),
        node('SegmentTemplate', { timescale: '90000', duration: '180000', availabilityTimeOffset: offset }),
      ]),
    ]),
  ]);

describe('a low-latency MPD', () => {
  test('names its target; playback begins there, counted from what may be requested', () => {
    const low = mpd();
    expect(takeLowLatency(low)).toEqual({ targetMs: 2_000 });
    // 2 s less a part of 0.5 s, and 0.2 s for publishing.
    expect(low.attributes.suggestedPresentationDelay).toBe('PT1.3S');
  });

  test('keeps its description from the player', () => {
    const low = mpd();
    takeLowLatency(low);
    expect(low.children.map((child) => typeof child !== 'string' && child.tagName)).toEqual([
      false,
      'Period',
    ]);
  });

  test('a target that cannot be reached leaves a little', () => {
    const low = mpd({ target: '500' });
    expect(takeLowLatency(low)).toEqual({ targetMs: 500 });
    expect(low.attributes.suggestedPresentationDelay).toBe('PT0.25S');
  });

  test('without growing segments it is any MPD, and stays as it is', () => {
    const standard = mpd({ offset: '0' });
    expect(takeLowLatency(standard)).toBeUndefined();
    expect(standard).toEqual(mpd({ offset: '0' }));
    expect(takeLowLatency(node('MPD'))).toBeUndefined();
  });
});
