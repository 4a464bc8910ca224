import { expect, test } from '@jest/globals';
import { gridHeight, gridWidth, pictureNumber } from '../../../lib/canary/policy/numbered-picture.ts';

/** A picture as the filter draws it, before it is scaled up. */
function cells(number: number): Uint8Array {
  const picture = new Uint8Array(gridWidth * gridHeight).fill(40);
  for (let column = 0; column < gridWidth; column++) {
    const bit = (number >> (gridWidth - 1 - column)) & 1;
    picture[column] = bit === 1 ? 235 : 16;
    picture[gridWidth + column] = bit === 1 ? 16 : 235;
  }
  return picture;
}

test.each([0, 1, 599, 2 ** 16 - 1])('reads number %i', (number) => {
  expect(pictureNumber(cells(number))).toBe(number);
});

test('a slate, or a broken picture, has none', () => {
  expect(pictureNumber(new Uint8Array(gridWidth * gridHeight).fill(60))).toBeUndefined();
  const broken = cells(599);
  broken[gridWidth + 3] = broken[3]!;
  expect(pictureNumber(broken)).toBeUndefined();
});
