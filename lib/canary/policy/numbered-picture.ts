import { beepEveryMs, flashMs } from './test-sound.ts';

/** A picture is drawn on a grid of cells: a row of bits, the same bits inverted, and below them what a person sees. */
export const gridWidth = 16;
export const gridHeight = 6;

interface PictureOptions {
  readonly size?: string;
  readonly rate?: number | string;
  readonly choose?: string;
  readonly pixels?: string;
}

/** ffmpeg's source of pictures that carry their number; each beep's picture is bright, and a cell moves. */
export function pictureFilter({
  size = '320x180',
  rate = 25,
  choose,
  pixels = 'yuv420p',
}: PictureOptions): string {
  const bit = `mod(floor(N/pow(2,${gridWidth - 1}-X)),2)`;
  const flash = `if(lt(mod(T+0.0005,${beepEveryMs / 1000}),${flashMs / 1000}),200,40)`;
  const luma = `if(lt(Y,2),if(eq(mod(${bit}+Y,2),1),235,16),if(eq(X,mod(N,${gridWidth})),110,${flash}))`;
  return [
    `color=black:size=${gridWidth}x${gridHeight}:rate=${rate}`,
    'format=gray',
    ...(choose === undefined ? [] : [choose]),
    `geq=lum='${luma}'`,
    `scale=${size.replace('x', ':')}:flags=neighbor`,
    `format=${pixels}`,
  ].join(',');
}

/** The number in a picture that was scaled down to the grid, one byte a cell; undefined if it's none of ours (a slate). */
export function pictureNumber(cells: Uint8Array): number | undefined {
  let number = 0;
  for (let column = 0; column < gridWidth; column++) {
    const set = (cells[column] ?? 0) > 127;
    if (set === (cells[gridWidth + column] ?? 0) > 127) return undefined;
    number = number * 2 + Number(set);
  }
  return number;
}
