/** What the edge needs from the outside, and what it gives to the HTTP server in front of it. */

/** The next tier: the shield for an edge, the origin for a shield. Always asked by GET. */
export interface Upstream {
  /**
   * Resolves when the head of the answer is there. Rejects with `UpstreamError`: `UPSTREAM_UNREACHABLE` where nothing
   * of an answer came, `UPSTREAM_TIMEOUT` where it took too long. Exactly one of `body` (to its end, or left early)
   * and `discard` is used by the caller.
   */
  get(request: { readonly target: string; readonly ifNoneMatch?: string }): Promise<UpstreamAnswer>;
}

export interface UpstreamAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Throws where the answer breaks off before its end. */
  readonly body: AsyncIterable<Uint8Array>;
  discard(): void;
}

export type Gzip = (body: Uint8Array) => Promise<Uint8Array>;

export interface EdgeRequest {
  readonly method: string;
  /** As in the request line: path and query. */
  readonly target: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface EdgeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent where nothing follows the head. Whoever gets it must `close` it, once it is sent or given up. */
  readonly body?: BodyReader;
}

/** One client's position in bytes that many share; nothing is copied for it. */
export interface BodyReader {
  /** The next bytes, `wait` where they have not come yet, `end` after the last, `failed` where they never will come. */
  next(maxBytes: number): Uint8Array | 'wait' | 'end' | 'failed';
  /** All that is left, where it is all there. */
  rest(): Uint8Array | undefined;
  /** Calls back once, when `next` has something else to say than `wait`. */
  whenMore(callback: () => void): void;
  close(): void;
}

export interface EdgeService {
  /** Answers through `reply`, exactly once: at once where it can, later otherwise. Never throws. */
  handle(request: EdgeRequest, reply: (response: EdgeResponse) => void): void;
}
