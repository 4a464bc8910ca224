import type { StreamTag } from '../../policy/stream-tag.ts';

const maxMoves = 1000;

/**
 * The stream time of a session's first message. It moves while the timeline follows the publisher's clock, so that another worker
 * that begins at a segment must count with the one that held there: else a picture at the edge falls into both segments, or none.
 */
export class SessionStart {
  /** Each holds for what follows `afterMs` of stream time. */
  #moves: { readonly afterMs: number; readonly startMs: number }[] = [];
  #lastMs = Number.NEGATIVE_INFINITY;

  /** Records where a tag of the session was placed. True for the first one that says where the session starts. */
  add({ type, streamMs, keyframe, hidden }: StreamTag, sessionMs: number): boolean {
    // What is hidden has no place of its own. Sound counts if it is alone.
    if (hidden || (type === 'audio' && !keyframe)) return false;
    const isFirst = this.#moves.length === 0;
    const startMs = streamMs - sessionMs;
    if (startMs !== this.#moves.at(-1)?.startMs) this.#moves.push({ afterMs: this.#lastMs, startMs });
    if (this.#moves.length > maxMoves) this.#moves.shift();
    this.#lastMs = streamMs;
    return isFirst;
  }

  /** As it held for the first picture at or after `streamMs`; undefined before the first one. Call it with rising times. */
  at(streamMs: number): number | undefined {
    const found = this.#moves.findLastIndex(({ afterMs }) => afterMs < streamMs);
    this.#moves = this.#moves.slice(Math.max(found, 0));
    return this.#moves[0]?.startMs;
  }

  /** Call when another session begins. */
  clear(): void {
    this.#moves = [];
    this.#lastMs = Number.NEGATIVE_INFINITY;
  }
}
