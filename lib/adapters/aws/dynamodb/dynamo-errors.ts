import {
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { ControlStoreUnavailableError } from '../../../control-store/errors.ts';

/** The stored item does not meet the write's condition. The error carries that item, because the request asked for it. */
export const isRefusal = (error: unknown): error is ConditionalCheckFailedException =>
  error instanceof ConditionalCheckFailedException;

/** Another writer changed the same items first: the transaction must be rebuilt. */
export function isOvertaken(error: unknown): boolean {
  if (!(error instanceof TransactionCanceledException)) return false;
  const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None');
  const harmless = ['None', 'ConditionalCheckFailed', 'TransactionConflict'];
  return codes.some((code) => code !== 'None') && codes.every((code) => harmless.includes(code));
}

/**
 * Translates a failed request for callers of the store. Everything except our own invalid requests may be temporary: throttling,
 * timeouts, lost credentials, even a missing permission or table, which someone may fix while we run.
 */
export function asStoreFault(cause: unknown): unknown {
  if (cause instanceof ControlStoreUnavailableError || isRefusal(cause) || isOvertaken(cause)) return cause;
  if (isOurFault(cause)) return cause;
  const said = cause instanceof Error ? cause.name : String(cause);
  return new ControlStoreUnavailableError(`The control store request failed: ${said}.`, {
    cause,
  });
}

const faultyRequests = ['ValidationException', 'SerializationException'];

/** Errors from neither the service nor the network (a TypeError) are bugs in this program. */
const isOurFault = (cause: unknown): boolean =>
  cause instanceof DynamoDBServiceException
    ? faultyRequests.includes(cause.name)
    : cause instanceof TypeError;
