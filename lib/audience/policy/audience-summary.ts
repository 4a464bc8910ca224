import { addStartups, startupPercentile } from './startup-times.ts';
import type { AudienceTake } from './tally.ts';

/** All streams' viewers together; for logs and metrics. */
export interface AudienceSummary {
  readonly viewers: number;
  readonly streams: number;
  /** Waiting for media as a share of watching, in percent. Absent if too few tell for it to mean anything. */
  readonly rebufferPercent?: number;
  /** The time that 95 of 100 start-ups took at most; absent without any. */
  readonly startupMs?: number;
}

/** Ten viewers for ten seconds: of less, one bad network would be all. */
const enoughMs = 100_000;

export function summaryOf(takes: readonly AudienceTake[]): AudienceSummary {
  const sum = (of: (take: AudienceTake) => number) => takes.reduce((all, take) => all + of(take), 0);
  const toldMs = sum((take) => take.toldMs);
  const startupMs = startupPercentile(
    takes.reduce<readonly number[]>((all, { startups }) => addStartups(all, startups), []),
    0.95,
  );
  return {
    viewers: sum(({ viewers }) => viewers),
    streams: takes.filter(({ viewers }) => viewers > 0).length,
    ...(toldMs >= enoughMs && { rebufferPercent: percentOf(sum(({ stalledMs }) => stalledMs) / toldMs) }),
    ...(startupMs !== undefined && { startupMs }),
  };
}

const percentOf = (share: number): number => Math.round(Math.min(1, share) * 10_000) / 100;
