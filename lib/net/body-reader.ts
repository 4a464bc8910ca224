/** One client's position in a buffer shared by many; nothing is copied. */
export interface BodyReader {
  /** The next bytes; `wait` if they have not arrived yet, `end` after the last, `failed` if they never will arrive. */
  next(maxBytes: number): Uint8Array | 'wait' | 'end' | 'failed';
  /** All remaining bytes, if they have all arrived. */
  rest(): Uint8Array | undefined;
  /** Calls back once, when `next` would return something other than `wait`. */
  whenMore(callback: () => void): void;
  /** Call about every second while the client is sent this body: since when it has taken nothing to speak of. */
  stalled(sinceMs: number | undefined): void;
  /** Calls back if others need the memory more: nothing of the body may be used any longer, also not what is being sent. */
  whenCut(callback: () => void): void;
  close(): void;
}
