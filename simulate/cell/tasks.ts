import { facts } from '../world/facts.ts';
import type { Random } from '../world/random.ts';
import type { Timeline } from '../world/timeline.ts';

const startEveryMs = 60_000 / facts.tasksPerMinute;

/** ECS starts the tasks of a service, one after another, and each takes its time. */
export class Tasks {
  readonly #timeline: Timeline;
  readonly #random: Random;
  #nextAtMs = 0;

  constructor(timeline: Timeline, random: Random) {
    this.#timeline = timeline;
    this.#random = random;
  }

  /** Calls `ready` for each of `count` tasks once it serves. */
  start(count: number, ready: (index: number) => void): void {
    const [least, most] = facts.taskStartMs;
    for (let index = 0; index < count; index++) {
      this.#nextAtMs = Math.max(this.#nextAtMs, this.#timeline.nowMs) + startEveryMs;
      const startMs = this.#nextAtMs - this.#timeline.nowMs + this.#random.between(least, most);
      this.#timeline.after(startMs, () => ready(index));
    }
  }
}
