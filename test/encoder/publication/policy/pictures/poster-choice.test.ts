import { expect, test } from '@jest/globals';
import { PosterChoice } from '../../../../../lib/encoder/publication/policy/pictures/poster-choice.ts';

const black = Buffer.alloc(10);
const scene = Buffer.alloc(100);
const slightlyMore = Buffer.alloc(105);
const more = Buffer.alloc(120);

test('a poster shows as much as any, the newest is for live viewers', () => {
  const choice = new PosterChoice();
  expect([choice.isStored, choice.unwritten, choice.newest]).toEqual([false, undefined, undefined]);
  choice.add(black);
  expect(choice.unwritten).toBe(black);
  choice.written(black);
  expect([choice.isStored, choice.unwritten]).toEqual([true, undefined]);
  choice.add(scene);
  choice.add(slightlyMore);
  choice.add(black);
  expect([choice.unwritten, choice.newest]).toEqual([scene, black]);
  choice.add(more);
  choice.written(more);
  expect(choice.unwritten).toBeUndefined();
});

test('what an earlier worker stored stays until there is more to show', () => {
  const choice = new PosterChoice(100);
  expect(choice.isStored).toBe(true);
  choice.add(slightlyMore);
  expect(choice.unwritten).toBeUndefined();
  choice.add(more);
  expect(choice.unwritten).toBe(more);
});
