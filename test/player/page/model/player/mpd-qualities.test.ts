import { describe, expect, test } from '@jest/globals';
import { periodQualities, qualitiesAt } from '../../../../../lib/player/page/model/player/mpd-qualities.ts';
import { shownQuality } from '../../../../../lib/player/page/model/qualities.ts';
import type { MpdNode } from '../../../../../lib/player/page/playback/policy/mpd-node.ts';

const node = (tagName: string, attributes: Record<string, string>, children: MpdNode[] = []): MpdNode => ({
  tagName,
  attributes,
  children,
});
const rung = (height: number, bandwidth: number) =>
  node('Representation', {
    id: `${height}p`,
    height: `${height}`,
    frameRate: '30000/1001',
    bandwidth: `${bandwidth}`,
  });
const period = (start: string | undefined, rungs: readonly MpdNode[], duration?: string) =>
  node('Period', { ...(start && { start }), ...(duration && { duration }) }, [
    node('AdaptationSet', { contentType: 'video' }, [...rungs]),
    node('AdaptationSet', { mimeType: 'audio/mp4' }, [
      node('Representation', { id: 'audio', bandwidth: '128000' }),
    ]),
  ]);
const all = [rung(720, 3e6), rung(360, 8e5)];
const shedAndRestored = node('MPD', {}, [
  period('PT0S', all, 'PT20S'),
  period('PT20S', [rung(360, 8e5)], 'PT1H0M10.5S'),
  period('PT1H0M30.5S', all),
]);
const heightsAt = (position: number) =>
  qualitiesAt(periodQualities(shedAndRestored), position).map(({ height }) => height);

describe('the qualities of an MPD', () => {
  test('are those of the period that is played', () => {
    expect([0, 19.9, 20, 3_630, 3_631].map(heightsAt)).toEqual([
      [720, 360],
      [720, 360],
      [360],
      [360],
      [720, 360],
    ]);
  });

  test('keep their identity from one period to the next', () => {
    const periods = periodQualities(shedAndRestored);
    expect(qualitiesAt(periods, 0)).toEqual(qualitiesAt(periods, 4_000));
    expect(qualitiesAt(periods, 0)[0]).toEqual({
      id: '720/30',
      height: 720,
      frameRate: 30_000 / 1_001,
      bandwidthBps: 3e6,
    });
  });

  test('are known where periods say their durations only, or sets their types only', () => {
    const set = node('AdaptationSet', {}, [
      node('Representation', { mimeType: 'video/mp4', height: '240', bandwidth: '1' }),
    ]);
    const mpd = node('MPD', {}, [period(undefined, all, 'PT8S'), node('Period', {}, [set])]);
    expect(qualitiesAt(periodQualities(mpd), 9).map(({ id }) => id)).toEqual(['240/']);
  });
});

describe('the quality on screen', () => {
  const qualities = qualitiesAt(periodQualities(shedAndRestored), 30);
  const missing = qualitiesAt(periodQualities(shedAndRestored), 0)[0];

  test('goes by the pictures, not by what the player library takes for active', () => {
    expect(shownQuality(360, qualities, missing)?.id).toBe('360/30');
    expect(shownQuality(0, qualities, missing)).toBeUndefined();
  });

  test('is told by its height where no list has it', () => {
    expect(shownQuality(540, [])).toMatchObject({ height: 540 });
  });
});
