import { describe, expect, test } from '@jest/globals';
import { followPictures, type ShownPicture } from '../../../lib/canary/policy/pictures.ts';

const sourceMs = Array.from({ length: 10 }, (_, number) => number * 40);
const all = [...sourceMs.keys()];
/** Pictures 0 to 9 as they were sent, after `change`. */
const shown = (change: (pictures: ShownPicture[]) => ShownPicture[] = (pictures) => pictures) =>
  followPictures(change(sourceMs.map((ms, number) => ({ atMs: 5000 + ms, number }))), sourceMs, all);

describe('pictures against their source', () => {
  test('all shown as in the source', () => {
    expect(shown()).toEqual({ lost: [], standing: [], backwards: [], unnumbered: 0 });
  });

  test('one that is missing is lost, and none stands: the one before it lasts as long as both', () => {
    const found = shown((pictures) => pictures.filter(({ number }) => number !== 4));
    expect(found).toMatchObject({ lost: [4], standing: [] });
  });

  test('one that was never sent is not lost', () => {
    expect(followPictures([{ atMs: 0, number: 0 }], sourceMs, [0]).lost).toEqual([]);
  });

  test('repeats and a slate are the picture before them standing', () => {
    const found = shown((pictures) =>
      pictures.flatMap((picture) =>
        picture.number === 4
          ? [picture, { ...picture, atMs: picture.atMs + 40 }, { atMs: picture.atMs + 80 }]
          : [{ ...picture, atMs: picture.atMs + (picture.number! > 4 ? 500 : 0) }],
      ),
    );
    expect(found).toMatchObject({
      lost: [],
      standing: [{ atMs: 5160, number: 4, byMs: 500 }],
      unnumbered: 1,
    });
  });

  test('an earlier picture after a later one', () => {
    const found = shown((pictures) => [
      ...pictures.slice(0, 6),
      { atMs: 5230, number: 2 },
      ...pictures.slice(6),
    ]);
    expect(found.backwards).toEqual([{ atMs: 5230, from: 5, to: 2 }]);
  });
});
