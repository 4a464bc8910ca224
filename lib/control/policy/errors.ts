/** A conditional write of the control store found another version than its writer had read. */
export class ConditionFailedError extends Error {
  override readonly name = 'ConditionFailedError';
  readonly code = 'CONDITION_FAILED';
}

/** The control store cannot be reached, is locked or answered with a fault; `cause` says how. Trying again may help. */
export class ControlStoreUnavailableError extends Error {
  override readonly name = 'ControlStoreUnavailableError';
  readonly code = 'CONTROL_STORE_UNAVAILABLE';
}
