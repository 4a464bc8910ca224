import type { Refusal, RefusalReason, WorkerRefusalReason } from '../protocol/refusals.ts';
import type { MemberId } from '../routing/ids.ts';

/** A worker answered and did not take the stream. */
export class LinkRefusedError extends Error {
  override readonly name = 'LinkRefusedError';
  readonly code = 'LINK_REFUSED';
  readonly reason: WorkerRefusalReason;
  /** Who holds the stream's lease, for `held-elsewhere`. */
  readonly holder: MemberId | undefined;

  constructor(reason: WorkerRefusalReason, description: string, holder?: MemberId) {
    super(description);
    this.reason = reason;
    this.holder = holder;
  }
}

/** A link broke, or its worker said nothing in time or something that is no answer. */
export class LinkLostError extends Error {
  override readonly name = 'LinkLostError';
  readonly code = 'LINK_LOST';
}

/** No worker took the stream. The message says what each of them answered. */
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
