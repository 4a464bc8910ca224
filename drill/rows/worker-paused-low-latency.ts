import type { Drill } from '../model.ts';
import { faultNearEdge } from '../rig/fault-near-edge.ts';
import { noticed, noticedLimits, pauseUntilMoved } from '../rig/paused-worker.ts';

export const workerPausedLowLatency: Drill = {
  name: 'worker-paused-low-latency',
  fault:
    'the worker is paused (SIGSTOP) until another one has its broadcast, with viewers two seconds behind',
  promise: `nothing that the paused worker made comes after the other one's parts; no frame lost or duplicated; a player stalls once, ≤ ${noticed.stallSeconds} s, and is back at its target within 15 s`,
  seconds: 45,

  run: (context) =>
    faultNearEdge(
      {
        async inject(air) {
          const { platform, before } = air;
          const fromMs = context.now();
          context.mark('fault', `${before.workerId} paused`);
          await pauseUntilMoved(platform.pidOf(before.workerId), air);
          context.mark('fault', 'resumed');
          context.span(`worker ${before.workerId}`, 'paused', fromMs, context.now(), 'fault');
          return [];
        },
        limits: noticedLimits,
      },
      context,
    ),
};
