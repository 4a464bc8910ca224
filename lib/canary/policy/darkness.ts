import { type Check, type CheckName, seconds } from './check.ts';

/** One request of a path that must be dark. */
export interface DarkProbe {
  readonly path: string;
  readonly status: number;
  readonly requestedAtMs: number;
}

/** What takedowns and deletions promise: the edge has a denial within seconds. */
export const darkWithinMs = 10_000;
export const darkStatus = 410;

/** Whether every path was refused in time, and stayed so. `sinceMs`: when it was requested. */
export function judgeDarkness(
  name: CheckName & ('takedown' | 'deletion'),
  probes: readonly DarkProbe[],
  { sinceMs, faults }: { readonly sinceMs: number; readonly faults: readonly string[] },
): Check {
  const lit = probes.filter(({ status }) => status !== darkStatus);
  const last = lit.at(-1);
  const darkAfterMs = Math.round(Math.max(0, ...lit.map(({ requestedAtMs }) => requestedAtMs - sinceMs)));
  return {
    name,
    faults: [
      ...faults,
      ...(probes.length === 0 ? ['nothing was requested afterwards'] : []),
      ...(last && darkAfterMs > darkWithinMs
        ? [
            `${last.path} still answered ${last.status} after ${seconds(darkAfterMs)} (right: ${darkStatus} within ${seconds(darkWithinMs)})`,
          ]
        : []),
    ],
    figures: { paths: new Set(probes.map(({ path }) => path)).size, darkAfterMs },
  };
}

/** One request after a restore. */
export interface RestoredProbe {
  readonly path: string;
  readonly status: number;
  /** The body is what viewers got before the takedown; playlists aren't compared. */
  readonly same: boolean;
}

export interface RestoreFound {
  readonly probes: readonly RestoredProbe[];
  readonly restoredAfterMs?: number;
  readonly faults: readonly string[];
}

/** Whether everything is playable again, byte by byte. */
export function judgeRestore({ probes, restoredAfterMs, faults }: RestoreFound): Check {
  const missing = probes.filter(({ status }) => status !== 200);
  const changed = probes.filter(({ status, same }) => status === 200 && !same);
  return {
    name: 'restore',
    faults: [
      ...faults,
      ...(missing[0]
        ? [
            `${missing.length} of ${probes.length} paths are not back, first: ${missing[0].path} (${missing[0].status})`,
          ]
        : []),
      ...(changed[0]
        ? [`${changed.length} paths have other bytes than before, first: ${changed[0].path}`]
        : []),
    ],
    figures: {
      paths: probes.length,
      ...(restoredAfterMs !== undefined && { restoredAfterMs: Math.round(restoredAfterMs) }),
    },
  };
}
