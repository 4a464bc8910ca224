/** The time in which the proxy of a broadcast's publisher looks for another worker, while this one drains. */
export class Handoff {
  #left?: () => void;

  /** Resolves when the publisher is gone, or the broadcast has come to another end, or after `withinMs`. */
  async wait(withinMs: number): Promise<void> {
    await new Promise<void>((left) => {
      const timer = setTimeout(left, withinMs);
      this.#left = () => {
        clearTimeout(timer);
        left();
      };
    });
  }

  /** The wait is over. Returns whether there was one. */
  over(): boolean {
    this.#left?.();
    return this.#left !== undefined;
  }
}
