const maxKeys = 10_000;

/** Request counts of the origin since startup. Reads of the most recently read keys are counted per key, to reveal herds. */
export class ReadCounts {
  #reads = 0;
  #notFound = 0;
  #writes = 0;
  #bytesWritten = 0;
  bytesRead = 0;
  readonly #byKey = new Map<string, number>();

  read(key: string, found: boolean): void {
    this.#reads++;
    if (!found) this.#notFound++;
    const count = this.#byKey.get(key) ?? 0;
    this.#byKey.delete(key);
    this.#byKey.set(key, count + 1);
    if (this.#byKey.size > maxKeys) {
      for (const oldest of this.#byKey.keys()) {
        this.#byKey.delete(oldest);
        break;
      }
    }
  }

  wrote(bytes: number): void {
    this.#writes++;
    this.#bytesWritten += bytes;
  }

  snapshot(): object {
    return {
      reads: this.#reads,
      notFound: this.#notFound,
      writes: this.#writes,
      bytesRead: this.bytesRead,
      bytesWritten: this.#bytesWritten,
      readsByKey: Object.fromEntries(this.#byKey),
    };
  }
}
