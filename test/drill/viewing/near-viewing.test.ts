import { expect, test } from '@jest/globals';
import { nearMeasures, nearViewing, shownMedia, shownParts } from '../../../drill/viewing/near-viewing.ts';
import type { PartViewer, SeenPart } from '../../../drill/viewing/part-viewer.ts';

const init = Buffer.from('i');

const seen = (number: number, index: number, isWhole = false): SeenPart => ({
  ...{ number, index, isWhole, init, discontinuity: false, independent: index === 0 },
  by: isWhole ? 'whole' : '1-1',
  media: Buffer.from(isWhole ? `[${number}]` : `${number}.${index} `),
  mediaStartMs: number * 2000 + index * 500,
  mediaEndMs: number * 2000 + (isWhole ? 2000 : index * 500 + 500),
  arrivedAtMs: number * 2000 + index * 500 + 500,
});

test('a decoder gets a segment that was taken whole instead of what the player had of it', () => {
  const parts = [seen(1, 2), seen(1, 3), seen(2, 0), seen(2, 1), seen(2, 0, true), seen(3, 0)];
  expect(shownParts(parts).map(({ number, index, isWhole }) => [number, isWhole ? 'whole' : index])).toEqual([
    [1, 2],
    [1, 3],
    [2, 'whole'],
    [3, 0],
  ]);
  expect(shownMedia(parts).toString()).toBe('i1.2 1.3 [2]3.0 ');
});

test('init segments come in front of what needs another one', () => {
  const next = { ...seen(2, 0), init: Buffer.from('I') };
  expect(shownMedia([seen(1, 3), next, { ...seen(2, 1), init: next.init }]).toString()).toBe(
    'i1.3 I2.0 2.1 ',
  );
});

test('who never started is no viewer without a stall', () => {
  const viewer = { seen: new Map([['a', { video: true, parts: [], holdBackMs: 630 }]]) };
  const viewing = nearViewing(viewer as unknown as PartViewer);
  expect(viewing.stalls).toBeNaN();
  const measures = nearMeasures(viewing, { stallSeconds: 2 });
  expect(measures.filter(({ value, limit }) => value <= limit).map(({ name }) => name)).toEqual([
    'breaks of tfdt between parts',
  ]);
});
