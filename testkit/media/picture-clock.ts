import { grayPictures } from './gray-pictures.ts';

/** A white block, a black one, and the clock's bits, most significant first, across the top eighth of the picture. */
const bits = 18;
const columns = bits + 2;
/** Times repeat after 2^18 of these: 17 minutes. */
const tickMs = 4;
const ticks = 2 ** bits;

/** Blocks across the strip; the picture's top `1/stripShare` is the strip. */
export const clockStrip = { columns, share: 8 } as const;

/**
 * ffmpeg filters that draw the wall clock into the picture when it passes them, which is when it is captured. The clock is in
 * Gray code: each block is drawn by a filter of its own, a few µs after the last, and a tick between them changes the
 * time by one tick only.
 */
export function pictureClockFilter(): string {
  const block = (column: number) => `x=iw*${column}/${columns}:y=0:w=iw/${columns}:h=ih/${clockStrip.share}`;
  const white = (column: number) => `drawbox=${block(column)}:color=white:t=fill`;
  const filters = [`drawbox=x=0:y=0:w=iw:h=ih/${clockStrip.share}:color=black:t=fill`, white(0)];
  for (let bit = 0; bit < bits; bit++) {
    // Bit n of the Gray code of t is bit n + 1 of t + 2^n; the last bit is that of t.
    const [plus, by] = bit === bits - 1 ? [0, 2 ** bit] : [2 ** bit, 2 ** (bit + 1)];
    const on = `mod(floor((time(0)*${1_000 / tickMs}+${plus})/${by}),2)`;
    filters.push(`${white(columns - 1 - bit)}:enable='${on}'`);
  }
  return filters.join(',');
}

/**
 * When the picture was captured, Unix ms; undefined if it has no clock (a slate). `cells`: the luma of each block's middle, 0 to
 * 255. `nowMs`: a time after the capture, by at most 17 minutes.
 */
export function capturedAtMs(cells: readonly number[], nowMs: number): number | undefined {
  const [white = 0, black = 255, ...code] = cells;
  if (code.length !== bits || white < 170 || black > 85) return undefined;
  let value = 0;
  let last = 0;
  for (const cell of code) {
    last ^= cell > 127 ? 1 : 0;
    value = value * 2 + last;
  }
  // A picture may be read in the same tick as it is drawn.
  const now = Math.floor(nowMs / tickMs) + 1;
  const age = (((now - value) % ticks) + ticks) % ticks;
  return (now - age) * tickMs + tickMs / 2;
}

/** When each picture of a piece of media (init segment and what follows) was captured, in order of presentation. */
export async function readPictureClock(
  media: Uint8Array,
  nowMs: number,
): Promise<readonly (number | undefined)[]> {
  const middle = `crop=iw:ih/${clockStrip.share}*0.4:0:ih/${clockStrip.share}*0.3`;
  const rows = await grayPictures(media, `${middle},scale=${columns}:1:flags=area`, columns);
  return rows.map((row) => capturedAtMs([...row], nowMs));
}
