/** Something that changes, with waiters for particular states. */
export class Changing {
  #waiting: { holds: () => boolean; resolve: () => void }[] = [];

  /** Resolves once `holds` is true; only the test's own timeout ends the wait otherwise. */
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ holds, resolve }));
  }

  /** Must be called after every change. */
  protected changed(): void {
    this.#waiting = this.#waiting.filter(({ holds, resolve }) => {
      if (!holds()) return true;
      resolve();
      return false;
    });
  }
}
