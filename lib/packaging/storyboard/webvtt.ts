import { cellMs, type Sprite } from './cells.ts';

/** What a storyboard tells; sprites by ascending cell. */
export interface StoryboardModel {
  /** Unix ms of stream time 0. */
  readonly startedAtMs: number;
  readonly sprites: readonly Sprite[];
  /** A sprite's address, relative to the storyboard's. */
  readonly address: (sprite: Sprite) => string;
}

/**
 * A storyboard as players take it: a WebVTT cue for each picture, whose text is a media fragment (`#xywh=`, Media Fragments URI 1.0
 * 4.2.2) of a sprite. Cue times are stream time.
 */
export function storyboardText({ startedAtMs, sprites, address }: StoryboardModel): string {
  const blocks = [`WEBVTT\n\nNOTE 0 is ${new Date(startedAtMs).toISOString()}\n`];
  for (const sprite of sprites) {
    const { from, count, width, height } = sprite;
    const name = address(sprite);
    for (let index = 0; index < count; index++) {
      const startMs = (from + index) * cellMs;
      blocks.push(
        `${timeOf(startMs)} --> ${timeOf(startMs + cellMs)}\n${name}#xywh=0,${index * height},${width},${height}\n`,
      );
    }
  }
  return `${blocks.join('\n')}\n`;
}

/** WebVTT 1.0 4.1: hours of two digits or more. */
function timeOf(ms: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const seconds = ms / 1000;
  const fraction = String(ms % 1000).padStart(3, '0');
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}.${fraction}`;
}

const cuePattern = /^(?:[^#\n]*\/)?([^#/\n]+)#xywh=0,0,([1-9][0-9]{0,4}),([1-9][0-9]{0,4})$/gm;

/** The sprites that a storyboard of ours names: the address's last part, and the size of each picture. */
export const namedSprites = (
  text: string,
): { readonly name: string; readonly width: number; readonly height: number }[] =>
  [...text.matchAll(cuePattern)].map(([, name = '', width, height]) => ({
    name,
    width: Number(width),
    height: Number(height),
  }));
