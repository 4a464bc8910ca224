import { setTimeout as sleep } from 'node:timers/promises';
import type { Drill, DrillContext } from '../model.ts';
import { faultNearEdge } from '../rig/fault-near-edge.ts';
import type { ActiveBroadcast } from '../rig/live-stream.ts';
import { runningPid } from '../rig/rolling.ts';
import { within } from '../rig/waiting.ts';

const liveOrigin = 'live-origin';

export const liveOriginKilled: Drill = {
  name: 'live-origin-killed',
  fault: 'kill -9 of the only live origin, with viewers two seconds behind; it starts again',
  promise:
    'requests are held until it is back: a player stalls at most once, ≤ 2 s, and is back at its target within 25 s; no frame lost or duplicated',
  seconds: 35,

  run: (context) =>
    faultNearEdge(
      {
        async inject({ platform }) {
          const up = platform.waitForNext(
            ({ event, process }) => event === 'process.restarted' && process === liveOrigin,
          );
          context.mark('fault', `kill -9 of ${liveOrigin}`);
          process.kill(runningPid(platform, liveOrigin), 'SIGKILL');
          await within(30_000, `the restart of ${liveOrigin}`, up);
          return [];
        },
        // Nothing is skipped after so short a stall: at 1.08 times, 2 s are caught up in 25 s.
        limits: { stallSeconds: 2, longestGapSeconds: 3, backSeconds: 25 },
      },
      context,
    ),
};

/** Longer than anything is held. */
const pauseMs = 12_000;
const askEveryMs = 250;

/**
 * The only live origin hangs: on AWS there are two of them behind a balancer, which takes one that hangs out. So this is what is left if
 * all hang.
 */
export const liveOriginPaused: Drill = {
  name: 'live-origin-paused',
  fault: `the only live origin is paused (SIGSTOP) for ${pauseMs / 1000} s, with viewers two seconds behind`,
  promise:
    'from 2 s on playlists come from the object store within 1 s; parts are back 5 s after it resumes: a player stalls at most twice, and is back at its target within 15 s; no frame lost or duplicated',
  seconds: 50,

  run: (context) =>
    faultNearEdge(
      {
        inject: (air) => pause(air, context),
        // Until there is a playlist of the object store, and when what that names is played: it is written each 10 s, for players further behind.
        limits: { stalls: 2, stallSeconds: pauseMs / 1000 + 5, longestGapSeconds: pauseMs / 1000 + 5 },
      },
      context,
    ),
};

async function pause({ platform, near }: ActiveBroadcast, context: DrillContext) {
  const [playlist = ''] = near.seen.keys();
  const pid = runningPid(platform, liveOrigin);
  const fromMs = context.now();
  context.mark('fault', `${liveOrigin} paused`);
  process.kill(pid, 'SIGSTOP');
  let slowestMs = 0;
  try {
    while (context.now() < fromMs + pauseMs) {
      const askedMs = context.now();
      const answer = await fetch(playlist).catch(() => undefined);
      await answer?.arrayBuffer();
      const tookMs = context.now() - askedMs;
      if (askedMs > fromMs + 2_000)
        slowestMs = Math.max(slowestMs, answer?.ok ? tookMs : Number.POSITIVE_INFINITY);
      await sleep(askEveryMs);
    }
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  const resumedMs = context.now();
  context.mark('fault', 'resumed', resumedMs);
  context.span(liveOrigin, 'paused', fromMs, resumedMs, 'fault');
  const countOf = () =>
    [...near.seen.values()].map(({ parts }) => parts.filter(({ isWhole }) => !isWhole).length);
  const had = countOf();
  const deadlineMs = resumedMs + 20_000;
  while (context.now() < deadlineMs && countOf().some((count, at) => count <= had[at]!)) await sleep(20);
  return [
    {
      name: 'slowest playlist, from 2 s after the fault on',
      value: slowestMs / 1000,
      unit: 's' as const,
      limit: 1,
    },
    {
      name: 'parts back after it resumes',
      value: (context.now() - resumedMs) / 1000,
      unit: 's' as const,
      limit: 5,
    },
  ];
}
