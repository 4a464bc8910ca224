import { setTimeout as sleep } from 'node:timers/promises';
import { type HttpFault, HttpFaults } from '../faults/http-faults.ts';
import type { Drill, DrillContext, Measure } from '../model.ts';
import { finishBroadcast, goLive } from '../rig/live-stream.ts';
import { drawTimeline } from '../rig/log-timeline.ts';
import { startPlatform } from '../rig/platform.ts';
import { until } from '../rig/waiting.ts';
import { maxFrames, readAftermath, viewerMeasures } from '../viewing/ended-broadcast.ts';
import { type Backlog, originOf, watchBacklog } from '../viewing/origin-backlog.ts';

export interface OriginFaultsOptions {
  /** How long each of the two faults lasts. */
  readonly faultMs: number;
}

/** Time allowed for draining the backlog, and the minimum that follows each fault. */
const drainedWithinMs = 30_000;
const restMs = 6000;
/** Half a minute of media; the limit is 48 MB, which is minutes at this size. */
const maxBehind = 15;

const kinds: readonly { readonly words: string; readonly fault: HttpFault }[] = [
  { words: '503 half of the time', fault: { kind: 'errors', share: 0.5 } },
  { words: '2 s per request', fault: { kind: 'slow', ms: 2000 } },
];

/** The origin fails half of all requests for a while, including reads; later it delays every request. */
export const originFaults = ({ faultMs }: OriginFaultsOptions): Drill => ({
  name: 'origin-faults',
  fault: `the origin answers 503 half of the time for ${faultMs / 1000} s, then takes 2 s per request for as long`,
  promise: '0 segments lost; the backlog stays bounded and drains within 30 s of each fault’s end',
  seconds: 45 + (2 * (faultMs + restMs)) / 1000,

  async run(context) {
    await using faults = await HttpFaults.start(context.seed);
    await using rig = await startPlatform({
      program: 'drill/faults/distant-origin.ts',
      args: ['--origin', faults.url],
    });
    const { platform } = rig;
    faults.target = originOf(rig);
    await using air = await goLive(platform, context, { seconds: 600 });
    const backlog = await watchBacklog(air, context);

    const measures: Measure[] = [];
    for (const { words, fault } of kinds) {
      measures.push(...(await injectFault(words, fault, faultMs, faults, backlog, context)));
    }
    await air.broadcaster.stop();
    await finishBroadcast(air);
    backlog.stop();

    context.level('segments waiting', '', backlog.points);
    drawTimeline(platform, air.stream.id, context);
    const aftermath = await readAftermath(air, context);
    const events = platform.events.filter(({ stream }) => stream === air.stream.id);
    const lost = events.reduce((sum, { lostSegments }) => sum + Number(lostSegments ?? 0), 0);
    return {
      measures: [
        { name: 'segments lost', value: lost, unit: 'segments', limit: 0 },
        {
          name: 'frames lost',
          value: maxFrames(aftermath, (count) => count.lost),
          unit: 'frames',
          limit: 0,
        },
        {
          name: 'frames duplicated',
          value: maxFrames(aftermath, ({ doubled, filler }) => doubled + filler),
          unit: 'frames',
          limit: 0,
        },
        // Reads fail and are slow, too: this row doesn't promise that a player never waits.
        ...viewerMeasures(aftermath, { discontinuities: 0 }).filter(({ name }) => name !== 'player stall'),
        ...measures,
      ],
    };
  },
});

/** One fault, from its beginning until the backlog it caused is drained. */
async function injectFault(
  words: string,
  fault: HttpFault,
  faultMs: number,
  faults: HttpFaults,
  backlog: Backlog,
  context: DrillContext,
): Promise<Measure[]> {
  const beganMs = context.now();
  const troubledBefore = faults.troubled;
  context.mark('fault', words, beganMs);
  faults.set(fault);
  await sleep(faultMs);
  faults.set({ kind: 'pass' });
  const endedMs = context.now();
  context.mark('fault', 'over', endedMs);
  context.span('origin', words, beganMs, endedMs, 'fault');
  await until(drainedWithinMs * 2, 'the backlog to drain', () => backlog.drainedSince(endedMs) !== undefined);
  const drainedMs = (backlog.drainedSince(endedMs) ?? Number.NaN) - endedMs;
  await sleep(restMs);
  return [
    {
      name: `peak segments waiting (${words})`,
      value: backlog.peakSince(beganMs),
      unit: 'segments',
      limit: maxBehind,
    },
    { name: `drained after (${words})`, value: drainedMs / 1000, unit: 's', limit: drainedWithinMs / 1000 },
    // A fault that hit no requests would prove nothing.
    {
      name: `faults missing to ten (${words})`,
      value: Math.max(0, 10 - (faults.troubled - troubledBefore)),
      unit: '',
      limit: 0,
    },
  ];
}
