import { frameReader } from '../rig/frame-numbers.ts';

/** More frames than any session has. */
const sessionStep = 2 ** 32;

/** What became of one broadcaster's frames, in the order in which a viewer sees them. */
export interface FrameCount {
  /** In each session between its first frame and the last that arrived, and up to its expected end if given. */
  readonly lost: number;
  /** Shown again after having been shown, not counting filler. */
  readonly doubled: number;
  /** First shown after a later one. */
  readonly outOfOrder: number;
  /** Repeats of one picture while there was no other. */
  readonly filler: number;
  /** No readable number: a slate, or a broken picture. */
  readonly unreadable: number;
  /** Real frames by session. */
  readonly bySession: ReadonlyMap<number, number>;
}

/**
 * Evaluates the frame numbers read from what viewers are served. `framesExpected` is the number of frames sent, by session;
 * without it a session ends at its last frame.
 */
export function countFrames(
  numbers: readonly number[],
  framesExpected: ReadonlyMap<number, number> = new Map(),
): FrameCount {
  const seen = new Set<number>();
  let [doubled, outOfOrder, filler, unreadable] = [0, 0, 0, 0];
  let newest = -1;
  let repeats: number[] = [];
  // A run of repeats counts as filler if it is a single picture and, as it shows, there was no other.
  const endRun = (): void => {
    const isFiller = repeats.length > 1 && new Set(repeats).size === 1;
    if (isFiller) filler += repeats.length;
    else doubled += repeats.length;
    repeats = [];
  };
  const frameOf = frameReader();
  const bySession = new Map<number, number>();
  const lastOf = new Map<number, number>();
  for (const number of numbers) {
    if (number < 0) {
      unreadable++;
      continue;
    }
    const { session, frame } = frameOf(number);
    const place = session * sessionStep + frame;
    if (seen.has(place)) {
      repeats.push(place);
      continue;
    }
    endRun();
    if (place < newest) outOfOrder++;
    newest = Math.max(newest, place);
    seen.add(place);
    bySession.set(session, (bySession.get(session) ?? 0) + 1);
    lastOf.set(session, Math.max(lastOf.get(session) ?? 0, frame));
  }
  endRun();
  let lost = 0;
  for (const session of new Set([...lastOf.keys(), ...framesExpected.keys()])) {
    const sent = framesExpected.get(session) ?? (lastOf.get(session) ?? -1) + 1;
    lost += Math.max(0, sent - (bySession.get(session) ?? 0));
  }
  return { lost, doubled, outOfOrder, filler, unreadable, bySession };
}
