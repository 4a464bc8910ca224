import { type BroadcastPlan, watchBroadcast } from './broadcast.ts';
import { CanaryStream } from './canary-stream.ts';
import { judgeBroadcast } from './judge-broadcast.ts';
import type { Check } from './policy/check.ts';
import { CanaryUnusableError } from './policy/errors.ts';
import type { CanaryPorts } from './ports.ts';
import { Removal } from './removal.ts';

export interface CanaryPlan extends BroadcastPlan {
  /** The region that the API must be of. @default any */
  readonly region?: string;
}

/** What a run found. It passed if there is no failure, nothing was left behind and no check has a fault. */
export interface CanaryReport {
  readonly streamId: string;
  readonly region: string;
  readonly seconds: number;
  readonly checks: readonly Check[];
  /** Why the run ended early. */
  readonly failure?: string;
  /** What the run created and couldn't remove, in words. */
  readonly leftBehind?: string;
}

export const hasPassed = ({ checks, failure, leftBehind }: CanaryReport): boolean =>
  failure === undefined && leftBehind === undefined && checks.every(({ faults }) => faults.length === 0);

/**
 * Creates a stream, broadcasts on it, plays it, takes it down, restores it and deletes it. Deletes it in any case, also when
 * `signal` is raised. Throws `CanaryUnusableError` if the run can't even begin.
 */
export async function runCanary(
  plan: CanaryPlan,
  ports: CanaryPorts,
  signal: AbortSignal,
): Promise<CanaryReport> {
  signal.throwIfAborted();
  const stream = await CanaryStream.create(ports.api);
  const checks: Check[] = [];
  let failure: string | undefined;
  let unusable: CanaryUnusableError | undefined;
  try {
    demandRegion(plan, stream);
    const watched = await watchBroadcast(plan, stream, ports, signal);
    checks.push(...(await judgeBroadcast(watched, plan.seconds, ports.decoder)));
    signal.throwIfAborted();
    const removal = new Removal(stream, watched, ports, signal);
    if (watched.onAirMs !== undefined) {
      checks.push(await removal.takeDown());
      checks.push(await removal.restore());
      checks.push(await removal.delete());
    }
  } catch (fault) {
    const cause: unknown = signal.aborted ? signal.reason : fault;
    if (cause instanceof CanaryUnusableError) unusable = cause;
    failure = cause instanceof Error ? cause.message : String(cause);
  }
  const leftBehind = await stream.remove();
  if (unusable && checks.length === 0 && leftBehind === undefined) throw unusable;
  return {
    streamId: stream.id,
    region: stream.region,
    seconds: plan.seconds,
    checks,
    ...(failure !== undefined && { failure }),
    ...(leftBehind !== undefined && { leftBehind }),
  };
}

function demandRegion({ region }: CanaryPlan, stream: CanaryStream): void {
  if (region === undefined || region === stream.region) return;
  throw new CanaryUnusableError(
    `This is the API of region ${stream.region}, not of ${region}. Check --api and --region.`,
  );
}
