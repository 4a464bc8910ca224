import { framesOfSession } from '../rig/broadcaster.ts';

/** What became of the frames of one broadcaster, in the order in which a viewer sees them. */
export interface FrameCount {
  /** In each session between its first frame and the last that came, and up to its expected end where one is given. */
  readonly lost: number;
  /** Shown once more although it had been shown, filler apart. */
  readonly doubled: number;
  /** Shown after a later one for the first time. */
  readonly outOfOrder: number;
  /** One picture again and again while there was no other. */
  readonly filler: number;
  /** No number could be read: a slate, or a broken picture. */
  readonly unreadable: number;
  /** Real frames by session. */
  readonly bySession: ReadonlyMap<number, number>;
}

/**
 * Judges the frame numbers that were read from what viewers are served. `framesExpected` says how many frames a session
 * sent; without it the end of a session is where its last frame is.
 */
export function countFrames(
  numbers: readonly number[],
  framesExpected: ReadonlyMap<number, number> = new Map(),
): FrameCount {
  const seen = new Set<number>();
  let [doubled, outOfOrder, filler, unreadable] = [0, 0, 0, 0];
  let newest = -1;
  let repeats: number[] = [];
  // A run of repeats is filler where it is all one picture, and it shows that there was no other.
  const endRun = (): void => {
    const isFiller = repeats.length > 1 && new Set(repeats).size === 1;
    if (isFiller) filler += repeats.length;
    else doubled += repeats.length;
    repeats = [];
  };
  for (const number of numbers) {
    if (number < 0) {
      unreadable++;
    } else if (seen.has(number)) {
      repeats.push(number);
    } else {
      endRun();
      if (number < newest) outOfOrder++;
      newest = Math.max(newest, number);
      seen.add(number);
    }
  }
  endRun();
  const bySession = new Map<number, number>();
  const lastOf = new Map<number, number>();
  for (const number of seen) {
    const session = Math.floor(number / framesOfSession);
    bySession.set(session, (bySession.get(session) ?? 0) + 1);
    lastOf.set(session, Math.max(lastOf.get(session) ?? 0, number % framesOfSession));
  }
  let lost = 0;
  for (const session of new Set([...lastOf.keys(), ...framesExpected.keys()])) {
    const sent = framesExpected.get(session) ?? (lastOf.get(session) ?? -1) + 1;
    lost += Math.max(0, sent - (bySession.get(session) ?? 0));
  }
  return { lost, doubled, outOfOrder, filler, unreadable, bySession };
}
