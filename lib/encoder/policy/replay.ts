import type { RehomeCause } from '../../control-store/stream-events.ts';

/** A proxy sends a replay as fast as the link allows. */
const replayWithinMs = 5000;

/** Media that a proxy sends again. */
export interface Replay {
  readonly cause: RehomeCause;
  /** Media that the proxy no longer had; undefined if unknown. */
  readonly lostMs: number | undefined;
}

/** Where another worker left the broadcast, in stream time, and whether it handed it over. */
interface Left {
  readonly startMs: number;
  readonly handedOver: boolean;
}

/**
 * Why a proxy replays, and how much is lost. `left` is undefined if the broadcast never left this worker; `replayStartMs` if
 * the broadcast never had the replayed media.
 */
export function replayOf(left: Left | undefined, replayStartMs: number | undefined): Replay {
  if (!left) return { cause: 'link-broken', lostMs: undefined };
  return {
    cause: left.handedOver ? 'handed-over' : 'worker-gone',
    lostMs: replayStartMs === undefined ? undefined : Math.max(0, replayStartMs - left.startMs),
  };
}

/**
 * How the current session got the seat: from a proxy that replays unpublished media, or from a publisher that was away.
 * Reported once, with the session's first media.
 */
export class ReplayProgress {
  #replay?: Replay;
  /** Until this (monotonic) time replayed media may be arriving; and how much has arrived. */
  #replayUntilMs = Number.NEGATIVE_INFINITY;
  #replayedMs = 0;
  /** Stream time that no worker produced before the current publisher returned. */
  #gapMs?: number;

  /** The current session resumes over another link, without repeats. */
  resumed(): void {
    this.taken(undefined, 0);
    this.#replay = { cause: 'link-broken', lostMs: 0 };
  }

  /** A session took the seat; `replay` is what its proxy is about to send again. `nowMs` is monotonic. */
  taken(replay: Replay | undefined, nowMs: number): void {
    this.#replay = replay;
    this.#replayedMs = 0;
    this.#replayUntilMs = replay ? nowMs + replayWithinMs : Number.NEGATIVE_INFINITY;
  }

  gap(gapMs: number): void {
    this.#gapMs = gapMs;
  }

  /** What the first media after an absence puts an end to. */
  returned(): { readonly replay?: Replay; readonly gapMs?: number } {
    const gapMs = this.#gapMs;
    this.#gapMs = undefined;
    if (this.#replay) return { replay: this.#replay };
    return gapMs === undefined ? {} : { gapMs };
  }

  /** From now on any absence is the publisher's own. */
  mediaArrived(): void {
    this.#replay = undefined;
  }

  /** Whether media arriving now may have been held by the proxy. */
  isReplaying(nowMs: number): boolean {
    return nowMs <= this.#replayUntilMs;
  }

  /** Adds stream time that was replayed beyond the clock's position. */
  replayed(ms: number): void {
    this.#replayedMs += ms;
  }

  get replayedMs(): number {
    return this.#replayedMs;
  }
}
