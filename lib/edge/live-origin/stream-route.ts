import type { LeaseRecord } from '../../control-store/records.ts';
import type { BroadcastId, MemberId } from '../../routing/ids.ts';

/** The worker that has a stream now. */
export interface StreamRoute {
  readonly worker: MemberId;
  readonly epoch: number;
  readonly broadcastId: BroadcastId;
}

/** Undefined if nobody has the stream. */
export const routeOf = (lease: LeaseRecord | undefined): StreamRoute | undefined =>
  lease === undefined || lease.released
    ? undefined
    : { worker: lease.workerId, epoch: lease.epoch, broadcastId: lease.broadcastId };

export const isSameRoute = (a: StreamRoute | undefined, b: StreamRoute | undefined): boolean =>
  a?.worker === b?.worker && a?.epoch === b?.epoch;

/** Why a request to a worker was aborted: another one has the stream. */
export class RouteChangedError extends Error {
  override readonly name = 'RouteChangedError';
  readonly code = 'ROUTE_CHANGED';
}

/** A request on its way to a worker. */
export interface Flight {
  readonly controller: AbortController;
  readonly route: StreamRoute;
  /** The head has arrived; what is left may end by itself. */
  isBody: boolean;
}

/** How often leases are read, in ms. */
export const leaseTiming = {
  /** A stream that is watched. */
  everyMs: 1_000,
  /** A stream that has a record and nobody on air, if it is asked for. */
  idleMs: 500,
  /** A stream whose worker does not answer, while viewers wait. */
  lostMs: 300,
  /** A known route is used at once, and read in the meantime, unless it is older than this. */
  trustMs: 10_000,
  /** How long a first reading may take. */
  firstMs: 500,
  /** How long a growing body of the previous worker may go on: if it comes to its end, it is right. */
  graceMs: 1_000,
  /** How long a planned handover may leave a stream without a lease. */
  handoverMs: 2_000,
  tickMs: 100,
} as const;
