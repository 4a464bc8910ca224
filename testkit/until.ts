/** Something that changes, and those who wait for it to be in some state. */
export class Changing {
  #waiting: { holds: () => boolean; resolve: () => void }[] = [];

  /** Resolves once `holds` is true; the test's own time limit ends a wait that never does. */
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ holds, resolve }));
  }

  /** To be called after every change. */
  protected changed(): void {
    this.#waiting = this.#waiting.filter(({ holds, resolve }) => {
      if (!holds()) return true;
      resolve();
      return false;
    });
  }
}
