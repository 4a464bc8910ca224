import {
  ManagedEncoderError,
  type ManagedRefusal,
} from '../../../control/managed-channels/policy/channel-observations.ts';
import { passingFaults } from '../transient-faults.ts';

/** MediaLive's response, as far as the SDK exposes it. No status means no response. */
interface Fault {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
}

function faultOf(fault: unknown): Fault {
  const { name, message, $metadata } = fault as {
    name?: unknown;
    message?: unknown;
    $metadata?: { httpStatusCode?: number };
  };
  return { name: String(name), message: String(message), status: $metadata?.httpStatusCode };
}

export const isMissing = (fault: unknown): boolean => {
  const { name, status } = faultOf(fault);
  return name === 'NotFoundException' || status === 404;
};

/**
 * An exhausted quota is reported as 429 or 403, just like throttling and missing permissions; only the wording differs. AWS
 * names it `LimitExceeded` or `ServiceQuotaExceeded`, or says "over quota", "exceeds the limit", "maximum number of channels".
 */
const quotaWords =
  /limit\s?exceeded|quota|(?:exceed|reach)\w*\b.{0,40}\b(?:limit|maximum)|maximum number of/i;

/** Translates an SDK error into the port's error. */
export function asManagedError(fault: unknown, what: string): ManagedEncoderError {
  const { name, message } = faultOf(fault);
  return new ManagedEncoderError(
    `MediaLive did not ${what}: ${name}: ${message}`,
    refusalOf(faultOf(fault)),
    {
      cause: fault,
    },
  );
}

function refusalOf({ name, message, status }: Fault): ManagedRefusal {
  if (status === undefined || status >= 500) return 'trouble';
  const limiting = status === 429 || status === 403 || status === 402 || /Limit|Quota/.test(name);
  if (limiting && (quotaWords.test(message) || /LimitExceeded|Quota/.test(name))) return 'quota';
  if (status === 429) return 'trouble';
  if (passing.has(name)) return 'trouble';
  if (status === 401 || status === 403) return 'denied';
  if (status === 409) return 'conflict';
  return 'invalid';
}

const passing = new Set<string>([...passingFaults, 'ThrottlingException', 'Throttling']);
