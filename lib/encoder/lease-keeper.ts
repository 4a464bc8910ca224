import { ConditionFailedError } from '../control/policy/errors.ts';
import type { LeaseRecord } from '../control/policy/records.ts';
import type { LeaseStore } from '../control/ports.ts';
import { aliveEveryMs, Fence, renewEveryMs, renewPauseMs } from './policy/fence.ts';
import type { Clock } from './ports.ts';

export interface LeaseKeeperHandler {
  /** Another worker has the lease, or this process was suspended for too long. Once. */
  lost(): void;
  endRequested(): void;
  /** The control store did not answer, or answers again. */
  reachable(isReachable: boolean, cause?: unknown): void;
}

/** Renews a lease all the time and knows whether it may still be written for. */
export class LeaseKeeper {
  readonly lease: LeaseRecord;
  readonly #store: LeaseStore;
  readonly #clock: Clock;
  readonly #handler: LeaseKeeperHandler;
  readonly #fence: Fence;
  readonly #alive: NodeJS.Timeout;
  #timer?: NodeJS.Timeout;
  #renewing?: Promise<void>;
  #stopped = false;
  #reportedLost = false;

  constructor(lease: LeaseRecord, store: LeaseStore, clock: Clock, handler: LeaseKeeperHandler) {
    this.lease = lease;
    this.#store = store;
    this.#clock = clock;
    this.#handler = handler;
    this.#fence = new Fence(clock.now());
    this.#timer = setTimeout(() => this.#tick(), renewEveryMs);
    this.#alive = setInterval(() => {
      if (this.#fence.check(clock.now()) === 'lost') this.#lose();
    }, aliveEveryMs);
  }

  /** Call before each write. In doubt the lease is renewed first. */
  async mayWrite(): Promise<boolean> {
    for (;;) {
      const state = this.#fence.check(this.#clock.now());
      if (state === 'open') return true;
      if (state === 'lost') {
        this.#lose();
        return false;
      }
      await this.#renew();
      // A store that does not answer is not asked in a tight loop.
      if (this.#fence.check(this.#clock.now()) === 'doubt')
        await new Promise((wake) => setTimeout(wake, 100));
    }
  }

  /** Another worker has the lease: nothing may be written for it any more. */
  superseded(): void {
    this.#fence.lose();
    this.#lose();
  }

  /** Stops renewing and lets go of the lease. */
  async release(): Promise<void> {
    this.stop();
    await this.#renewing;
    if (this.#fence.check(this.#clock.now()) !== 'lost') await this.#store.releaseLease(this.#hold());
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearInterval(this.#alive);
  }

  #tick(): void {
    const beganAtMs = this.#clock.now();
    void this.#renew().finally(() => {
      const tookMs = this.#clock.now() - beganAtMs;
      const pauseMs = Math.max(renewPauseMs, renewEveryMs - tookMs);
      if (!this.#stopped) this.#timer = setTimeout(() => this.#tick(), pauseMs);
    });
  }

  #renew(): Promise<void> {
    this.#renewing ??= this.#renewOnce().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renewOnce(): Promise<void> {
    const sentAtMs = this.#clock.now();
    try {
      const { endRequested } = await this.#store.renewLease(this.#hold());
      this.#fence.renewed(sentAtMs);
      this.#handler.reachable(true);
      if (endRequested) this.#handler.endRequested();
    } catch (cause) {
      if (cause instanceof ConditionFailedError) this.superseded();
      else {
        this.#fence.unanswered();
        this.#handler.reachable(false, cause);
      }
    }
  }

  #lose(): void {
    this.stop();
    if (this.#reportedLost) return;
    this.#reportedLost = true;
    this.#handler.lost();
  }

  #hold(): { streamId: LeaseRecord['streamId']; workerId: LeaseRecord['workerId']; epoch: number } {
    const { streamId, workerId, epoch } = this.lease;
    return { streamId, workerId, epoch };
  }
}
