/** What the restarts need of the supervisor. */
interface Restarts {
  /** Replaces a process, and resolves when its successor is ready. */
  drain(name: string): Promise<unknown>;
  /** Starts a process that waits for its restart; false if it doesn't. */
  startNow(name: string): boolean;
}

/**
 * Restarts processes one after another, so that a broadcast always has another worker and another proxy to go to. A
 * successor that doesn't come up holds the rest back: they go on with the code that works.
 */
export class RollingRestart {
  readonly #supervisor: Restarts;
  readonly #waiting = new Set<string>();
  #current: string | undefined;

  constructor(supervisor: Restarts) {
    this.#supervisor = supervisor;
  }

  /** Each gets a process that starts after this call. */
  add(names: readonly string[]): void {
    for (const name of names) {
      // Its successor failed with the older code and waits to be tried again: that is the restart asked for.
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
