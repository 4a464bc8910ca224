import { execFileSync } from 'node:child_process';
import { gridHeight, gridWidth, pictureNumber } from '../../../lib/canary/policy/numbered-picture.ts';

/** One cue, as a player reads it. */
interface ShownCue {
  readonly startMs: number;
  readonly endMs: number;
  /** Relative to the storyboard. */
  readonly sprite: string;
  readonly area: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

const cuePattern =
  /^(\d+):(\d\d):(\d\d\.\d{3}) --> (\d+):(\d\d):(\d\d\.\d{3})\n([^#\n]+)#xywh=(\d+),(\d+),(\d+),(\d+)$/gm;

export const cuesOf = (storyboard: string): ShownCue[] =>
  [...storyboard.matchAll(cuePattern)].map((match) => {
    const [h = 0, m = 0, s = 0, eh = 0, em = 0, es = 0] = match.slice(1, 7).map(Number);
    const [x = 0, y = 0, width = 0, height = 0] = match.slice(8).map(Number);
    const ms = (hours: number, minutes: number, seconds: number): number =>
      Math.round(((hours * 60 + minutes) * 60 + seconds) * 1000);
    return { startMs: ms(h, m, s), endMs: ms(eh, em, es), sprite: match[7]!, area: { x, y, width, height } };
  });

/** The number in (an area of) a JPEG, as a decoder shows it. */
export function numberIn(jpeg: Buffer, area?: ShownCue['area']): number | undefined {
  const crop = area ? `crop=${area.width}:${area.height}:${area.x}:${area.y},` : '';
  const cells = execFileSync(
    'ffmpeg',
    [
      ...['-hide_banner', '-loglevel', 'error', '-xerror', '-f', 'mjpeg', '-i', 'pipe:0'],
      ...['-vf', `${crop}scale=${gridWidth}:${gridHeight}:flags=area,format=gray`],
      ...['-f', 'rawvideo', 'pipe:1'],
    ],
    { input: jpeg },
  );
  return pictureNumber(cells);
}
