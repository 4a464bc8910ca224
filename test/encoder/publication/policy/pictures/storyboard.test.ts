import { describe, expect, test } from '@jest/globals';
import {
  nameOf,
  Storyboard,
  storedSprites,
} from '../../../../../lib/encoder/publication/policy/pictures/storyboard.ts';
import { cellsPerSprite } from '../../../../../lib/packaging/storyboard/cells.ts';
import { storyboardText } from '../../../../../lib/packaging/storyboard/webvtt.ts';
import { smallJpeg } from '../../../../../testkit/media/small-jpeg.ts';

const jpeg = (cell: number): Buffer => smallJpeg(`<${cell}>`);

function storyboardOf(cells: number, epoch = 1): Storyboard {
  const storyboard = new Storyboard(epoch);
  for (let cell = 0; cell < cells; cell++) storyboard.add(cell, jpeg(cell));
  return storyboard;
}
const written = (storyboard: Storyboard): string[] =>
  storyboard.unwritten().map(({ sprite }) => {
    storyboard.written(sprite);
    return nameOf(sprite);
  });
const live = (storyboard: Storyboard, from = 0): string[] => storyboard.live(from).map(nameOf);
/** The cells whose pictures are in a sprite. */
const cellsIn = (bytes: Buffer | undefined): number[] =>
  [...(bytes?.toString('latin1') ?? '').matchAll(/<(\d+)>/g)].map(([, cell]) => Number(cell));

describe('a storyboard', () => {
  test('shows each picture by itself, until a minute of them is one sprite', () => {
    const storyboard = storyboardOf(3);
    expect(written(storyboard)).toEqual([]);
    expect(live(storyboard)).toEqual([
      'storyboard-0-1-1.jpg',
      'storyboard-1-1-1.jpg',
      'storyboard-2-1-1.jpg',
    ]);
    expect(cellsIn(storyboard.bytes(1, 1, 1))).toEqual([1]);
    for (let cell = 3; cell <= cellsPerSprite; cell++) storyboard.add(cell, jpeg(cell));
    expect(live(storyboard)).toEqual(['storyboard-0-15-1.jpg', 'storyboard-15-1-1.jpg']);
    expect(written(storyboard)).toEqual(['storyboard-0-15-1.jpg']);
    expect(written(storyboard)).toEqual([]);
    expect(cellsIn(storyboard.bytes(0, 15, 1))).toEqual(Array.from({ length: 15 }, (_, cell) => cell));
    // Storyboards that are still in caches name it.
    expect(cellsIn(storyboard.bytes(14, 1, 1))).toEqual([14]);
  });

  test('keeps the first picture of a cell, so that a name never stands for other bytes', () => {
    const storyboard = storyboardOf(2);
    expect(storyboard.add(1, smallJpeg('another run'))).toBe(false);
    expect(storyboard.add(0, smallJpeg('another run'))).toBe(false);
    expect(cellsIn(storyboard.bytes(0, 2, 1))).toEqual([0, 1]);
    expect(storyboard.bytes(0, 2, 2)).toBeUndefined();
    expect(storyboard.bytes(0, 3, 1)).toBeUndefined();
  });

  test('takes no picture that is none', () => {
    const storyboard = new Storyboard(1);
    expect(storyboard.add(0, Buffer.from('torn'))).toBe(false);
    expect(storyboard.hasPictures).toBe(false);
    expect(storyboard.add(0, jpeg(0))).toBe(true);
  });

  test('begins another sprite at a gap and at another picture size', () => {
    const storyboard = storyboardOf(2);
    storyboard.add(5, jpeg(5));
    storyboard.add(6, smallJpeg('<6>', { width: 144, height: 256 }));
    expect(written(storyboard)).toEqual(['storyboard-0-2-1.jpg', 'storyboard-5-1-1.jpg']);
    expect(storyboard.stored.map(({ width }) => width)).toEqual([256, 256]);
    expect(storyboard.live(6)).toEqual([{ from: 6, count: 1, epoch: 1, width: 144, height: 256 }]);
  });

  test('shows the window only', () => {
    const storyboard = storyboardOf(4 * cellsPerSprite + 1);
    written(storyboard);
    expect(live(storyboard, 50)).toEqual(['storyboard-45-15-1.jpg', 'storyboard-60-1-1.jpg']);
    expect(live(storyboard)).toHaveLength(5);
  });

  test('gives its memory back once the store has the sprites, and bounds it if the store takes none', () => {
    const stored = storyboardOf(0);
    for (let cell = 0; cell < 10 * cellsPerSprite; cell++) {
      stored.add(cell, jpeg(cell));
      written(stored);
    }
    expect(stored.bytes(0, 15, 1)).toBeUndefined();
    expect(cellsIn(stored.bytes(135, 15, 1))).toHaveLength(15);
    expect(live(stored)).toHaveLength(10);

    const away = storyboardOf(100 * cellsPerSprite);
    expect(away.unwritten()).toHaveLength(30);
    expect(live(away)[0]).toBe('storyboard-1050-15-1.jpg');
  });

  test('without live origins is written before a sprite is whole, and the whole one takes the place of the parts', () => {
    const storyboard = storyboardOf(2);
    const unfinished = storyboard.unfinished()!;
    expect(nameOf(unfinished.sprite)).toBe('storyboard-0-2-1.jpg');
    storyboard.written(unfinished.sprite);
    for (let cell = 2; cell < cellsPerSprite; cell++) storyboard.add(cell, jpeg(cell));
    expect(written(storyboard)).toEqual(['storyboard-0-15-1.jpg']);
    expect(storyboard.stored).toHaveLength(1);
    expect(storyboard.unfinished()).toBeUndefined();
  });
});

describe('on another worker', () => {
  const before = storyboardOf(17);
  before.close();
  written(before);
  const text = storyboardText({
    startedAtMs: 0,
    sprites: before.stored,
    address: (sprite) => `b/${nameOf(sprite)}`,
  });

  test('a storyboard goes on behind what is stored, and names both', () => {
    expect(storedSprites(text)).toEqual(before.stored);
    const next = new Storyboard(2, storedSprites(text));
    expect(next.add(16, jpeg(16))).toBe(false);
    expect(next.add(17, jpeg(17))).toBe(true);
    expect(live(next)).toEqual(['storyboard-0-15-1.jpg', 'storyboard-15-2-1.jpg', 'storyboard-17-1-2.jpg']);
    expect(next.missing(30)).toEqual([]);
  });

  test('what only the first one’s memory had is missing, and put in its place', () => {
    const next = new Storyboard(2, storedSprites(text));
    next.add(20, jpeg(20));
    expect(next.missing(30)).toEqual([17, 18, 19]);
    expect(next.missing(2)).toEqual([18, 19]);
    next.fill(new Map([19, 17, 18, 16, 20].map((cell) => [cell, jpeg(cell)])));
    expect(written(next)).toEqual(['storyboard-17-3-2.jpg']);
    expect(live(next)).toEqual([
      'storyboard-0-15-1.jpg',
      'storyboard-15-2-1.jpg',
      'storyboard-17-3-2.jpg',
      'storyboard-20-1-2.jpg',
    ]);
    expect(cellsIn(next.bytes(17, 3, 2))).toEqual([17, 18, 19]);
  });

  test('nothing is missing of a broadcast that it begins', () => {
    const next = new Storyboard(1);
    expect(next.missing(30)).toEqual([]);
  });

  test('other texts name no sprites of ours', () => {
    expect(storedSprites('x#xywh=0,0,1,1\nstoryboard-1-0-1.jpg#xywh=0,0,1,1\n')).toEqual([]);
  });
});
