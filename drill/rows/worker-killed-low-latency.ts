import { setTimeout as sleep } from 'node:timers/promises';
import { followTimes } from '../../lib/canary/policy/continuity.ts';
import { segmentMs } from '../../lib/packaging/segment-grid.ts';
import { readFrameNumbers } from '../../testkit/media/frame-counter.ts';
import { streamEvent } from '../../testkit/platform/streams.ts';
import type { Drill, DrillContext, Measure } from '../model.ts';
import { finishBroadcast, goLive } from '../rig/live-stream.ts';
import { drawTimeline } from '../rig/log-timeline.ts';
import { startPlatform } from '../rig/platform.ts';
import { phaseOf, until, within } from '../rig/waiting.ts';
import { countFrames } from '../viewing/frames.ts';
import { type PartPlayback, playParts } from '../viewing/part-playback.ts';
import { PartViewer, type SeenRendition } from '../viewing/part-viewer.ts';

/** Before the fault, so that a viewer plays at its target; and afterwards, so that every frame is there to be counted. */
const partsBefore = 6;
const watchMs = 5000;

export const workerKilledLowLatency: Drill = {
  name: 'worker-killed-low-latency',
  fault: 'kill -9 of the worker, with viewers two seconds behind',
  promise:
    'the next part is at the edge within 1.5 s (p95), and begins with a picture of its own if another encoder made it; no frame lost or duplicated; a player stalls at most once, ≤ 2 s, and is back at its target within 15 s',
  seconds: 35,

  async run(context) {
    await using rig = await startPlatform();
    const { platform } = rig;
    await using air = await goLive(platform, context, { seconds: 600 });
    const { before, stream } = air;
    await using viewer = new PartViewer({ url: stream.playback.hls, now: context.now });
    await until(10_000, 'the first parts at the edge', () => hasParts(viewer, partsBefore));
    await sleep(phaseOf(context.seed) * segmentMs);

    const killedAtMs = context.now();
    context.mark('fault', `kill -9 of ${before.workerId}`, killedAtMs);
    process.kill(platform.pidOf(before.workerId), 'SIGKILL');
    await within(30_000, 'the takeover', streamEvent(platform, stream.id, 'publisher.rehomed'));
    const after = await air.now();
    await sleep(watchMs);
    await viewer.stop();
    await air.broadcaster.stop();
    await finishBroadcast(air);

    drawTimeline(platform, stream.id, context);
    const found = await Promise.all([...viewer.seen.values()].map((each) => judge(each, killedAtMs)));
    draw(context, viewer, killedAtMs);
    const worst = (of: (one: Judged) => number): number => Math.max(...found.map(of));
    const measures: Measure[] = [
      { name: 'extra broadcasts', value: after.id === before.id ? 0 : 1, unit: '', limit: 0 },
      { name: 'broadcaster retries', value: air.broadcaster.session, unit: '', limit: 0 },
      { name: "parts on top of another encoder's", value: worst(({ mixed }) => mixed), unit: '', limit: 0 },
      { name: 'breaks of tfdt between parts', value: worst(({ breaks }) => breaks), unit: '', limit: 0 },
      { name: 'frames lost', value: worst(({ lost }) => lost), unit: 'frames', limit: 0 },
      { name: 'frames duplicated', value: worst(({ doubled }) => doubled), unit: 'frames', limit: 0 },
      { name: 'frames broken', value: worst(({ broken }) => broken), unit: 'frames', limit: 0 },
      {
        name: 'takeover (kill to next part at the edge)',
        value: worst(({ takeoverMs }) => takeoverMs) / 1000,
        unit: 's',
        limit: 1.5,
        judged: 'p95',
      },
      { name: 'longest time between parts', value: worst(({ gapMs }) => gapMs) / 1000, unit: 's', limit: 2 },
      { name: 'player stalls', value: worst(({ stalls }) => stalls), unit: '', limit: 1 },
      {
        name: 'longest player stall',
        value: worst(({ longestStallMs }) => longestStallMs) / 1000,
        unit: 's',
        limit: 2,
      },
      {
        name: 'player back at its target',
        value: worst(({ backAtTargetMs }) => backAtTargetMs) / 1000,
        unit: 's',
        limit: 15,
      },
    ];
    return { measures };
  },
};

const hasParts = ({ seen }: PartViewer, count: number): boolean =>
  seen.size > 0 && [...seen.values()].every(({ parts }) => parts.length >= count);

interface Judged extends PartPlayback {
  readonly breaks: number;
  readonly lost: number;
  readonly doubled: number;
  readonly broken: number;
  readonly takeoverMs: number;
  readonly gapMs: number;
}

const neverStarted: PartPlayback = {
  mixed: Number.NaN,
  stalls: Number.NaN,
  longestStallMs: Number.NaN,
  backAtTargetMs: Number.NaN,
};

async function judge({ parts, init, video, holdBackMs }: SeenRendition, killedAtMs: number): Promise<Judged> {
  const served = parts.map(({ number, media }) => ({ number, discontinuity: false, gap: false, media }));
  const numbers = video
    ? await readFrameNumbers(Buffer.concat([init, ...parts.map(({ media }) => media)]))
    : [];
  const frames = countFrames(numbers);
  const first = parts.find(({ by, arrivedAtMs }) => arrivedAtMs > killedAtMs && by !== parts[0]?.by);
  const gaps = parts.slice(1).map(({ arrivedAtMs }, at) => arrivedAtMs - parts[at]!.arrivedAtMs);
  return {
    ...(playParts(parts, holdBackMs) ?? neverStarted),
    breaks: followTimes(served).breaks,
    // The viewer came after the first frames.
    lost: frames.lost - (video ? Math.max(0, numbers[0] ?? 0) : 0),
    doubled: frames.doubled + frames.filler + frames.outOfOrder,
    broken: frames.unreadable,
    takeoverMs: (first?.arrivedAtMs ?? Number.NaN) - killedAtMs,
    gapMs: Math.max(...gaps),
  };
}

function draw(context: DrillContext, { seen, errors }: PartViewer, killedAtMs: number): void {
  const [parts = []] = [...seen.values()].map((each) => each.parts);
  for (const { number, index, arrivedAtMs } of parts)
    context.mark('parts', index === 0 ? `${number}` : '', arrivedAtMs);
  const next = parts.find(({ arrivedAtMs }) => arrivedAtMs > killedAtMs);
  if (next) context.span('parts', 'takeover', killedAtMs, next.arrivedAtMs, 'fault');
  for (const { atMs, reason } of errors) context.mark('viewer errors', reason, atMs);
}
