import { streamEvent } from '../../testkit/platform/streams.ts';
import type { ActiveBroadcast } from './live-stream.ts';
import { within } from './waiting.ts';

/**
 * Nobody can tell a paused worker from a slow one until its lease is over: 2 s after its last renewal, which its proxy begins to look for after
 * 0.75 s of silence. Another encoder's start comes on top.
 */
export const noticedSeconds = 6;

export const noticedLimits = {
  takeoverSeconds: noticedSeconds,
  stallSeconds: noticedSeconds,
  longestGapSeconds: noticedSeconds,
};

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
