import { streamEvent } from '../../testkit/platform/streams.ts';
import type { Drill } from '../model.ts';
import { faultNearEdge } from '../rig/fault-near-edge.ts';
import { within } from '../rig/waiting.ts';

/**
 * Nobody can tell a paused worker from a slow one until its lease is over: 2 s after its last renewal, which its proxy begins to look for after
 * 0.75 s of silence. Another encoder's start comes on top.
 */
const noticedSeconds = 6;

export const workerPausedLowLatency: Drill = {
  name: 'worker-paused-low-latency',
  fault:
    'the worker is paused (SIGSTOP) until another one has its broadcast, with viewers two seconds behind',
  promise: `nothing that the paused worker made comes after the other one's parts; no frame lost or duplicated; a player stalls once, ≤ ${noticedSeconds} s, and is back at its target within 15 s`,
  seconds: 45,

  run: (context) =>
    faultNearEdge(
      {
        async inject({ platform, stream, before }) {
          const pid = platform.pidOf(before.workerId);
          const fromMs = context.now();
          context.mark('fault', `${before.workerId} paused`);
          process.kill(pid, 'SIGSTOP');
          try {
            await within(30_000, 'the takeover', streamEvent(platform, stream.id, 'publisher.rehomed'));
          } finally {
            process.kill(pid, 'SIGCONT');
          }
          context.mark('fault', 'resumed');
          context.span(`worker ${before.workerId}`, 'paused', fromMs, context.now(), 'fault');
          return [];
        },
        limits: {
          takeoverSeconds: noticedSeconds,
          stallSeconds: noticedSeconds,
          longestGapSeconds: noticedSeconds,
        },
      },
      context,
    ),
};
