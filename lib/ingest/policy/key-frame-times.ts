import { mostKeyFrames } from '../../protocol/relay/link-frames.ts';

/**
 * Where the next encoder forces key frames (stream ms, ascending), once a worker has said that parts are out. What an earlier worker
 * had out beyond that still counts: a worker that took over makes those parts again, and a player may wait for the rest of them.
 */
export function keyFrameTimes(known: readonly number[], told: readonly number[]): readonly number[] {
  const throughMs = Math.max(...told);
  const times = new Set([...told, ...known.filter((ms) => ms > throughMs)]);
  return [...times].sort((a, b) => a - b).slice(-mostKeyFrames);
}
