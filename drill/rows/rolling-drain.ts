import { setTimeout as sleep } from 'node:timers/promises';
import type { Drill, DrillContext, Measure } from '../model.ts';
import { type ActiveBroadcast, finishBroadcast, goLive } from '../rig/live-stream.ts';
import { drawTimeline } from '../rig/log-timeline.ts';
import { startPlatform } from '../rig/platform.ts';
import { namesOf, roll } from '../rig/rolling.ts';
import { type Aftermath, maxFrames, readAftermath, viewerMeasures } from '../viewing/ended-broadcast.ts';

const afterwardsMs = 6000;

/** A deploy of new software: every worker and every proxy is replaced while streams are live. */
export function rollingDrain({ broadcasts }: { readonly broadcasts: number }): Drill {
  return {
    name: 'rolling-drain',
    fault: `all workers and all proxies are replaced in turn (SIGTERM) during ${broadcasts} broadcasts`,
    promise:
      'workers: 0 frames lost, each hands over at a key frame to one that is ready; proxies: at most one reconnect per stream; no stall; done within 120 s',
    seconds: 60 + 10 * broadcasts,

    async run(context) {
      await using rig = await startPlatform();
      const { platform } = rig;
      await using stack = new AsyncDisposableStack();
      const airs: ActiveBroadcast[] = [];
      for (let number = 1; number <= broadcasts; number++) {
        const options = { seconds: 600, name: broadcasts > 1 ? String(number) : '' };
        const seed = context.seed + number;
        airs.push(stack.use(await goLive(platform, { ...context, seed }, options)));
      }

      const beganMs = context.now();
      await roll(platform, namesOf(platform, 'encoder'), context);
      const workersMs = context.now();
      await roll(platform, namesOf(platform, 'ingest'), context);
      const endedMs = context.now();
      context.span('deploy', 'workers', beganMs, workersMs);
      context.span('deploy', 'proxies', workersMs, endedMs);
      await sleep(afterwardsMs);
      const nows = await Promise.all(airs.map((air) => air.now()));
      await Promise.all(airs.map((air) => air.broadcaster.stop()));
      for (const air of airs) await finishBroadcast(air);

      const findings: Measure[][] = [];
      for (const [index, air] of airs.entries()) {
        const shown = index === 0 ? context : unseen(context);
        drawTimeline(platform, air.stream.id, shown);
        findings.push(measuresOf(air, nows[index]?.id, await readAftermath(air, shown)));
      }
      const count = (name: string) => platform.events.filter(({ event }) => event === name).length;
      return {
        measures: [
          { name: 'the whole deploy', value: (endedMs - beganMs) / 1000, unit: 's', limit: 120 },
          { name: 'links lost by proxies', value: count('ingest.worker.lost'), unit: '', limit: 0 },
          {
            name: 'publishers left without a worker',
            value: count('ingest.publish.dropped'),
            unit: '',
            limit: 0,
          },
          ...worst(findings),
        ],
      };
    },
  };
}

function measuresOf(air: ActiveBroadcast, broadcastId: string | undefined, aftermath: Aftermath): Measure[] {
  const frames = (of: Parameters<typeof maxFrames>[1]) => maxFrames(aftermath, of);
  return [
    {
      name: 'extra broadcasts',
      value: broadcastId === air.before.id ? 0 : 1,
      unit: '',
      limit: 0,
    },
    { name: 'broadcaster reconnects', value: air.broadcaster.session, unit: '', limit: 1 },
    // Counts what reached a proxy: each session from its first frame to the last that arrived.
    { name: 'frames lost', value: frames(({ lost }) => lost), unit: 'frames', limit: 0 },
    { name: 'frames duplicated', value: frames(({ doubled }) => doubled), unit: 'frames', limit: 0 },
    { name: 'frames out of order', value: frames(({ outOfOrder }) => outOfOrder), unit: 'frames', limit: 0 },
    ...viewerMeasures(aftermath, { discontinuities: 1, near: { stallSeconds: 2 } }),
  ];
}

/** The worst of each measure; one that could not be measured is the worst. */
function worst(findings: readonly Measure[][]): Measure[] {
  return (
    findings[0]?.map((measure, index) => ({
      ...measure,
      value: Math.max(...findings.map((each) => each[index]?.value ?? Number.NaN)),
    })) ?? []
  );
}

/** Judged like the others but not drawn: one stream fills a timeline. */
const unseen = (context: DrillContext): DrillContext => ({
  ...context,
  mark: () => {},
  span: () => {},
  level: () => {},
});
