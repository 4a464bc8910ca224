import type { LeaseRecord } from '../control-store/records.ts';
import { LeaseWatch } from './lease-watch.ts';
import { LeaveWatch } from './policy/leave-watch.ts';
import { LinkWatch, type LinkWatchLimits } from './policy/link-watch.ts';
import type { WorkerLink } from './worker-link.ts';

/**
 * The link that carries a publisher's bytes, and the state of the worker at its other end: whether it keeps up and whether it
 * is draining.
 */
export class LinkInUse {
  readonly link: WorkerLink;
  readonly #watch: LinkWatch;
  readonly #lease: LeaseWatch;
  /** Set while another worker is ready to take over. */
  #leave: LeaveWatch | undefined;
  #drains = false;

  /** `readLease`: the stream's; throws if the control store does not answer. */
  constructor(link: WorkerLink, limits: LinkWatchLimits, readLease: () => Promise<LeaseRecord | undefined>) {
    this.link = link;
    this.#lease = new LeaseWatch({ worker: link.worker, epoch: link.epoch }, readLease);
    this.#watch = new LinkWatch(limits, performance.now());
  }

  /** Returns false if the worker is behind. */
  write(pieces: readonly Uint8Array[]): boolean {
    const ready = this.link.write(...pieces);
    if (!ready) this.#watch.behind(this.link.backlogBytes, performance.now());
    return ready;
  }

  /** The worker sent something; `isPart`: word of a part. */
  received(isPart = false): void {
    this.#watch.received(performance.now());
    if (isPart) this.#watch.receivedPart();
    this.#lease.heard();
  }

  /** The worker has read everything queued. */
  caughtUp(): void {
    this.#watch.caughtUp();
  }

  /** Whether the worker appears dead or frozen; `lives`: its heartbeats continue. */
  isLost(lives: boolean, nowMs: number): boolean {
    return this.#watch.isStalled(this.link.backlogBytes, nowMs) || this.#watch.isSilent(lives, nowMs);
  }

  /** The version in which its lease has expired while it was silent; undefined if it has not, or if that is not known yet. Call often. */
  expiredLease(nowMs: number): number | undefined {
    return this.#watch.isDoubtful(nowMs) ? this.#lease.look() : undefined;
  }

  /** The worker said that it will stop. */
  get drains(): boolean {
    return this.#drains;
  }

  /** The worker is draining: it stays in use until another one is ready. Returns false if that was already known. */
  markDraining(): boolean {
    const isNews = !this.#drains;
    this.#drains = true;
    return isNews;
  }

  /**
   * Another worker is ready: leave this one at the next key frame. `pointMs`: where a worker could start now, in session
   * time.
   */
  leaveAtKeyframe(pointMs: number): void {
    this.#leave = new LeaveWatch(pointMs, performance.now());
  }

  /** No other worker is ready: keep this one. */
  stay(): void {
    this.#leave = undefined;
  }

  shouldLeave(pointMs: number): boolean {
    return this.#leave?.isDue(pointMs, performance.now()) === true;
  }
}
