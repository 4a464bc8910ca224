/** So many messages that could not be handled are skipped, if others pass between them. */
const most = 3;
/** Messages that make good for one that could not be handled: half a minute of a usual broadcast. */
const messagesPerFault = 2_000;

/** Tells single bad messages, which are skipped, from a session of which nothing can be used. */
export class FaultLimit {
  #faults = 0;
  #messages = 0;

  /** A message has been read, whatever became of it. */
  messagePassed(): void {
    if (this.#faults === 0) return;
    this.#messages++;
    if (this.#messages < messagesPerFault) return;
    this.#messages = 0;
    this.#faults--;
  }

  /** Call for each fault. Returns true if it is one too many. */
  isReached(): boolean {
    this.#faults++;
    return this.#faults > most;
  }
}
