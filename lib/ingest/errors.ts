import type { RefusalReason } from '../protocol/relay/link-frames.ts';
import type { MemberId } from '../routing/ids.ts';

/** A worker answered and refused the stream. */
export class LinkRefusedError extends Error {
  override readonly name = 'LinkRefusedError';
  readonly code = 'LINK_REFUSED';
  readonly reason: RefusalReason;
  /** The holder of the stream's lease, for `held-elsewhere`. */
  readonly holder: MemberId | undefined;

  constructor(reason: RefusalReason, description: string, holder?: MemberId) {
    super(description);
    this.reason = reason;
    this.holder = holder;
  }
}

/** A link broke, or its worker didn't answer in time or sent something invalid. */
export class LinkLostError extends Error {
  override readonly name = 'LinkLostError';
  readonly code = 'LINK_LOST';
}

/** No worker accepted the stream; `status` is sent to the publisher. */
export class RouteFailedError extends Error {
  override readonly name = 'RouteFailedError';
  readonly code: 'STREAM_BUSY' | 'TAKEN_DOWN' | 'NO_WORKER' | 'PUBLISHER_LEFT';

  constructor(code: RouteFailedError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
