import { readFrameNumbers } from '../../testkit/media/frame-counter.ts';
import { grayPictures } from '../../testkit/media/gray-pictures.ts';
import { probePackets } from '../../testkit/media/recording.ts';

/** What viewers saw between a publisher's last picture and its return. */
export interface SlateSeen {
  /** From the last new picture to the slate's first one; NaN if there was none. */
  readonly afterMs: number;
  /** From the slate's first picture to its last. */
  readonly forMs: number;
  /** Pictures without a number that aren't the slate either. */
  readonly broken: number;
}

/** One decoded picture. */
export interface SeenPicture {
  readonly atMs: number;
  /** The number coded into it; −1 if there is none. */
  readonly number: number;
  /** It looks like the slate. */
  readonly isSlate: boolean;
}

/** Small enough to be quick, big enough to show the slate's dots. */
const thumbnail = { width: 64, height: 36 };
/** Luma: the slate's background is below this, test pictures are mostly above it, a glowing dot is well above it. */
const darkBelow = 60;
const dotAbove = 70;

/** Decodes all pictures of a piece of media: init segment and media segments, joined. */
export async function decodePictures(media: Uint8Array): Promise<SeenPicture[]> {
  const [numbers, thumbnails, packets] = await Promise.all([
    readFrameNumbers(media),
    thumbnailsOf(media),
    probePackets(media),
  ]);
  return numbers.map((number, index) => ({
    number,
    atMs: packets[index]?.ptsMs ?? Number.NaN,
    isSlate: looksLikeSlate(thumbnails[index] ?? Buffer.alloc(0)),
  }));
}

export function judgeSlate(pictures: readonly SeenPicture[]): SlateSeen {
  const shows = ({ number, isSlate }: SeenPicture): boolean => number < 0 && isSlate;
  const first = pictures.findIndex(shows);
  const broken = pictures.filter((picture) => picture.number < 0 && !picture.isSlate).length;
  const slate = pictures[first];
  if (!slate) return { afterMs: Number.NaN, forMs: 0, broken };
  const seen = new Set<number>();
  let lastNewMs = Number.NaN;
  for (const { number, atMs } of pictures.slice(0, first)) {
    if (number >= 0 && !seen.has(number)) lastNewMs = atMs;
    seen.add(number);
  }
  const forMs = (pictures.findLast(shows)?.atMs ?? slate.atMs) - slate.atMs;
  return { afterMs: slate.atMs - lastNewMs, forMs, broken };
}

/** Dark everywhere except in the middle, where there is something. */
export function looksLikeSlate(luma: Uint8Array): boolean {
  const { width, height } = thumbnail;
  if (luma.length !== width * height) return false;
  let [brightest, brightestOutside] = [0, 0];
  for (const [at, value] of luma.entries()) {
    const fromMiddle = Math.abs(Math.floor(at / width) + 0.5 - height / 2);
    brightest = Math.max(brightest, value);
    if (fromMiddle > height / 10) brightestOutside = Math.max(brightestOutside, value);
  }
  return brightestOutside < darkBelow && brightest > dotAbove;
}

function thumbnailsOf(media: Uint8Array): Promise<Buffer[]> {
  const { width, height } = thumbnail;
  return grayPictures(media, `scale=${width}:${height}:flags=area`, width * height);
}
