const stepMs = 250;
const maxMarks = 1000;

/** Maps stream time back to session time, to report to the proxy what is safely published. */
export class ThroughMarks {
  #marks: { readonly streamMs: number; readonly sessionMs: number }[] = [];

  /** Records that a tag with session time `sessionMs` was placed at `streamMs`. */
  add(streamMs: number, sessionMs: number): void {
    const last = this.#marks.at(-1);
    if (last && (streamMs < last.streamMs + stepMs || sessionMs <= last.sessionMs)) return;
    this.#marks.push({ streamMs, sessionMs });
    if (this.#marks.length > maxMarks) this.#marks.shift();
  }

  /** Returns the session time up to which all media lies before `streamMs`, and drops earlier marks. */
  publishedThrough(streamMs: number): number | undefined {
    const at = this.#marks.findLastIndex((mark) => mark.streamMs <= streamMs);
    if (at < 0) return undefined;
    const { sessionMs } = this.#marks[at]!;
    this.#marks = this.#marks.slice(at);
    return Math.max(0, Math.round(sessionMs));
  }

  /** Call when another session begins. */
  clear(): void {
    this.#marks = [];
  }
}
