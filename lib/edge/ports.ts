import type { BodyReader } from '../net/body-reader.ts';

/** What the edge needs from outside, and what it provides to the HTTP server in front of it. */
/** The next tier: the shield for an edge, the origin for a shield. Always asked by GET. */
export interface Upstream {
  /**
   * Resolves once the response head has arrived. Rejects with `UpstreamError`: `UPSTREAM_UNREACHABLE` if there was no
   * response, `UPSTREAM_TIMEOUT` if it took too long. The caller must use exactly one of `body` (to its end, or left
   * early) and `discard`.
   */
  get(request: { readonly target: string; readonly ifNoneMatch?: string }): Promise<UpstreamAnswer>;
}

export interface UpstreamAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Throws if the response is truncated. */
  readonly body: AsyncIterable<Uint8Array>;
  discard(): void;
}

export type Gzip = (body: Uint8Array) => Promise<Uint8Array>;

export interface EdgeRequest {
  readonly method: string;
  /** As in the request line: path and query. */
  readonly target: string;
  /** Who shares a budget with this client: its address, or its IPv6 network. @default all clients alike */
  readonly client?: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The client's IP address. */
  readonly address: string;
}

export interface EdgeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent if nothing follows the head. The receiver must `close` it, once it is sent or abandoned. */
  readonly body?: BodyReader;
}

export interface EdgeService {
  /** Calls `reply` exactly once: synchronously if possible, otherwise later. Never throws. */
  handle(request: EdgeRequest, reply: (response: EdgeResponse) => void): void;
}
