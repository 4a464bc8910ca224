import type { RehomeCause } from '../../control-store/stream-events.ts';

/** A proxy sends a replay as fast as the link takes it. */
const replayWithinMs = 5000;

/** What a proxy sends again. */
export interface Replay {
  readonly cause: RehomeCause;
  /** Media that the proxy no longer had; undefined where that is not known. */
  readonly lostMs: number | undefined;
}

/** Where another worker left the broadcast, in stream time, and whether it let go by itself. */
interface Left {
  readonly startMs: number;
  readonly handedOver: boolean;
}

/**
 * Why a proxy sends again, and what of it is lost. `left` is undefined where the broadcast ran here all the time;
 * `replayStartMs` where the replay is of media that the broadcast never had.
 */
export function replayOf(left: Left | undefined, replayStartMs: number | undefined): Replay {
  if (!left) return { cause: 'link-broken', lostMs: undefined };
  return {
    cause: left.handedOver ? 'handed-over' : 'worker-gone',
    lostMs: replayStartMs === undefined ? undefined : Math.max(0, replayStartMs - left.startMs),
  };
}

/**
 * How the session in the seat came to it: by a proxy that sends again what is not published, or by a publisher that was
 * away. It is told once, with the session's first media.
 */
export class ReplayProgress {
  #replay?: Replay;
  /** Until then (monotonic) what a proxy sends again may be on its way, and how much of it has come. */
  #replayUntilMs = Number.NEGATIVE_INFINITY;
  #replayedMs = 0;
  /** Stream time that no worker made before the publisher that is there now came back. */
  #gapMs?: number;

  /** The session in the seat goes on by another link, and nothing of it comes twice. */
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

  /** The first media after an absence: what it ends. */
  back(): { readonly replay?: Replay; readonly gapMs?: number } {
    const gapMs = this.#gapMs;
    this.#gapMs = undefined;
    if (this.#replay) return { replay: this.#replay };
    return gapMs === undefined ? {} : { gapMs };
  }

  /** From now on an absence is the publisher's own. */
  mediaCame(): void {
    this.#replay = undefined;
  }

  /** Media that comes now may have lain with the proxy. */
  isReplaying(nowMs: number): boolean {
    return nowMs <= this.#replayUntilMs;
  }

  /** So much stream time has been sent again beyond where the clock was. */
  replayed(ms: number): void {
    this.#replayedMs += ms;
  }

  get replayedMs(): number {
    return this.#replayedMs;
  }
}
