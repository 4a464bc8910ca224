import type { Clock } from '../net/clock.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import type { ActiveBroadcast } from './active-broadcast.ts';
import { HandoffPace, isTakenOver } from './policy/handoff-pace.ts';
import type { EncoderStore } from './ports.ts';

export interface HandoffQueueOptions {
  readonly store: Pick<EncoderStore, 'getBroadcast'>;
  readonly clock: Clock;
  readonly emit: EmitEvent;
}

const pollMs = 200;

/**
 * The broadcasts of a draining worker, which leave one after the other: to take one over is a burst of work, and viewers have
 * only so much buffered. The next one leaves when the worker that took the last one says, in the broadcast's record, that it
 * keeps real time, or when the turn is over ({@link HandoffPace}).
 */
export class HandoffQueue {
  readonly #options: HandoffQueueOptions;
  readonly #pace: HandoffPace;

  /** Create it when the drain begins: its time runs from there. */
  constructor(options: HandoffQueueOptions) {
    this.#options = options;
    this.#pace = new HandoffPace(options.clock.nowMs());
  }

  /** Resolves when all are handed over, and the last one is in real time again elsewhere. */
  async handOver(broadcasts: readonly ActiveBroadcast[]): Promise<void> {
    const waiting = new Set(broadcasts);
    const begun: Promise<void>[] = [];
    for (let remaining = waiting.size; remaining > 0; remaining = waiting.size) {
      const [first] = waiting;
      // Viewers of one that arrived a moment ago have little buffered.
      const next = [...waiting].find(({ isCatchingUp }) => !isCatchingUp) ?? first!;
      waiting.delete(next);
      const turnEndsAtMs = this.#pace.turnEndsAtMs(remaining, this.#nowMs);
      let isOver = false;
      begun.push(
        this.#handOver(next, turnEndsAtMs).finally(() => {
          isOver = true;
        }),
      );
      await this.#until(turnEndsAtMs, () => isOver);
    }
    await Promise.all(begun);
  }

  async #handOver(broadcast: ActiveBroadcast, turnEndsAtMs: number): Promise<void> {
    const { clock, emit } = this.#options;
    await this.#until(turnEndsAtMs, () => broadcast.ending || !broadcast.isCatchingUp);
    const beganAtMs = this.#nowMs;
    const isMoved = await broadcast.drain(this.#pace.publishersMs(beganAtMs));
    const leftAtMs = this.#nowMs;
    const isTaken = () => this.#isTakenOver(broadcast, clock.nowMs() - leftAtMs);
    const inRealTime = isMoved && (await this.#until(turnEndsAtMs, isTaken));
    const { streamId: stream, id } = broadcast;
    const tookMs = Math.round(this.#nowMs - beganAtMs);
    emit('encoder.handover.done', { stream, broadcast: id, tookMs, inRealTime });
  }

  /** False as long as the control store doesn't say. */
  async #isTakenOver({ streamId, id, epoch }: ActiveBroadcast, waitedMs: number): Promise<boolean> {
    const record = await this.#options.store.getBroadcast(streamId, id).catch(() => null);
    return record !== null && isTakenOver(record, epoch, waitedMs);
  }

  /** Waits until `holds`; false if it didn't by `endsAtMs`. */
  async #until(endsAtMs: number, holds: () => boolean | Promise<boolean>): Promise<boolean> {
    while (!(await holds())) {
      if (this.#nowMs >= endsAtMs) return false;
      await new Promise((wake) => setTimeout(wake, pollMs));
    }
    return true;
  }

  get #nowMs(): number {
    return this.#options.clock.nowMs();
  }
}
