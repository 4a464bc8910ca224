/** The time that the publisher's proxy has to find another worker while this one drains. */
export class Handoff {
  #left?: () => void;

  /** Resolves when the publisher has left, when the broadcast has ended some other way, or after `withinMs`. */
  async wait(withinMs: number): Promise<void> {
    await new Promise<void>((left) => {
      const timer = setTimeout(left, withinMs);
      this.#left = () => {
        clearTimeout(timer);
        left();
      };
    });
  }

  /** Ends the wait. Returns whether one was in progress. */
  end(): boolean {
    this.#left?.();
    return this.#left !== undefined;
  }
}
