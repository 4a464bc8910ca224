import { setTimeout as sleep } from 'node:timers/promises';
import type { Drill, DrillContext, Measure } from '../model.ts';
import { type ActiveBroadcast, finishBroadcast, goLive } from '../rig/live-stream.ts';
import { drawTimeline } from '../rig/log-timeline.ts';
import { startPlatform } from '../rig/platform.ts';
import { runningPid } from '../rig/rolling.ts';
import { within } from '../rig/waiting.ts';
import { maxFrames, readAftermath, viewerMeasures } from '../viewing/ended-broadcast.ts';
import { Prober, recoveredAtMs } from '../viewing/prober.ts';

const tiers = ['edge', 'shield', 'live-origin', 'origin'] as const;
/** Pause between two kills: everything served from a cache in the meantime is fresh again. */
const afterMs = 3000;

/** Each tier between the workers and the viewers is killed once, one after another. */
export const edgeTierKilled: Drill = {
  name: 'edge-tier-killed',
  fault: 'kill -9 of the edge, then of the shield, the live origin and the origin',
  promise:
    'playback recovers within 2 s each time, no stall; no error is cached for more than 1 s; no frame lost',
  seconds: 45,

  async run(context) {
    await using rig = await startPlatform();
    await using air = await goLive(rig.platform, context, { seconds: 600 });
    const measures: Measure[] = [];
    for (const tier of tiers) measures.push(...(await kill(tier, air, context)));
    await air.broadcaster.stop();
    await finishBroadcast(air);

    drawTimeline(rig.platform, air.stream.id, context);
    const aftermath = await readAftermath(air, context);
    return {
      measures: [
        ...measures,
        { name: 'broadcaster reconnects', value: air.broadcaster.session, unit: '', limit: 0 },
        { name: 'frames lost', value: maxFrames(aftermath, ({ lost }) => lost), unit: 'frames', limit: 0 },
        ...viewerMeasures(aftermath, { discontinuities: 0, near: { stallSeconds: 2 } }),
      ],
    };
  },
};

async function kill(
  tier: (typeof tiers)[number],
  { platform, viewer }: ActiveBroadcast,
  context: DrillContext,
): Promise<Measure[]> {
  const [playlist = ''] = viewer.seen.keys();
  const up = platform.waitForNext(({ event, process }) => event === 'process.restarted' && process === tier);
  await using prober = await Prober.start(playlist, context.now);
  const killedAtMs = context.now();
  context.mark('fault', `kill -9 of ${tier}`, killedAtMs);
  process.kill(runningPid(platform, tier), 'SIGKILL');
  await within(30_000, `the restart of ${tier}`, up);
  const upAtMs = context.now();
  await sleep(afterMs);
  const goodAtMs = recoveredAtMs(prober.uncached, killedAtMs);
  const keptUntilMs = recoveredAtMs(prober.repeated, killedAtMs);
  context.span('probe', `unavailable (${tier})`, killedAtMs, goodAtMs, 'bad');
  return [
    {
      name: `playback recovered after ${tier}`,
      value: (goodAtMs - killedAtMs) / 1000,
      unit: 's',
      limit: 2,
    },
    {
      name: `errors cached after ${tier} restarted`,
      value: Math.max(0, keptUntilMs - upAtMs) / 1000,
      unit: 's',
      limit: 1,
    },
  ];
}
