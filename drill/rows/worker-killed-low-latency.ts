import { streamEvent } from '../../testkit/platform/streams.ts';
import type { Drill } from '../model.ts';
import { faultNearEdge } from '../rig/fault-near-edge.ts';
import { within } from '../rig/waiting.ts';

export const workerKilledLowLatency: Drill = {
  name: 'worker-killed-low-latency',
  fault: 'kill -9 of the worker, with viewers two seconds behind',
  promise:
    'the next part is at the edge within 1.5 s (p95), and begins with a picture of its own if another encoder made it; no frame lost or duplicated; a player stalls at most once, ≤ 2 s, and is back at its target within 15 s',
  seconds: 35,

  run: (context) =>
    faultNearEdge(
      {
        async inject({ platform, stream, before }) {
          context.mark('fault', `kill -9 of ${before.workerId}`);
          process.kill(platform.pidOf(before.workerId), 'SIGKILL');
          await within(30_000, 'the takeover', streamEvent(platform, stream.id, 'publisher.rehomed'));
          return [];
        },
        limits: { takeoverSeconds: 1.5, stallSeconds: 2, longestGapSeconds: 2 },
      },
      context,
    ),
};
