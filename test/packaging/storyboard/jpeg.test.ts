import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import {
  isStackable,
  type JpegPicture,
  readJpeg,
  stackJpegs,
  withComment,
} from '../../../lib/packaging/storyboard/jpeg.ts';
import { smallJpeg } from '../../../testkit/media/small-jpeg.ts';

const read = (jpeg: Buffer): JpegPicture => readJpeg(jpeg)!;

/** What ffmpeg makes of pictures, each a little brighter than the last one, as the encoder's tiles are made. */
function tilesOf(count: number): Buffer[] {
  const tiles = execFileSync('ffmpeg', [
    ...['-hide_banner', '-loglevel', 'error', '-f', 'lavfi'],
    ...['-i', "color=black:size=64x32,format=gray,geq=lum='20*N+20*mod(X\\,2)',format=yuvj420p"],
    ...[
      '-frames:v',
      String(count),
      '-c:v',
      'mjpeg',
      '-q:v',
      '4',
      '-huffman',
      'default',
      '-flags',
      '+bitexact',
    ],
    ...['-f', 'image2pipe', 'pipe:1'],
  ]);
  const starts = [...tiles.toString('latin1').matchAll(/\xff\xd8\xff/g)].map(({ index }) => index);
  return starts.map((from, at) => tiles.subarray(from, starts[at + 1]));
}

const decoded = (jpeg: Buffer): Buffer =>
  execFileSync(
    'ffmpeg',
    [
      ...['-hide_banner', '-loglevel', 'error', '-xerror', '-f', 'mjpeg', '-i', 'pipe:0'],
      ...['-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1'],
    ],
    { input: jpeg },
  );

describe('pictures below one another', () => {
  test('are decoded as they would be alone, however many there are', () => {
    // Ten: restart markers count to eight.
    const tiles = tilesOf(10);
    expect(tiles).toHaveLength(10);
    const stacked = stackJpegs(tiles.map(read));
    expect(read(tiles[0]!)).toMatchObject({ width: 64, height: 32, unit: { width: 16, height: 16 } });
    expect(decoded(stacked).equals(decoded(Buffer.concat(tiles)))).toBe(true);
  });

  test('must be of one size, with the same tables, and of whole units', () => {
    const one = read(smallJpeg('one'));
    expect(isStackable(one, read(smallJpeg('two')))).toBe(true);
    expect(isStackable(one, read(smallJpeg('two', { height: 160 })))).toBe(false);
    expect(isStackable(one, read(smallJpeg('two', { tables: 'U' })))).toBe(false);
    const odd = read(smallJpeg('odd', { height: 90 }));
    expect(isStackable(odd, odd)).toBe(false);
  });

  test('of which there is one are that one, in a single restart interval', () => {
    const stacked = stackJpegs([read(smallJpeg('one'))]);
    expect(stacked.includes(Buffer.from([0xff, 0xdd, 0, 4, 0, 16 * 9]))).toBe(true);
    expect(stacked.toString('latin1')).toMatch(/one\xff\xd9$/);
  });
});

describe('a JPEG', () => {
  test('is not read if it could not be joined: cut off, progressive, with restart intervals of its own, none at all', () => {
    const whole = smallJpeg('data');
    for (let length = 0; length < whole.length; length++)
      expect(readJpeg(whole.subarray(0, length))).toBeUndefined();
    const progressive = Buffer.from(whole);
    progressive[progressive.indexOf(Buffer.from([0xff, 0xc0])) + 1] = 0xc2;
    expect(readJpeg(progressive)).toBeUndefined();
    expect(readJpeg(stackJpegs([read(whole)]))).toBeUndefined();
    expect(readJpeg(smallJpeg('da\xff\xd0ta'))).toBeUndefined();
    expect(readJpeg(Buffer.from('nothing of the kind'))).toBeUndefined();
  });

  test('keeps its escaped FFs', () => {
    expect(read(smallJpeg('a\xff\x00b')).scan.toString('latin1')).toBe('a\xff\x00b');
  });

  test('looks the same with a comment', () => {
    const tile = tilesOf(5).at(-1)!;
    expect(decoded(withComment(tile, 'epoch 3')).equals(decoded(tile))).toBe(true);
  });
});
