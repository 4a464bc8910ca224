/** A cue of a storyboard; times in seconds of stream time. `text` names a picture: `sprite.jpg#xywh=0,90,160,90`. */
export interface StoryboardCue {
  readonly startTime: number;
  readonly endTime: number;
  readonly text: string;
}

/** A part of a sprite, in its pixels. */
export interface StoryboardPicture {
  readonly url: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How positions of a presentation are told: by stream time (DASH, recordings), or by the clock (live HLS). */
export interface PresentationClock {
  /** Position of stream time 0, in seconds. */
  readonly streamStart?: number;
  /** Unix ms of position 0. */
  readonly clockStartMs?: number;
}

export const hasClock = ({ streamStart, clockStartMs }: PresentationClock): boolean =>
  (streamStart ?? clockStartMs) !== undefined;

/** Stream time in seconds at a position; undefined if nothing tells. `startedAtMs`: Unix ms of stream time 0. */
export function streamSecondsAt(
  position: number,
  { streamStart, clockStartMs }: PresentationClock,
  startedAtMs: number | undefined,
): number | undefined {
  if (streamStart !== undefined) return position - streamStart;
  if (clockStartMs === undefined || startedAtMs === undefined) return undefined;
  return position + (clockStartMs - startedAtMs) / 1_000;
}

/** Unix ms of stream time 0, which a storyboard's note tells; parsers of WebVTT leave notes out. */
export function storyboardStartMs(text: string): number | undefined {
  const ms = Date.parse(/^NOTE 0 is (\S+)$/m.exec(text)?.[1] ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

/** The picture at a time; after the last one, that one: a live broadcast's storyboard is always a little behind. */
export function pictureAt(
  cues: readonly StoryboardCue[],
  seconds: number,
  /** The storyboard's own URL: its pictures are named relative to it. */
  baseUrl: string,
): StoryboardPicture | undefined {
  const cue = cues.findLast(({ startTime }) => startTime <= seconds) ?? cues[0];
  const [, name, fragment] = /^\s*(\S+?)#xywh=(?:pixel:)?([\d.,]+)\s*$/.exec(cue?.text ?? '') ?? [];
  const [x, y, width, height] = (fragment ?? '').split(',').map(Number);
  if (name === undefined || x === undefined || y === undefined || !width || !height) return undefined;
  return { url: new URL(name, baseUrl).href, x, y, width, height };
}

/** The storyboard of a broadcast, which is beside its manifests. */
export const storyboardUrl = (manifestUrl: string): string => new URL('storyboard.vtt', manifestUrl).href;
