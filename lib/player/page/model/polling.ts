import { pauseMs, type RetryPolicy, spread } from '../../../retry/policy/backoff.ts';
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
const jitter = 0.15;
/** A steady poll interval. */
const about = (ms: number, random: Random): number => Math.round(spread(ms, jitter, random()));
/** A poll interval that grows while nothing changes. */
const growing = (policy: RetryPolicy, unchanged: number, random: Random): number =>
  Math.round(pauseMs(policy, unchanged + 1, random()));
const isHealthy = (playback: PlaybackCondition): boolean => playback === 'playing' || playback === 'paused';

/** A whole audience is cut off at the same moment, so it polls rarely and spread out. */
const takenDownLooks: RetryPolicy = { firstMs: 5_000, factor: 1.4, longestMs: 60_000, jitter };

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
  if (stream.kind === 'taken-down' || stream.kind === 'locked')
    return growing(takenDownLooks, unchanged, random);
  const healthy = isHealthy(playback);
  if (healthy && stream.kind === 'known' && stream.state === 'live') return undefined;
  if (healthy && stream.kind === 'known' && stream.state === 'ended') return about(10_000, random);
  if (stream.kind === 'known' && (stream.state === 'starting' || stream.state === 'live'))
    return about(1_500, random);
  return about(3_000, random);
}

const edgeLooks: RetryPolicy = { firstMs: 2_000, factor: 1.25, longestMs: 10_000, jitter };

/**
 * The same without an API, when the edge is polled. A crowd may be waiting for a broadcast to start: it polls every two
 * seconds at first, and every ten after half a minute.
 */
export function edgePollMs(
  { stream, playback, unchanged }: PollSituation,
  random: Random = Math.random,
): number | undefined {
  if (playback === 'unsupported') return undefined;
  if (stream.kind === 'taken-down' || stream.kind === 'locked')
    return growing(takenDownLooks, unchanged, random);
  if (isHealthy(playback) && stream.kind === 'known' && stream.state === 'live') return undefined;
  if (stream.kind === 'known' && stream.state === 'ended') return about(edgeLooks.longestMs, random);
  return growing(edgeLooks, unchanged, random);
}
