/** Timeout and number of attempts for calls to AWS. */
export interface CallLimits {
  /** For one attempt, from the first byte of the request to the last byte of the response. */
  readonly timeoutMs: number;
  /**
   * Total attempts, with the SDK's growing, jittered pauses in between. The SDK owns a call's retries: code around it retries only
   * what the SDK doesn't see (a lost race, unprocessed entries) or sets this to 1.
   */
  readonly tries: number;
  /** Maximum kept-alive connections; further calls queue. */
  readonly maxConnections: number;
}

/**
 * Settings for every SDK client. The SDK finds region, endpoint and credentials itself (AWS_REGION, AWS_ENDPOINT_URL, the task's
 * role). Without `throwOnRequestTimeout` it would only log a warning when a call hangs.
 */
export function clientSettings({ timeoutMs, tries, maxConnections }: CallLimits) {
  const agent = { keepAlive: true, maxSockets: maxConnections };
  return {
    maxAttempts: tries,
    requestHandler: {
      connectionTimeout: Math.min(timeoutMs, 1_000),
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  };
}
