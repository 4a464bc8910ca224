import { grayPictures } from './gray-pictures.ts';

/** Sixteen blocks side by side, most significant bit first; below them the same blocks inverted, as a check. */
const bits = 16;

/**
 * ffmpeg filters that draw each frame's number into the top eighth of the picture as luma blocks. They are computed at 16×2
 * pixels and scaled up, which costs next to nothing and survives every rendition of the ladder. The first frame gets the number
 * `first`, so that publish sessions and publishers can be distinguished by their numbers.
 */
export function frameCounterFilter({
  size,
  rate,
  first = 0,
}: {
  readonly size: string;
  readonly rate: number;
  readonly first?: number;
}): string {
  const [width = 0, height = 0] = size.split('x').map(Number);
  const strip = Math.floor(height / 16) * 2;
  const bit = `mod(floor((N+${first})/pow(2,${bits - 1}-X)),2)`;
  const blocks = `color=black:size=${bits}x2:rate=${rate},format=gray,geq=lum='if(eq(mod(${bit}+Y,2),1),235,16)'`;
  return `${blocks},scale=${width}:${strip}:flags=neighbor,format=yuv420p[blocks];[0:v][blocks]overlay=0:0:shortest=1[out]`;
}

/**
 * The frame numbers in a piece of video (init segment and media segments, concatenated), in presentation order. Frames whose
 * blocks don't match their check are reported as −1.
 */
export async function readFrameNumbers(media: Uint8Array): Promise<number[]> {
  // The strip is the top eighth of the picture: its two rows of blocks become two rows of pixels.
  const strips = await grayPictures(media, `crop=iw:ih/8:0:0,scale=${bits}:2:flags=area`, 2 * bits);
  return strips.map(frameNumber);
}

function frameNumber(pixels: Buffer): number {
  let number = 0;
  for (let bit = 0; bit < bits; bit++) {
    const set = (pixels[bit] ?? 0) > 127;
    const check = (pixels[bits + bit] ?? 0) > 127;
    if (set === check) return -1;
    number = number * 2 + (set ? 1 : 0);
  }
  return number;
}
