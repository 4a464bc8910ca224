import {
  ObjectStoreRefusedError,
  ObjectStoreUnavailableError,
  PreconditionFailedError,
} from '../../../object-store/errors.ts';
import { passingFaults } from '../transient-faults.ts';

/** S3's response, as far as the SDK exposes it. No status means no response. */
export interface S3Fault {
  readonly name: string;
  readonly status: number | undefined;
  /** Requests sent for the call. An earlier attempt may have succeeded, causing the refusal of a later one. */
  readonly attempts: number;
}

export function s3Fault(fault: unknown): S3Fault {
  const { name, $metadata } = fault as {
    name?: unknown;
    $metadata?: { httpStatusCode?: number; attempts?: number };
  };
  return {
    name: typeof name === 'string' ? name : 'UnknownError',
    status: $metadata?.httpStatusCode,
    attempts: $metadata?.attempts ?? 1,
  };
}

const passing = new Set<string>([
  ...passingFaults,
  'ConditionalRequestConflict',
  'OperationAborted',
  'SlowDown',
  'TooManyRequests',
]);

/** Translates a failed call into the port's error. `conditional`: a put with If-Match, for which 404 means a failed condition. */
export function asStoreError(fault: unknown, what: string, conditional = false): Error {
  const { name, status } = s3Fault(fault);
  const message = `${what}: ${status ?? 'no answer'} ${name}`;
  const options = { cause: fault };
  if (status === 412) return new PreconditionFailedError(message, options);
  if (status === 404 && conditional && name !== 'NoSuchBucket') {
    return new PreconditionFailedError(message, options);
  }
  const lasting = status !== undefined && status >= 400 && status < 500;
  if (lasting && ![408, 409, 429].includes(status) && !passing.has(name)) {
    return new ObjectStoreRefusedError(message, options);
  }
  return new ObjectStoreUnavailableError(message, options);
}
