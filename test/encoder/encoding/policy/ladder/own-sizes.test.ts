import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { defaultLadder } from '../../../../../lib/config/ladder.ts';
import { OwnSizes } from '../../../../../lib/encoder/encoding/policy/ladder/own-sizes.ts';

const input = (width: number, height: number) => ({ width, height, frameRate: 30 });

test('A publisher that keeps changing its size gets eight own sizes, then the nearest rung, and its old sizes again', () => {
  const sizes = new OwnSizes(defaultLadder);
  const heights = Array.from({ length: 8 }, (_, at) => 456 + 2 * at);
  for (const height of heights) expect(sizes.fit(input(820, height)).refused).toBeUndefined();
  const { ladder, refused } = sizes.fit(input(820, 476));
  expect(refused).toBe('476p');
  expect(ladder.video.map(({ id }) => id)).toEqual(['360p']);
  expect(sizes.fit(input(820, 456))).toMatchObject({ ladder: { video: [{ id: '456p' }, { id: '360p' }] } });
  expect(sizes.fit(input(1920, 1080)).refused).toBeUndefined();
});

test('A picture smaller than every rung, that may not have its own size, is the smallest rung and not scaled up', () => {
  const sizes = new OwnSizes(
    defaultLadder,
    Array.from({ length: 8 }, (_, at) => `${100 + at}p`),
  );
  const { ladder, refused } = sizes.fit(input(320, 240));
  expect(refused).toBe('240p');
  expect(ladder.video).toMatchObject([{ id: '360p', width: 320, height: 240 }]);
});

test('What another worker made counts, too; rungs and sound do not', () => {
  const made = ['1080p', '720p', 'audio', ...Array.from({ length: 7 }, (_, at) => `${400 + at}p`)];
  const sizes = new OwnSizes(defaultLadder, made);
  expect(sizes.fit(input(853, 472)).refused).toBeUndefined();
  expect(sizes.fit(input(853, 468)).refused).toBe('468p');
});

test('Whatever sizes come, there is a picture and never more than eight renditions beside the rungs', () => {
  const side = fc.integer({ min: 16, max: 2000 });
  fc.assert(
    fc.property(fc.array(fc.tuple(side, side), { minLength: 1, maxLength: 60 }), (inputs) => {
      const sizes = new OwnSizes(defaultLadder);
      const ids = new Set<string>();
      for (const [width, height] of inputs) {
        const { video } = sizes.fit(input(width, height)).ladder;
        expect(video.length).toBeGreaterThan(0);
        for (const { id } of video) ids.add(id);
      }
      expect(ids.size).toBeLessThanOrEqual(defaultLadder.rungs.length + 8);
    }),
  );
});
