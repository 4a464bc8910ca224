import { ConditionFailedError } from '../../control-store/errors.ts';
import type { LeaseStore } from '../../control-store/ports.ts';
import type { LeaseRecord } from '../../control-store/records.ts';
import type { Clock } from '../../net/clock.ts';
import { aliveEveryMs, Fence, type FenceState, renewEveryMs, renewPauseMs } from './policy/fence.ts';

export interface LeaseKeeperOptions {
  readonly store: LeaseStore;
  readonly clock: Clock;
  /** Monotonic time at which the request to take the lease was sent. */
  readonly takenAtMs: number;
  /** The control store stopped responding, or responds again. */
  readonly reachable: (isReachable: boolean, cause?: unknown) => void;
}

export interface LeaseKeeperHandler {
  /** Another worker has the lease, or this process was suspended for too long. Called once. */
  lost(): void;
  endRequested(): void;
  /** The lease has this version now. */
  renewed?(version: number): void;
}

/**
 * Renews a lease from the moment it is taken, so also while the taker still reads what exists of the broadcast, and knows
 * whether this process may still write under it.
 */
export class LeaseKeeper {
  readonly lease: LeaseRecord;
  readonly #options: LeaseKeeperOptions;
  readonly #fence: Fence;
  readonly #alive: NodeJS.Timeout;
  #timer?: NodeJS.Timeout;
  #renewing?: Promise<void>;
  #stopped = false;
  #handler?: LeaseKeeperHandler;
  #lost = false;
  #endRequested = false;

  constructor(lease: LeaseRecord, options: LeaseKeeperOptions) {
    this.lease = lease;
    this.#options = options;
    this.#fence = new Fence(options.takenAtMs);
    this.#timer = setTimeout(() => this.#tick(), renewEveryMs);
    this.#alive = setInterval(() => {
      if (this.#check() === 'lost') this.#lose();
    }, aliveEveryMs);
  }

  /** As far as we know, the lease is no longer ours. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Sets the handler; anything that has already happened is reported at once. */
  listen(handler: LeaseKeeperHandler): void {
    this.#handler = handler;
    if (this.#lost) queueMicrotask(() => handler.lost());
    else if (this.#endRequested) queueMicrotask(() => handler.endRequested());
  }

  /** Call before each write. If in doubt, renews the lease first. */
  async mayWrite(): Promise<boolean> {
    for (;;) {
      const state = this.#check();
      if (state === 'open') return true;
      if (state === 'lost') {
        this.#lose();
        return false;
      }
      await this.#renew();
      // Avoids a tight loop while the store doesn't respond.
      if (this.#check() === 'doubt') await new Promise((wake) => setTimeout(wake, 100));
    }
  }

  /** Another worker has the lease: stop writing under it. */
  superseded(): void {
    this.#fence.lose();
    this.#lose();
  }

  /** Stops renewing and releases the lease: from this call on nothing may be written under it. */
  async release(): Promise<void> {
    this.stop();
    const wasOurs = this.#check() !== 'lost';
    this.#lost = true;
    this.#fence.lose();
    await this.#renewing;
    if (wasOurs) await this.#options.store.releaseLease(this.#hold());
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearInterval(this.#alive);
  }

  #tick(): void {
    const beganAtMs = this.#options.clock.nowMs();
    void this.#renew().finally(() => {
      const tookMs = this.#options.clock.nowMs() - beganAtMs;
      const pauseMs = Math.max(renewPauseMs, renewEveryMs - tookMs);
      if (!this.#stopped) this.#timer = setTimeout(() => this.#tick(), pauseMs);
    });
  }

  #renew(): Promise<void> {
    this.#renewing ??= this.#renewOnce()
      // Whatever went wrong, the lease was not renewed: the fence closes by itself, and the next renewal is due.
      .catch((cause: unknown) => this.#options.reachable(false, cause))
      .finally(() => {
        this.#renewing = undefined;
      });
    return this.#renewing;
  }

  async #renewOnce(): Promise<void> {
    const sentAtMs = this.#options.clock.nowMs();
    try {
      const { endRequested, version } = await this.#options.store.renewLease(this.#hold());
      this.#fence.renewed(sentAtMs);
      this.#handler?.renewed?.(version);
      this.#options.reachable(true);
      if (!endRequested) return;
      this.#endRequested = true;
      this.#handler?.endRequested();
    } catch (cause) {
      if (cause instanceof ConditionFailedError) this.superseded();
      else {
        this.#fence.unanswered();
        this.#options.reachable(false, cause);
      }
    }
  }

  #lose(): void {
    this.stop();
    if (this.#lost) return;
    this.#lost = true;
    this.#handler?.lost();
  }

  #check(): FenceState {
    return this.#fence.check(this.#options.clock.nowMs());
  }

  #hold(): { streamId: LeaseRecord['streamId']; workerId: LeaseRecord['workerId']; epoch: number } {
    const { streamId, workerId, epoch } = this.lease;
    return { streamId, workerId, epoch };
  }
}
