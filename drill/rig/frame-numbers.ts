/** Frames per second. */
export const frameRate = 30;

/** Each publish session counts its frames from a different number. */
export const framesOfSession = 8192;

/** A session sends this much over and over: 3,000 frames of sound. */
export const secondsOfLoop = 64;

/** One frame of a broadcaster. */
export interface NumberedFrame {
  readonly session: number;
  /** From 0, however often the session's recording has begun again. */
  readonly frame: number;
}

/**
 * Returns a function that tells which frame a number in a picture stands for, if called for one after the other as they are shown:
 * of all with that number in its session, the one closest to the newest.
 */
export function frameReader(): (number: number) => NumberedFrame {
  const loop = secondsOfLoop * frameRate;
  const newest = new Map<number, number>();
  return (number) => {
    const session = Math.floor(number / framesOfSession);
    const inLoop = number % framesOfSession;
    const last = newest.get(session) ?? 0;
    const frame = inLoop + loop * Math.max(0, Math.round((last - inLoop) / loop));
    newest.set(session, Math.max(last, frame));
    return { session, frame };
  };
}
