/**
 * How far behind a viewer stays who follows a live broadcast. The manifest's target is right until the network shows that it isn't:
 * who runs out of media more than once gets a safer target, and returns when it has been calm.
 */
export interface LiveTarget {
  /** How many times safer than the manifest's target: 0 is that target. */
  readonly step: number;
  /** When media ran out last; monotonic ms. */
  readonly stalledAtMs: number | undefined;
  /** When the target changed last. */
  readonly changedAtMs: number;
  /** How long it must be calm before the next step back. */
  readonly calmMs: number;
}

export const startTarget: LiveTarget = {
  step: 0,
  stalledAtMs: undefined,
  changedAtMs: Number.NEGATIVE_INFINITY,
  calmMs: 30_000,
};

/** A step makes the target longer by half. */
const stepFactor = 1.5;
/** With 1.35 s: 1.35, 2.0, 3.0, 4.6 and 6.4 s, which is what standard latency needs. */
const mostSteps = 4;
/** One stall in this time is forgiven: a worker was replaced, a tunnel passed. */
const forgivenMs = 60_000;
/** A target that fails again soon after the return is waited for longer each time. */
const longestCalmMs = 480_000;

export function afterStall(target: LiveTarget, nowMs: number): LiveTarget {
  const { step, stalledAtMs, changedAtMs, calmMs } = target;
  if (stalledAtMs === undefined) return { ...target, stalledAtMs: nowMs };
  // The target was tried again too early.
  const returned = changedAtMs > stalledAtMs && nowMs - changedAtMs < forgivenMs;
  if (!returned && nowMs - stalledAtMs >= forgivenMs) return { ...target, stalledAtMs: nowMs };
  return {
    step: Math.min(step + 1, mostSteps),
    stalledAtMs: nowMs,
    changedAtMs: nowMs,
    calmMs: returned ? Math.min(calmMs * 2, longestCalmMs) : calmMs,
  };
}

/** The target as time passes without a stall. */
export function afterCalm(target: LiveTarget, nowMs: number): LiveTarget {
  const { step, stalledAtMs = nowMs, changedAtMs, calmMs } = target;
  if (step === 0 || nowMs - Math.max(stalledAtMs, changedAtMs) < calmMs) return target;
  return { ...target, step: step - 1, changedAtMs: nowMs };
}

/** No target is longer than the manifest's by more. */
const mostMoreMs = 5_000;

/** The target in ms, given the manifest's. */
export const targetMs = ({ step }: LiveTarget, manifestMs: number): number =>
  Math.min(manifestMs * stepFactor ** step, manifestMs + mostMoreMs);
