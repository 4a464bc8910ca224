/** Pieces waiting to be written; those adjacent in memory are merged. */
export class Gathered {
  #pieces: Buffer[] = [];

  get empty(): boolean {
    return this.#pieces.length === 0;
  }

  add(piece: Buffer): void {
    const index = this.#pieces.length - 1;
    const last = this.#pieces[index];
    if (last?.buffer === piece.buffer && last.byteOffset + last.length === piece.byteOffset) {
      this.#pieces[index] = Buffer.from(last.buffer, last.byteOffset, last.length + piece.length);
    } else {
      this.#pieces.push(piece);
    }
  }

  /** Returns everything, in order, and empties the list. */
  take(): Buffer[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }
}
