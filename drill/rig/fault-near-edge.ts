import { setTimeout as sleep } from 'node:timers/promises';
import { segmentMs } from '../../lib/packaging/segment-grid.ts';
import { readFrameNumbers } from '../../testkit/media/frame-counter.ts';
import type { Platform } from '../../testkit/platform/platform.ts';
import type { CreatedStream } from '../../testkit/platform/streams.ts';
import type { DrillContext, Finding, Measure } from '../model.ts';
import { countFrames } from '../viewing/frames.ts';
import { drawParts, nearMeasures, nearViewing, shownMedia } from '../viewing/near-viewing.ts';
import type { PartViewer, SeenRendition } from '../viewing/part-viewer.ts';
import { type ActiveBroadcast, finishBroadcast, goLive } from './live-stream.ts';
import { drawTimeline } from './log-timeline.ts';
import { startPlatform } from './platform.ts';
import { phaseOf, until } from './waiting.ts';

/** A fault while viewers are two seconds behind. */
export interface FaultNearEdge {
  /** Prepares what the fault needs, and says on which stream to go on air. @default nothing, a new stream */
  readonly prepare?: (platform: Platform, stack: AsyncDisposableStack) => Promise<CreatedStream>;
  /** Injects the fault, and resolves once it is over and the platform has reacted. */
  readonly inject: (air: ActiveBroadcast, context: DrillContext) => Promise<readonly Measure[]>;
  readonly limits: FaultLimits;
}

export interface FaultLimits {
  /** From the fault to the next part at the edge. Nothing moves to another worker if it is left out. */
  readonly takeoverSeconds?: number;
  readonly stallSeconds: number;
  readonly longestGapSeconds: number;
  /** How often a player may stall. @default once */
  readonly stalls?: number;
  /** @default 15 */
  readonly backSeconds?: number;
}

/** Before the fault, so that viewers play at their target. */
const partsBefore = 6;
/** And afterwards, so that every frame is there to be counted, and players have time to get back. */
const watchMs = 6000;

/** Runs one fault on a platform of its own. Its moment is spread over a segment: it comes a seed's share of 2 s after one began. */
export async function faultNearEdge(
  { prepare, inject, limits }: FaultNearEdge,
  context: DrillContext,
): Promise<Finding> {
  await using rig = await startPlatform();
  const { platform } = rig;
  await using stack = new AsyncDisposableStack();
  const stream = await prepare?.(platform, stack);
  await using air = await goLive(platform, context, { seconds: 600, near: 'all', ...(stream && { stream }) });
  const { before, near } = air;
  await until(10_000, 'the first parts at the edge', () => hasParts(near, partsBefore));
  await segmentBegins(near);
  await sleep(phaseOf(context.seed) * segmentMs);

  const faultAtMs = context.now();
  const found = await inject(air, context);
  const after = await air.now();
  await sleep(watchMs);
  await near.stop();
  await air.broadcaster.stop();
  await finishBroadcast(air);

  drawTimeline(platform, air.stream.id, context);
  drawParts(context, near, faultAtMs);
  const frames = await Promise.all([...near.seen.values()].filter(({ video }) => video).map(framesShown));
  const most = (values: readonly number[]): number =>
    values.length === 0 ? Number.NaN : Math.max(...values);
  const viewing = nearViewing(near);
  const takeovers = [...near.seen.values()].map((each) => takeoverMs(each, faultAtMs));
  return {
    measures: [
      { name: 'extra broadcasts', value: after.id === before.id ? 0 : 1, unit: '', limit: 0 },
      { name: 'broadcaster retries', value: air.broadcaster.session, unit: '', limit: 0 },
      ...nearMeasures(viewing, undefined),
      { name: 'frames lost', value: most(frames.map(({ lost }) => lost)), unit: 'frames', limit: 0 },
      {
        name: 'frames duplicated',
        value: most(frames.map(({ doubled }) => doubled)),
        unit: 'frames',
        limit: 0,
      },
      { name: 'frames broken', value: most(frames.map(({ broken }) => broken)), unit: 'frames', limit: 0 },
      ...found,
      ...(limits.takeoverSeconds === undefined
        ? []
        : ([
            {
              name: 'takeover (fault to next part at the edge)',
              value: most(takeovers) / 1000,
              unit: 's',
              limit: limits.takeoverSeconds,
              judged: 'p95',
            },
          ] satisfies Measure[])),
      {
        name: 'longest time between parts',
        value: viewing.gapMs / 1000,
        unit: 's',
        limit: limits.longestGapSeconds,
      },
      { name: 'player stalls', value: viewing.stalls, unit: '', limit: limits.stalls ?? 1 },
      {
        name: 'longest player stall',
        value: viewing.longestStallMs / 1000,
        unit: 's',
        limit: limits.stallSeconds,
      },
      {
        name: 'player back at its target',
        value: viewing.backAtTargetMs / 1000,
        unit: 's',
        limit: limits.backSeconds ?? 15,
      },
    ],
  };
}

const hasParts = ({ seen }: PartViewer, count: number): boolean =>
  seen.size > 0 && [...seen.values()].every(({ parts }) => parts.length >= count);

/** The first part of a new segment is at the edge. */
async function segmentBegins({ seen }: PartViewer): Promise<void> {
  const newest = (): number =>
    Math.max(...[...seen.values()].flatMap(({ parts }) => parts.map(({ number }) => number)));
  const last = newest();
  await until(10_000, 'the next segment', () => newest() > last, 10);
}

/** From the fault to the first part of another encoder, or of the same one if it went on. */
function takeoverMs({ parts }: SeenRendition, faultAtMs: number): number {
  const before = parts.findLast(({ arrivedAtMs }) => arrivedAtMs <= faultAtMs)?.by;
  const next = parts.find(({ by, arrivedAtMs }) => arrivedAtMs > faultAtMs && by !== before);
  return (next?.arrivedAtMs ?? Number.NaN) - faultAtMs;
}

/** The pictures of everything that a player showed, decoded. */
async function framesShown({
  parts,
}: SeenRendition): Promise<{ readonly lost: number; readonly doubled: number; readonly broken: number }> {
  const numbers = await readFrameNumbers(shownMedia(parts));
  const { lost, doubled, filler, outOfOrder, unreadable } = countFrames(numbers);
  return {
    // The viewer came after the first frames.
    lost: lost - Math.max(0, numbers[0] ?? 0),
    doubled: doubled + filler + outOfOrder,
    broken: unreadable,
  };
}
