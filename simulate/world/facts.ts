/**
 * The world around our code. Each number names its source: an AWS document, a measurement of ours, or "assumed". AWS's limits are in
 * `lib/cost/quotas.ts`.
 */
export const facts = {
  /** A request to the control store and its answer. Assumed: DynamoDB within a region. */
  storeMs: 5,
  /** Between two tasks of a region, and back. Assumed. */
  networkMs: 2,
  /** From a connection until its key has been found valid, without the store. Assumed: TLS and RTMP handshakes, three round trips. */
  handshakeMs: 150,
  /** A publisher's frames and confirmations come about once per segment. `lib/packaging/segment-grid.ts`. */
  keyframeEveryMs: 2_000,

  /** From asking for a Fargate task until it serves. Assumed: 60 to 90 s, which is what the images' size makes usual. */
  taskStartMs: [60_000, 90_000],
  /** The balancer needs two checks 10 s apart before a proxy gets publishers. `lib/pop/infra/balancer.ts`. */
  targetHealthyMs: 20_000,
  /** ECS starts at most 500 tasks of a service a minute. AWS's article on task launch rates (the account's Fargate quota is more: 100 at once, 20 a second). */
  tasksPerMinute: 500,
  /** Until ECS notices that tasks of a lost zone are gone. Assumed. */
  taskLossNoticedMs: 60_000,
  /** From one look of ECS at which old tasks of a deployment it may stop to the next. Assumed. */
  deploymentStepMs: 30_000,
  /** The balancer stops sending publishers to a task that leaves; SIGTERM comes after it. `lib/pop/infra/balancer.ts`. */
  deregistrationMs: 120_000,
  /** Target tracking scales out after three periods above its target. AWS: the alarms that target tracking creates. */
  periodsAboveTarget: 3,

  /**
   * Until a broadcaster whose proxy vanished with its zone has noticed. Assumed: between the balancer's two failed checks and its idle
   * timeout of 60 s (`lib/pop/infra/balancer.ts`).
   */
  proxyLossNoticedMs: [20_000, 60_000],
  /** A broadcaster's pause before it connects again, which doubles. OBS's default; ffmpeg has none. */
  reconnectMs: { firstMs: 2_000, longestMs: 60_000, jitter: 0.2 },
  /** From the last byte of a publisher until a draining worker has published it and releases the lease. Assumed: ffmpeg's last pictures, and two writes to S3 one after the other. */
  handoverMs: [300, 700],
  /** Until a worker that took a broadcast over keeps real time. Assumed. */
  catchUpMs: [1_000, 2_500],
} as const;

/** CloudFront, as far as it matters here. Numbers of places: AWS's list of edge locations, rounded; their weights are assumed. */
export const cdn = {
  pops: 400,
  regionalCaches: 13,
  /** Viewers per place fall as rank^−this. Assumed. */
  popSkew: 0.8,
  /** From an edge to its regional cache and back, from there to the shield, and from the shield to S3 (first byte). Assumed. */
  regionalMs: 20,
  shieldMs: 80,
  originMs: [20, 60],
} as const;

/** Our edge's program. */
export const edgeProgram = {
  /** Answers from memory a CPU-second, by their size. docs/bench.md. */
  small: { bytes: 1_000, perCpuSecond: 30_300 },
  large: { bytes: 400_000, perCpuSecond: 5_260 },
  /** `lib/adapters/node/http/edge-server.ts`. */
  mostConnections: 20_000,
  /** How busy a core may be. Assumed. */
  busyShare: 0.7,
} as const;

/** How long it takes until another worker makes parts. `docs/reliability.md`, `worker-killed-low-latency`. */
export const takeover = {
  /** Until the next worker has the lease. */
  leaseMs: 250,
  /** Until its first part. */
  partMs: 1_200,
} as const;

/** The audience. Assumed. */
export const audience = {
  /** Viewers of a stream fall as rank^−this (Zipf). */
  streamSkew: 1,
  /** The page's player uses DASH; Apple's devices use HLS. */
  hlsShare: 0.3,
  /** Of 1080p, 720p, 480p and 360p. */
  renditionShares: [0.35, 0.4, 0.15, 0.1],
  /** Broadcasts last an hour on average, independent of each other. */
  broadcastMs: 3_600_000,
} as const;
