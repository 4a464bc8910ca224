import type { BusEvent } from './bus-events.ts';

/** A conditional write to the control store found a different version from the one its writer had read. */
export class ConditionFailedError extends Error {
  override readonly name = 'ConditionFailedError';
  readonly code = 'CONDITION_FAILED';
}

/** Another writer was faster: read again and redo the write. */
export const isConditionFailed = (cause: unknown): cause is ConditionFailedError =>
  cause instanceof ConditionFailedError;

/** The control store is unreachable, locked or returned an error; see `cause`. A retry may help. */
export class ControlStoreUnavailableError extends Error {
  override readonly name = 'ControlStoreUnavailableError';
  readonly code = 'CONTROL_STORE_UNAVAILABLE';
}

/** The stream does not exist, or no longer exists. */
export class UnknownStreamError extends Error {
  override readonly name = 'UnknownStreamError';
  readonly code = 'UNKNOWN_STREAM';
}

/** The event bus did not accept the events in `untaken`, even after retries. It accepted all others. */
export class EventBusError extends Error {
  override readonly name = 'EventBusError';
  readonly code = 'EVENT_BUS_REFUSED';
  readonly untaken: readonly BusEvent[];

  constructor(message: string, untaken: readonly BusEvent[], options?: ErrorOptions) {
    super(message, options);
    this.untaken = untaken;
  }
}
