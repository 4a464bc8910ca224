import { streamEvent } from '../../testkit/platform/streams.ts';
import type { ActiveBroadcast } from './live-stream.ts';
import { within } from './waiting.ts';

/**
 * Nobody can tell a paused worker from a slow one until its lease is over, 2 s after its last renewal. Another encoder's start comes on top,
 * and players have about a second of it buffered.
 */
export const noticed = { takeoverSeconds: 4, stallSeconds: 3 };

export const noticedLimits = { ...noticed, longestGapSeconds: noticed.takeoverSeconds };

/** Pauses the worker's process until another worker has its broadcast. */
export async function pauseUntilMoved(
  pid: number,
  { platform, stream }: Pick<ActiveBroadcast, 'platform' | 'stream'>,
): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  try {
    await within(30_000, 'the takeover', streamEvent(platform, stream.id, 'publisher.rehomed'));
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}
