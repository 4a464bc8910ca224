/** The resources of a region whose AWS metrics are read, by their CloudWatch names. */
export interface RegionSubjects {
  /** `loadBalancerFullName` of the balancer in front of the proxies. */
  readonly loadBalancer: string;
  /** `targetGroupFullName` of the RTMPS targets; every proxy is a target. */
  readonly proxyTargets: string;
  readonly cluster: string;
  /** Service names; the GPU fleet's only if it exists. */
  readonly services: { readonly ingest: string; readonly cpuEncoder: string; readonly gpuEncoder?: string };
  /** Id of the HTTP API. */
  readonly api: string;
  /** Name of the function that finishes takedowns; also in `functions`. */
  readonly takedowns: string;
  /** Name of the function that drives MediaLive; also in `functions`. @default MediaLive is not offered */
  readonly managedChannels?: string;
  /** The balancer in front of the live origins, their target group and their service. @default there are none */
  readonly liveOrigins?: {
    readonly loadBalancer: string;
    readonly targets: string;
    readonly service: string;
  };
  /** Log group of the canary. @default there is no canary */
  readonly canary?: string;
  /** Names of the control stage's functions. */
  readonly functions: readonly string[];
  /** Names of the dead-letter queues. */
  readonly deadLetterQueues: readonly string[];
  readonly tables: readonly string[];
}

/** The resources whose edge metrics are read. */
export interface EdgeSubjects {
  readonly distributionId: string;
  /** Name of the function that attaches live origins. */
  readonly liveOriginFunction: string;
  /** Names of the functions that are called while people watch. */
  readonly edgeFunctions: readonly string[];
}
