import { CmcdReportingMode, encodeCmcd } from '@svta/cml-cmcd';
import { mulberry32 } from '../../../testkit/mulberry32.ts';

/** A viewer who comes and goes, and what its player tells. Times in ms from the start of a simulation. */
export interface SyntheticViewer {
  readonly sid: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly startupMs: number;
  /** When it waits for media, and for how long. */
  readonly stalls: readonly { readonly atMs: number; readonly ms: number }[];
}

export interface SyntheticRequest {
  readonly atMs: number;
  readonly viewer: SyntheticViewer;
  readonly name: string;
  /** Its CMCD, as encoded by the library that players use. */
  readonly cmcd: string;
}

const segmentMs = 2_000;

/** Viewers who come at random, about `average` of them at once, each for a few minutes. */
export function syntheticViewers(
  seed: number,
  { average, stayMs, forMs }: { average: number; stayMs: number; forMs: number },
) {
  const random = mulberry32(seed);
  const exponential = (mean: number) => -Math.log(1 - random()) * mean;
  const viewers: SyntheticViewer[] = [];
  const add = (fromMs: number) => {
    const toMs = fromMs + exponential(stayMs);
    const stalls = [];
    for (let at = fromMs + exponential(60_000); at < toMs - 3_000; at += 5_000 + exponential(60_000)) {
      stalls.push({ atMs: at, ms: 200 + exponential(1_500) });
    }
    const startupMs = Math.round(300 + exponential(500));
    viewers.push({
      sid: `viewer-${viewers.length}-${Math.floor(random() * 1e9).toString(36)}`,
      fromMs,
      toMs,
      startupMs,
      stalls,
    });
  };
  for (let index = 0; index < average; index++) add(0);
  for (let at = exponential(stayMs / average); at < forMs; at += exponential(stayMs / average)) add(at);
  return viewers;
}

/** What they ask for: manifest, picture and sound of each segment, not quite regularly; in order. */
export function requestsOf(
  viewers: readonly SyntheticViewer[],
  seed: number,
  untilMs: number,
): SyntheticRequest[] {
  const random = mulberry32(seed);
  const requests: SyntheticRequest[] = [];
  for (const viewer of viewers) {
    let saidStartup = false;
    for (
      let at = viewer.fromMs;
      at < Math.min(viewer.toMs, untilMs);
      at += segmentMs * (0.8 + 0.4 * random())
    ) {
      const stalledMs = stalledUntil(viewer, at);
      const hasStarted = at >= viewer.fromMs + viewer.startupMs;
      const data = {
        sid: viewer.sid,
        sta: 'p' as const,
        bsda: [Math.round(stalledMs)],
        ...(hasStarted && !saidStartup && { msd: viewer.startupMs }),
      };
      saidStartup ||= hasStarted;
      const cmcd = encodeCmcd(data, { version: 2, reportingMode: CmcdReportingMode.REQUEST });
      const number = Math.floor(at / segmentMs);
      for (const [delay, name] of [
        [0, 'manifest.mpd'],
        [20, `720p/${number}.m4s`],
        [40, `audio/${number}.m4s`],
      ] as const) {
        if (at + delay < viewer.toMs) requests.push({ atMs: at + delay, viewer, name, cmcd });
      }
    }
  }
  return requests.sort((a, b) => a.atMs - b.atMs);
}

/** How long it has waited for media by then. */
export const stalledUntil = ({ stalls }: SyntheticViewer, atMs: number): number =>
  stalls.reduce((sum, stall) => sum + Math.max(0, Math.min(stall.ms, atMs - stall.atMs)), 0);

export const watchingAt = (viewers: readonly SyntheticViewer[], atMs: number): number =>
  viewers.filter(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs).length;
