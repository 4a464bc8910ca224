/** What of a region AWS's own metrics are read from, by the names that CloudWatch knows. */
export interface RegionSubjects {
  /** `loadBalancerFullName` of the balancer in front of the proxies. */
  readonly loadBalancer: string;
  /** `targetGroupFullName` of the RTMPS targets: every proxy is one. */
  readonly proxyTargets: string;
  readonly cluster: string;
  /** Service names, the GPU fleet's where there is one. */
  readonly services: { readonly ingest: string; readonly cpuEncoder: string; readonly gpuEncoder?: string };
  /** Id of the HTTP API. */
  readonly api: string;
  /** Name of the function that finishes takedowns; it is one of `functions`. */
  readonly takedowns: string;
  /** Name of the function that drives MediaLive, which is one of `functions`. @default MediaLive is not offered */
  readonly managedChannels?: string;
  /** Names of the control stage's functions. */
  readonly functions: readonly string[];
  /** Names of the queues that take what could not be delivered. */
  readonly deadLetterQueues: readonly string[];
  readonly tables: readonly string[];
}

/** What the edge's metrics are read from. */
export interface EdgeSubjects {
  readonly distributionId: string;
}
