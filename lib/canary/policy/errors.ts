/** The canary can't run at all: wrong options, no credentials, no API. The message is one line for people. */
export class CanaryUnusableError extends Error {
  override readonly name = 'CanaryUnusableError';
  readonly code = 'CANARY_UNUSABLE';
}

/** The API refused or failed a request of the run. */
export class ApiFaultError extends Error {
  override readonly name = 'ApiFaultError';
  readonly code = 'API_FAULT';
}

/** The run was interrupted, or its time is up. */
export class CanaryStoppedError extends Error {
  override readonly name = 'CanaryStoppedError';
  readonly code = 'CANARY_STOPPED';
}
