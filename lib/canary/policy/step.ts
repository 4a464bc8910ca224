import { firstShown, type ShownPicture } from './pictures.ts';
import type { Beep } from './sound.ts';
import { beepEveryMs, beepPitches } from './test-sound.ts';

/** Sound against its picture, at one beep. */
export interface Offset {
  readonly atMs: number;
  /** Positive: the sound is late. */
  readonly offsetMs: number;
}

/** A picture is a beep's if it is shown this close to it in the source. */
const samePictureMs = 70;
/** A beep of the same pitch belongs to another picture beyond this. */
const sameBeepMs = (beepEveryMs * beepPitches) / 2;

/** How far each beep is from its picture, where both are there. The first beep may be cut off where the recording begins. */
export function offsetsAt(
  shown: readonly ShownPicture[],
  beeps: readonly Beep[],
  sourceMs: readonly number[],
): Offset[] {
  const shownAt = new Map(
    firstShown(shown)
      .reverse()
      .map(({ number, atMs }) => [number, atMs]),
  );
  const offsets: Offset[] = [];
  for (let beep = 1; beep * beepEveryMs <= (sourceMs.at(-1) ?? -1); beep++) {
    const number = nearest(sourceMs, beep * beepEveryMs);
    const pictureMs = shownAt.get(number);
    const sourceOffsetMs = beep * beepEveryMs - (sourceMs[number] ?? 0);
    if (pictureMs === undefined || Math.abs(sourceOffsetMs) > samePictureMs) continue;
    const apart = beeps
      .filter(({ pitch }) => pitch === beep % beepPitches)
      .map(({ atMs }) => atMs - pictureMs - sourceOffsetMs);
    const offsetMs = apart[nearest(apart, 0)];
    if (offsetMs !== undefined && Math.abs(offsetMs) < sameBeepMs)
      offsets.push({ atMs: pictureMs, offsetMs });
  }
  return offsets;
}

/** The index of the value that is nearest. */
const nearest = (values: readonly number[], wanted: number): number =>
  values.reduce(
    (best, value, index) =>
      Math.abs(value - wanted) < Math.abs((values[best] ?? Number.POSITIVE_INFINITY) - wanted) ? index : best,
    0,
  );
