/** The part of the supervisor that restarts need. */
interface Restarts {
  /** Replaces a process; resolves when its successor is ready. */
  drain(name: string): Promise<unknown>;
  /** Starts a process that is waiting for its restart; false if it isn't waiting. */
  startNow(name: string): boolean;
}

/**
 * Restarts processes one after another, so that a broadcast always has another worker and another proxy to move to. If a
 * successor doesn't come up, the rest aren't restarted: they keep running the code that works.
 */
export class RollingRestart {
  readonly #supervisor: Restarts;
  readonly #waiting = new Set<string>();
  #current: string | undefined;

  constructor(supervisor: Restarts) {
    this.#supervisor = supervisor;
  }

  /** Each of these gets a process started after this call. */
  add(names: readonly string[]): void {
    for (const name of names) {
      // Its successor failed with the older code and is waiting for another attempt: starting that now is the requested restart.
      if (name === this.#current && this.#supervisor.startNow(name)) continue;
      this.#waiting.add(name);
    }
    if (this.#current === undefined) void this.#roll();
  }

  async #roll(): Promise<void> {
    for (const name of this.#waiting) {
      this.#waiting.delete(name);
      this.#current = name;
      await this.#supervisor.drain(name);
    }
    this.#current = undefined;
  }
}
