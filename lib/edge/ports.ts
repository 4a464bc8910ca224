import type { FleetStore, LeaseStore } from '../control-store/ports.ts';
import type { FleetMember } from '../control-store/records.ts';
import type { BodyReader } from '../net/body-reader.ts';

/** What the edge needs from outside, and what it provides to the HTTP server in front of it. */
/** The next tier: the shield for an edge; for a shield the live origin and the object store. Always asked by GET. */
export interface Upstream {
  /**
   * Resolves once the response head has arrived. Rejects with `UpstreamError`: `UPSTREAM_UNREACHABLE` if there was no
   * response, `UPSTREAM_TIMEOUT` if it took too long. The caller must use exactly one of `body` (to its end, or left
   * early) and `discard`.
   */
  get(request: UpstreamRequest): Promise<UpstreamAnswer>;
}

export interface UpstreamRequest {
  readonly target: string;
  readonly ifNoneMatch?: string | undefined;
  /** The answer may be held until what it is about has been made (policy/upstream/held.ts). @default false */
  readonly held?: boolean;
  /** Ends the request, or the body if the head has arrived. */
  readonly signal?: AbortSignal;
}

/** The part of the control store that a live origin needs: which worker has a stream, and where workers are. It only reads. */
export type LiveOriginStore = Pick<LeaseStore, 'getLease'> & Pick<FleetStore, 'listFleet'>;

/** Where a worker answers live origins. */
export type MediaAddress = Pick<FleetMember, 'id' | 'host'> & { readonly mediaPort: number };

/** Requests to workers' media ports. Rejects as `Upstream` does, with the signal's reason if that was raised. */
export interface WorkerRequests {
  get(
    worker: MediaAddress,
    request: UpstreamRequest & { readonly headTimeoutMs: number },
  ): Promise<UpstreamAnswer>;
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
