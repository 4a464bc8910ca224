import {
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { ControlStoreUnavailableError } from '../../../control-store/errors.ts';

/** A write whose condition the stored item does not meet; the request asked for that item. */
export const isRefusal = (error: unknown): error is ConditionalCheckFailedException =>
  error instanceof ConditionalCheckFailedException;

/** A transaction that another writer of the same items came before: to be built anew. */
export function isOvertaken(error: unknown): boolean {
  if (!(error instanceof TransactionCanceledException)) return false;
  const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None');
  const harmless = ['None', 'ConditionalCheckFailed', 'TransactionConflict'];
  return codes.some((code) => code !== 'None') && codes.every((code) => harmless.includes(code));
}

/**
 * What a fault of a request is to those who call the store. Nothing but our own faulty requests cannot pass by itself:
 * throttling, time-outs, lost credentials, even a missing permission or table, which someone mends while we run.
 */
export function asStoreFault(cause: unknown): unknown {
  if (cause instanceof ControlStoreUnavailableError || isRefusal(cause) || isOvertaken(cause)) return cause;
  if (isOurFault(cause)) return cause;
  const said = cause instanceof Error ? cause.name : String(cause);
  return new ControlStoreUnavailableError(`The control store did not answer as it should: ${said}.`, {
    cause,
  });
}

const faultyRequests = ['ValidationException', 'SerializationException'];

/** What is not of the service and not of the network either (a TypeError) is a fault of this program. */
const isOurFault = (cause: unknown): boolean =>
  cause instanceof DynamoDBServiceException
    ? faultyRequests.includes(cause.name)
    : cause instanceof TypeError;
