/** The time that the publisher's proxy has to find another worker while this one drains. */
export class Handoff {
  #left?: () => void;

  /** Resolves to true when the publisher has left or the broadcast has ended some other way, to false after `withinMs`. */
  wait(withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), withinMs);
      this.#left = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  /** Ends the wait. Returns whether one was in progress. */
  end(): boolean {
    this.#left?.();
    return this.#left !== undefined;
  }
}
