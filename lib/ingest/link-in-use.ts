import type { LinkFrame } from '../protocol/relay/link-frames.ts';
import { LeaseWatch, type LeaseWatchOptions } from './lease-watch.ts';
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

  constructor(link: WorkerLink, limits: LinkWatchLimits, lease: Pick<LeaseWatchOptions, 'read' | 'expired'>) {
    this.link = link;
    this.#lease = new LeaseWatch({
      ...lease,
      run: { worker: link.worker, epoch: link.epoch },
      nowMs: () => performance.now(),
    });
    this.#watch = new LinkWatch(limits, performance.now());
  }

  /** Returns false if the worker is behind. */
  write(pieces: readonly Uint8Array[]): boolean {
    const ready = this.link.write(...pieces);
    if (!ready) this.#watch.behind(this.link.backlogBytes, performance.now());
    return ready;
  }

  /** The worker sent something. */
  received(frame: LinkFrame): void {
    this.#watch.received(performance.now());
    this.#lease.heard();
    if (frame.type !== 'lease-renewed') return;
    this.#watch.receivedRenewal();
    this.#lease.renewed(frame.version);
  }

  /** The worker has read everything queued. */
  caughtUp(): void {
    this.#watch.caughtUp();
  }

  /** Whether the worker appears dead or frozen; `lives`: its heartbeats continue. */
  isLost(lives: boolean, nowMs: number): boolean {
    return this.#watch.isStalled(this.link.backlogBytes, nowMs) || this.#watch.isSilent(lives, nowMs);
  }

  /** Looks at its lease while it is silent. Call about every 250 ms. */
  watchLease(nowMs: number): void {
    this.#lease.tick(this.#watch.isDoubtful(nowMs));
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
