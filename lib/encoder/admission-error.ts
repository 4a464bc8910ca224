import { ConditionFailedError, ControlStoreUnavailableError } from '../control-store/errors.ts';
import type { WorkerRefusalReason } from '../protocol/refusals.ts';
import type { MemberId } from '../routing/ids.ts';

/** Why a worker refuses a stream or one of its sessions. The message goes to the proxy's log and the stream's journal. */
export class AdmissionError extends Error {
  override readonly name = 'AdmissionError';
  readonly code = 'NOT_ADMITTED';
  readonly reason: WorkerRefusalReason;
  /** The worker that has the stream, if known. */
  readonly holder?: MemberId;

  constructor(
    reason: WorkerRefusalReason,
    message: string,
    options: { holder?: MemberId; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.reason = reason;
    if (options.holder !== undefined) this.holder = options.holder;
  }
}

/** A proxy is told no more than this of an error that nobody expected. */
const maxMessageLength = 300;

/** What an admission failed with, as a refusal. An error that isn't one keeps its own message, and is the cause. */
export function asAdmissionError(cause: unknown): AdmissionError {
  if (cause instanceof AdmissionError) return cause;
  if (cause instanceof ConditionFailedError) {
    return new AdmissionError('held-elsewhere', 'Another encoder took this stream first.', { cause });
  }
  if (cause instanceof ControlStoreUnavailableError) {
    return new AdmissionError('unavailable', 'The control store is unavailable.', { cause });
  }
  const message = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new AdmissionError('unavailable', message.slice(0, maxMessageLength), { cause });
}
