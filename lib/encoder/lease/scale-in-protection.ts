import type { Clock } from '../../net/clock.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
import type { TaskProtection } from '../ports.ts';
import { holdMs, type ProtectionRequest, ProtectionSchedule } from './policy/protection-schedule.ts';

export interface ScaleInProtectionOptions {
  readonly protection: TaskProtection;
  readonly clock: Clock;
  readonly emit: EmitEvent;
}

/** Asks the platform not to stop this worker to scale in while it has broadcasts. Nothing waits for the answers. */
export class ScaleInProtection {
  readonly #options: ScaleInProtectionOptions;
  readonly #hold = new ProtectionSchedule();
  #asking = false;
  #failing = false;

  constructor(options: ScaleInProtectionOptions) {
    this.#options = options;
  }

  /** Call about once a second. */
  tick(broadcasts: number): void {
    if (this.#asking) return;
    const request = this.#hold.due(this.#options.clock.nowMs(), broadcasts);
    if (request === undefined) return;
    this.#asking = true;
    void this.#ask(request).finally(() => {
      this.#asking = false;
    });
  }

  async #ask(request: ProtectionRequest): Promise<void> {
    const { protection, clock, emit } = this.#options;
    const wasHeld = this.#hold.held;
    // Counted from the request: the platform counts from a later moment.
    const askedAtMs = clock.nowMs();
    try {
      await (request === 'hold' ? protection.hold(holdMs) : protection.release());
    } catch (cause) {
      this.#hold.failed(clock.nowMs());
      if (!this.#failing) emit('encoder.protection.failed', { request, cause });
      this.#failing = true;
      return;
    }
    this.#hold.granted(request, askedAtMs);
    this.#failing = false;
    if (this.#hold.held !== wasHeld) emit('encoder.protection.changed', { held: this.#hold.held });
  }
}
