/** How long one try of a call to AWS may take, and how often it is tried. */
export interface CallLimits {
  /** Of one try, from the request's first byte to the answer's last. */
  readonly timeoutMs: number;
  /**
   * Tries in all, with the SDK's growing, jittered pauses. The SDK owns a call's retries. Code around it retries only what the SDK
   * doesn't see (a lost race, entries left undone) or sets this to 1.
   */
  readonly tries: number;
  /** Kept-alive connections at most; more calls wait in line. */
  readonly maxConnections: number;
}

/**
 * What every client of the SDK is given. Region, endpoint and credentials it finds by itself (AWS_REGION, AWS_ENDPOINT_URL,
 * the task's role). Without `throwOnRequestTimeout` the SDK would only warn of a call that hangs.
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
