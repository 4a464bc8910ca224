/** An error as the log shows it. */
export interface DescribedCause {
  readonly name: string;
  readonly code?: unknown;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: unknown;
  /** Of an `AggregateError`. */
  readonly errors?: readonly unknown[];
}

const maxMessageLength = 1_000;
const maxStackLength = 4 * 1024;
/** The error, with all that caused it. */
const maxErrors = 8;

/** A stream key, as `formatStreamKey` writes it: what follows the stream id is secret. */
const streamKeys = /\b([0-9a-hjkmnp-tv-z]{15}[0-9a-hjkmnp-z])_[0-9a-hjkmnp-tv-z]{26}/g;
/** A playback token (`lib/edge/policy/access/playback-token.ts`): its key, its time and its session are no secrets. */
const playbackTokens = /~([0-9a-z]{4}\.[0-9a-z]{8}\.[0-9a-z]{20}\.)[\w-]*\.[an]\.[\w-]{43}/g;

/**
 * An error for the log, with its stack, its causes, and the errors that an `AggregateError` holds: at most 8 errors, 4 KiB of stack
 * each. Other properties are left out, as they may hold secrets (a request with its headers), and stream keys are masked.
 */
export function describeCause(cause: unknown): unknown {
  let left = maxErrors;
  const describe = (fault: unknown): unknown => {
    if (typeof fault === 'string') return cut(fault, maxMessageLength);
    if (!(fault instanceof Error)) return fault;
    if (left === 0) return 'and more';
    left--;
    const { name, message, stack } = fault;
    const described: DescribedCause = {
      name,
      ...('code' in fault && { code: fault.code }),
      message: cut(message, maxMessageLength),
      ...(stack !== undefined && { stack: cut(framesOf(stack, message), maxStackLength) }),
      ...(fault.cause !== undefined && { cause: describe(fault.cause) }),
      ...(fault instanceof AggregateError && { errors: fault.errors.slice(0, maxErrors).map(describe) }),
    };
    return described;
  };
  return describe(cause);
}

/** Node begins a stack with name and message, which are logged beside it. */
function framesOf(stack: string, message: string): string {
  const at = message === '' ? -1 : stack.indexOf(message);
  const rest = at === -1 ? stack : stack.slice(at + message.length);
  return rest.trimStart();
}

function cut(text: string, maxLength: number): string {
  const masked = text.replaceAll(streamKeys, '$1_…').replaceAll(playbackTokens, '~$1…');
  return masked.length <= maxLength ? masked : `${masked.slice(0, maxLength)}…`;
}
