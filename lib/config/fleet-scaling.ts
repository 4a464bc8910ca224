/** How the fleets scale, by target tracking; constructs and simulations take it from here. */
export const fleetScaling = {
  /** Of the metrics that are tracked. */
  periodMs: 60_000,
  scaleOutCooldownMs: 60_000,
  /** Long: a proxy that stops makes its publishers reconnect, and a worker without broadcasts may soon have some. */
  scaleInCooldownMs: 15 * 60_000,
  encoderCpuPercent: 70,
  proxyCpuPercent: 60,
  /** Lower: what waits for a processor here is latency for all viewers of a stream. */
  liveOriginCpuPercent: 50,
  /** Of a fleet's tasks, while a deploy replaces them: new ones start before old ones stop. */
  deployPercent: { least: 100, most: 200 },
} as const;

/** The share of a fleet that is in use when it is as large as it should be, in percent. */
export const targetUtilizationPercent = (headroomPercent: number): number => 100 - headroomPercent;

/** The same for something that each task has `most` of. */
export const targetPerTask = (most: number, headroomPercent: number): number =>
  Math.max(1, Math.floor((most * targetUtilizationPercent(headroomPercent)) / 100));

/** Tasks that carry `streams` and keep the headroom free beside. `most`: streams of one task. */
export const tasksFor = (streams: number, most: number, headroomPercent: number): number =>
  // Rounding errors of a share of the streams must not cost a task.
  Math.ceil((streams * 100) / (most * targetUtilizationPercent(headroomPercent)) - 1e-9);
