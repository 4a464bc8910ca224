import { LeaveWatch } from './policy/leave-watch.ts';
import { LinkWatch, type LinkWatchLimits } from './policy/link-watch.ts';
import type { WorkerLink } from './worker-link.ts';

/** The link that a publisher's bytes go to, and what is known of the worker at its other end: does it take them, does it drain. */
export class LinkInUse {
  readonly link: WorkerLink;
  readonly #watch: LinkWatch;
  /** Set while another worker is ready to go on. */
  #leave: LeaveWatch | undefined;
  #drains = false;

  constructor(link: WorkerLink, limits: LinkWatchLimits) {
    this.link = link;
    this.#watch = new LinkWatch(limits, performance.now());
  }

  /** False: the worker is behind. */
  write(pieces: readonly Uint8Array[]): boolean {
    const ready = this.link.write(...pieces);
    if (!ready) this.#watch.behind(this.link.backlogBytes, performance.now());
    return ready;
  }

  /** The worker said something. */
  heard(): void {
    this.#watch.heard(performance.now());
  }

  /** The worker took all that was queued. */
  caughtUp(): void {
    this.#watch.caughtUp();
  }

  /** Whether the worker is dead or frozen, as far as can be told; `lives`: its heartbeats go on. */
  isLost(lives: boolean, nowMs: number): boolean {
    return this.#watch.isStalled(this.link.backlogBytes, nowMs) || this.#watch.isSilent(lives, nowMs);
  }

  /** The worker drains: it is used until another one is ready. False: that is known already. */
  drains(): boolean {
    const isNews = !this.#drains;
    this.#drains = true;
    return isNews;
  }

  /** Another worker is ready: this one is left at the next key frame. `pointMs`: where a worker could begin now, in session time. */
  leaveSoon(pointMs: number): void {
    this.#leave = new LeaveWatch(pointMs, performance.now());
  }

  /** No other worker is ready any more. */
  stay(): void {
    this.#leave = undefined;
  }

  isToLeave(pointMs: number): boolean {
    return this.#leave?.isDue(pointMs, performance.now()) === true;
  }
}
