import type { StreamKnowledge } from './playback-target.ts';
import type { PlaybackCondition } from './viewer-scene.ts';

/** How it stands when the next question is planned. */
export interface PollSituation {
  readonly stream: StreamKnowledge;
  readonly playback: PlaybackCondition;
  /** Answers in a row that told nothing new. */
  readonly unchanged: number;
}

type Random = () => number;
const spread = (ms: number, random: Random): number => Math.round(ms * (0.85 + 0.3 * random()));
const isHealthy = (playback: PlaybackCondition): boolean => playback === 'playing' || playback === 'paused';

const firstLookAtTakenDownMs = 5_000;
const longestLookAtTakenDownMs = 60_000;
/** A whole audience was cut at the same moment and is told the same: it comes back seldom, and not at once. */
const takenDownPollMs = (unchanged: number, random: Random): number =>
  spread(Math.min(longestLookAtTakenDownMs, firstLookAtTakenDownMs * 1.4 ** unchanged), random);

/**
 * How long until the API is asked for the stream's state again, in ms, or undefined for not at all. While a live picture
 * plays nobody asks: the manifest tells of the end, a stall or a still picture of trouble. So a large audience is no load
 * on the API.
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
 * The same where there is no API and the edge is looked at. A crowd may wait there for a broadcast to begin: it looks
 * every two seconds at first, and every ten after half a minute.
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
