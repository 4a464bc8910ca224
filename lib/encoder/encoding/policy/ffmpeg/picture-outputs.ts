import type { Ladder } from '../../../../packaging/ladder-fit.ts';
import { cellMs } from '../../../../packaging/storyboard/cells.ts';

/** A picture of each cell of the storyboard: small for sprites, large for posters. */
export type PictureKind = 'tile' | 'poster';

/** Where one kind of pictures comes from in the filter graph, and how large they are. */
export interface PictureOutput {
  readonly kind: PictureKind;
  /** The rung that it is scaled from. */
  readonly rung: number;
  readonly width: number;
  readonly height: number;
  /** ffmpeg's scale of JPEG quality, 2 to 31. */
  readonly quality: number;
}

/** A 16:9 picture fills it exactly, in whole units of JPEG's. */
const tileBox = 256;
const tileUnit = 16;
const posterWidth = 1280;
const tileQuality = 4;
const posterQuality = 4;

/** What is made beside a ladder's renditions, in pipe order; nothing for sound alone. */
export function pictureOutputs({ video }: Ladder): readonly PictureOutput[] {
  const smallest = video.at(-1);
  if (!smallest) return [];
  const fitting = video.findIndex(({ width }) => width <= posterWidth);
  const rung = fitting < 0 ? video.length - 1 : fitting;
  return [
    { kind: 'tile', rung: video.length - 1, ...tileSize(smallest), quality: tileQuality },
    { kind: 'poster', rung, ...posterSize(video[rung]!), quality: posterQuality },
  ];
}

/** Pictures are put below one another as they are coded, so each is of whole units; that may change its shape by a few percent. */
function tileSize({ width, height }: Size): { width: number; height: number } {
  const scale = tileBox / Math.max(width, height);
  const side = (length: number): number => tileUnit * Math.max(1, Math.round((length * scale) / tileUnit));
  return { width: side(width), height: side(height) };
}

function posterSize({ width, height }: Size): { width: number; height: number } {
  if (width <= posterWidth) return { width, height };
  return { width: posterWidth, height: 2 * Math.max(1, Math.round((height * posterWidth) / width / 2)) };
}

/**
 * The first picture of each cell, and of the run. `t` includes an offset that is a multiple of a cell. JPEG's colours are BT.601's, of
 * full range.
 */
export function pictureFilters({ width, height }: Size): string {
  const cell = (time: string): string => `floor((${time}+0.0005)/${cellMs / 1000})`;
  return [
    `select='isnan(prev_selected_t)+gt(${cell('t')},${cell('prev_selected_t')})'`,
    `scale=${width}:${height}:flags=area:out_color_matrix=bt601:out_range=full`,
    'format=yuv420p',
    'setsar=1',
  ].join(',');
}

type Size = Pick<PictureOutput, 'width' | 'height'>;
export type FrameMode = '-fps_mode' | '-vsync';

/** JPEGs with their times, as soon as they are made. */
export const pictureArguments = (
  { kind, quality }: Pick<PictureOutput, 'kind' | 'quality'>,
  frameMode: FrameMode,
  fd: number,
): string[] => [
  ...['-map', `[${kind}]`],
  ...[frameMode, 'passthrough', '-enc_time_base', '1:1000'],
  // Several threads would each wait for a picture of their own.
  ...['-c:v', 'mjpeg', '-threads', '1'],
  // Full range, said as encoders of all releases understand it.
  ...['-strict', 'unofficial', '-color_range', 'pc'],
  // The same tables in each picture: quantization by the quality, Huffman tables by the standard.
  ...['-q:v', String(quality), '-huffman', 'default', '-flags', '+bitexact'],
  ...['-map_metadata', '-1', '-flush_packets', '1'],
  ...['-f', 'smjpeg', `pipe:${fd}`],
];

/**
 * The argv (without the program) of an ffmpeg that makes tiles of stored media: an init segment of this picture size and segments on
 * stdin, SMJPEG on descriptor 3, with stream times.
 */
export function storedTiles(size: Size, frameMode: FrameMode): string[] {
  const tile = { kind: 'tile', ...tileSize(size), quality: tileQuality } as const;
  return [
    ...['-hide_banner', '-nostdin', '-loglevel', 'error', '-nostats', '-copyts'],
    ...['-protocol_whitelist', 'pipe', '-skip_frame', 'nokey', '-threads', '1'],
    ...['-f', 'mp4', '-i', 'pipe:0'],
    ...['-filter_complex', `[0:v:0]${pictureFilters(tile)}[tile]`],
    ...pictureArguments(tile, frameMode, 3),
  ];
}
