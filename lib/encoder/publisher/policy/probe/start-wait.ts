/** What has not come, without which a session's media can't be decoded. */
export type Awaited = 'key-frame' | 'video-header' | 'audio-header' | 'default-track';

interface Patience {
  /** The publisher is told after this much media. */
  readonly warnMs?: number;
  /** The session is refused after this much. */
  readonly refuseMs: number;
  /** What is wrong, for the publisher and the journal. ASCII. */
  readonly words: string;
}

/** Encoders send headers first, so a few seconds are enough. Key frames may be 20 s apart, and a session may begin between two. */
const patience: Readonly<Record<Awaited, Patience>> = {
  'key-frame': { warnMs: 4000, refuseMs: 25_000, words: 'no key frame for 25 s; set its interval to 2 s' },
  'video-header': { refuseMs: 4000, words: 'H.264 video without a sequence header' },
  'audio-header': { refuseMs: 4000, words: 'AAC sound without a sequence header' },
  'default-track': { refuseMs: 4000, words: 'no track 0 among the video tracks' },
};

/** A clock that jumps is not so much media. */
const mostStepMs = 1000;

/** How much of a session's media has come that could not be used, for each thing that it lacks. */
export class StartWait {
  readonly #waits = new Map<Awaited, { forMs: number; lastMs: number; warned: boolean }>();

  /** Media at session time `sessionMs` can't be used. Returns what to do about it: warn once, refuse, or nothing. */
  count(awaited: Awaited, sessionMs: number): 'warn' | { readonly refuse: string } | undefined {
    const wait = this.#waits.get(awaited) ?? { forMs: 0, lastMs: sessionMs, warned: false };
    this.#waits.set(awaited, wait);
    wait.forMs += Math.min(mostStepMs, Math.max(0, sessionMs - wait.lastMs));
    wait.lastMs = sessionMs;
    const { warnMs = Number.POSITIVE_INFINITY, refuseMs, words } = patience[awaited];
    if (wait.forMs >= refuseMs) return { refuse: words };
    if (wait.warned || wait.forMs < warnMs) return undefined;
    wait.warned = true;
    return 'warn';
  }

  /** It has come. */
  over(awaited: Awaited): void {
    this.#waits.delete(awaited);
  }
}
