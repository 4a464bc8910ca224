/** Pieces that wait to be written; those that lie side by side in memory become one. */
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

  /** All there is, in order; nothing is left. */
  take(): Buffer[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }
}
