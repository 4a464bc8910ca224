import { streamEvent } from '../../testkit/platform/streams.ts';
import type { Drill } from '../model.ts';
import { frameRate } from '../rig/frame-numbers.ts';
import { finishBroadcast, goLive } from '../rig/live-stream.ts';
import { drawTimeline } from '../rig/log-timeline.ts';
import { startPlatform } from '../rig/platform.ts';
import { within } from '../rig/waiting.ts';
import { maxFrames, readAftermath, viewerMeasures } from '../viewing/ended-broadcast.ts';
import { firstAfter } from '../viewing/schedule.ts';

const seconds = 26;

export const workerKilled: Drill = {
  name: 'worker-killed',
  fault: 'kill -9 of the worker while the broadcaster is connected',
  promise:
    'the proxy re-homes it from its replay buffer: 0 frames lost, 0 duplicated, no discontinuity, the next grid number; takeover p95 ≤ 4 s; no stall',
  seconds: 45,

  async run(context) {
    await using rig = await startPlatform();
    const { platform } = rig;
    await using air = await goLive(platform, context, { seconds });
    const { before, stream } = air;

    const killedAtMs = context.now();
    context.mark('fault', `kill -9 of ${before.workerId}`, killedAtMs);
    process.kill(platform.pidOf(before.workerId), 'SIGKILL');
    await within(30_000, 'the takeover', streamEvent(platform, stream.id, 'publisher.rehomed'));
    const after = await air.now();
    await finishBroadcast(air);

    drawTimeline(platform, stream.id, context);
    const aftermath = await readAftermath(air, context, new Map([[0, seconds * frameRate]]));
    const next = firstAfter(aftermath.written, killedAtMs);
    context.span('segments', 'takeover', killedAtMs, next.atMs, 'fault');
    return {
      measures: [
        { name: 'extra broadcasts', value: after.id === before.id ? 0 : 1, unit: '', limit: 0 },
        { name: 'broadcaster retries', value: air.broadcaster.session, unit: '', limit: 0 },
        { name: 'frames lost', value: maxFrames(aftermath, ({ lost }) => lost), unit: 'frames', limit: 0 },
        {
          name: 'frames duplicated',
          value: maxFrames(aftermath, ({ doubled, filler }) => doubled + filler),
          unit: 'frames',
          limit: 0,
        },
        {
          name: 'frames out of order',
          value: maxFrames(aftermath, ({ outOfOrder }) => outOfOrder),
          unit: 'frames',
          limit: 0,
        },
        // Includes up to one segment that would have passed without a fault.
        {
          name: 'takeover (kill to next segment)',
          value: (next.atMs - killedAtMs) / 1000,
          unit: 's',
          limit: 4,
          judged: 'p95',
        },
        { name: 'delay of the next segment', value: next.lateMs / 1000, unit: 's', limit: 4, judged: 'p95' },
        ...viewerMeasures(aftermath, { discontinuities: 0, near: { stallSeconds: 2 } }),
      ],
    };
  },
};
