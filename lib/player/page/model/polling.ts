import type { StreamKnowledge } from './playback-target.ts';
import type { PlaybackCondition } from './viewer-scene.ts';

/** The situation in which the next poll is scheduled. */
export interface PollSituation {
  readonly stream: StreamKnowledge;
  readonly playback: PlaybackCondition;
  /** Consecutive responses without a change. */
  readonly unchanged: number;
}

type Random = () => number;
const spread = (ms: number, random: Random): number => Math.round(ms * (0.85 + 0.3 * random()));
const isHealthy = (playback: PlaybackCondition): boolean => playback === 'playing' || playback === 'paused';

const firstLookAtTakenDownMs = 5_000;
const longestLookAtTakenDownMs = 60_000;
/** A whole audience is cut off at the same moment, so it polls rarely and spread out. */
const takenDownPollMs = (unchanged: number, random: Random): number =>
  spread(Math.min(longestLookAtTakenDownMs, firstLookAtTakenDownMs * 1.4 ** unchanged), random);

/**
 * Delay in ms until the API is polled for the stream's state again; undefined means no more polling. Nobody polls while a
 * live picture plays: the manifest reveals the end, and a stall or a frozen picture reveals trouble. So even a large
 * audience puts no load on the API.
 */
export function apiPollMs(
  { stream, playback, unchanged }: PollSituation,
  random: Random = Math.random,
): number | undefined {
  if (playback === 'unsupported') return undefined;
  if (stream.kind === 'taken-down') return takenDownPollMs(unchanged, random);
  const healthy = isHealthy(playback);
  if (healthy && stream.kind === 'known' && stream.state === 'live') return undefined;
  if (healthy && stream.kind === 'known' && stream.state === 'ended') return spread(10_000, random);
  if (stream.kind === 'known' && (stream.state === 'starting' || stream.state === 'live'))
    return spread(1_500, random);
  return spread(3_000, random);
}

const firstLookMs = 2_000;
const longestLookMs = 10_000;

/**
 * The same without an API, when the edge is polled. A crowd may be waiting for a broadcast to start: it polls every two
 * seconds at first, and every ten after half a minute.
 */
export function edgePollMs(
  { stream, playback, unchanged }: PollSituation,
  random: Random = Math.random,
): number | undefined {
  if (playback === 'unsupported') return undefined;
  if (stream.kind === 'taken-down') return takenDownPollMs(unchanged, random);
  if (isHealthy(playback) && stream.kind === 'known' && stream.state === 'live') return undefined;
  if (stream.kind === 'known' && stream.state === 'ended') return spread(longestLookMs, random);
  return spread(Math.min(longestLookMs, firstLookMs * 1.25 ** unchanged), random);
}
