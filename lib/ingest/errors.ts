import type { Refusal, RefusalReason, WorkerRefusalReason } from '../protocol/refusals.ts';
import type { MemberId } from '../routing/ids.ts';

/** A worker answered and refused the stream. */
export class LinkRefusedError extends Error {
  override readonly name = 'LinkRefusedError';
  readonly code = 'LINK_REFUSED';
  readonly reason: WorkerRefusalReason;
  /** The holder of the stream's lease, for `held-elsewhere`. */
  readonly holder: MemberId | undefined;

  constructor(reason: WorkerRefusalReason, description: string, holder?: MemberId) {
    super(description);
    this.reason = reason;
    this.holder = holder;
  }
}

/** A worker's clock is not ours: the hello has to be sealed again, in its time. */
export class ClockDiffersError extends Error {
  override readonly name = 'ClockDiffersError';
  readonly code = 'CLOCK_DIFFERS';
  /** The worker's clock, in Unix ms. */
  readonly nowMs: number;

  constructor(nowMs: number) {
    super("the worker's clock differs from this proxy's");
    this.nowMs = nowMs;
  }
}

/** A link broke, or its worker didn't answer in time or sent something invalid. */
export class LinkLostError extends Error {
  override readonly name = 'LinkLostError';
  readonly code = 'LINK_LOST';
}

/** No worker accepted the stream. The message has each worker's answer. */
export class RouteFailedError extends Error {
  override readonly name = 'RouteFailedError';
  readonly code = 'ROUTE_FAILED';
  readonly reason: RefusalReason;

  constructor({ reason, detail = reason }: Refusal, options?: ErrorOptions) {
    super(detail, options);
    this.reason = reason;
  }
}

/** The publisher left while a worker was sought. */
export class PublisherLeftError extends Error {
  override readonly name = 'PublisherLeftError';
  readonly code = 'PUBLISHER_LEFT';

  constructor() {
    super('The publisher left.');
  }
}
