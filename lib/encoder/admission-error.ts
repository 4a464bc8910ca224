import type { RefusalReason } from '../protocol/relay/link-frames.ts';
import type { MemberId } from '../routing/ids.ts';

/** Why a worker refuses a stream or one of its sessions. */
export class AdmissionError extends Error {
  override readonly name = 'AdmissionError';
  readonly code = 'NOT_ADMITTED';
  readonly reason: RefusalReason;
  /** The worker that has the stream, if known. */
  readonly holder?: MemberId;

  constructor(reason: RefusalReason, message: string, options: { holder?: MemberId; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.reason = reason;
    if (options.holder !== undefined) this.holder = options.holder;
  }
}
