import { createHash } from 'node:crypto';
import type { Playback } from '../../lib/canary/policy/playhead.ts';
import { broadcastPrefix } from '../../lib/object-store/object-names.ts';
import type { BroadcastId, StreamId } from '../../lib/routing/ids.ts';
import type { DrillContext, Measure } from '../model.ts';
import type { ActiveBroadcast } from '../rig/live-stream.ts';
import { countFrames, type FrameCount } from './frames.ts';
import { type NearLimits, type NearViewing, nearMeasures, nearViewing } from './near-viewing.ts';
import { keptObjects, writtenSegments } from './objects.ts';
import { standstillMs, type WrittenSegment } from './schedule.ts';
import { fetchBroadcast, framesOf, type ServedRendition } from './served-rendition.ts';

/** A broadcast that has ended, as seen by viewers and stored in the origin. */
export interface Aftermath {
  readonly renditions: readonly ServedRendition[];
  /** For each video rendition. */
  readonly frames: ReadonlyMap<string, FrameCount>;
  /** For a player with a buffer of `playerBufferMs`, by rendition. */
  readonly playbacks: ReadonlyMap<string, Playback>;
  /** The longest total stall of a player of any rendition. */
  readonly stalledMs: number;
  /** The maximum over all renditions. */
  readonly discontinuities: number;
  /** Over all renditions: unmarked breaks of `tfdt`, missing segments, jumps in the numbering. */
  readonly tfdtBreaks: number;
  readonly gaps: number;
  readonly numberJumps: number;
  /** Segments whose bytes in the recording differ from what a viewer got live. */
  readonly segmentsChanged: number;
  /** When the segments of the lowest video rendition reached the origin, on the drill's clock. */
  readonly written: readonly WrittenSegment[];
  /** The longest time between two of them. */
  readonly standstillMs: number;
  /** What those near the live edge had. */
  readonly near: NearViewing;
}

/**
 * Reads back the broadcast that `air.before` names, from the edge and from the origin's folder, and adds its segments and the
 * viewer's buffer to the timeline. `framesExpected`: how many frames were sent, by session.
 */
export async function readAftermath(
  air: ActiveBroadcast,
  context: DrillContext,
  framesExpected: ReadonlyMap<number, number> = new Map(),
): Promise<Aftermath> {
  const { platform, stream, before, viewer } = air;
  const prefix = broadcastPrefix('local', stream.id as StreamId, before.id as BroadcastId);
  const renditions = await fetchBroadcast(`${platform.ready.edge}/${prefix}index.m3u8`);
  const frames = new Map<string, FrameCount>();
  for (const rendition of renditions) {
    if (rendition.video) frames.set(rendition.id, countFrames(await framesOf(rendition), framesExpected));
  }
  const objects = await keptObjects(platform, prefix);
  const lowest = [...frames.keys()].at(-1) ?? '';
  const zeroMs = Date.now() - context.now();
  const written = writtenSegments(objects, lowest).map(({ number, writtenAtMs }) => ({
    number,
    atMs: writtenAtMs - zeroMs,
  }));
  const playbacks = new Map([...viewer.playback()].map(([url, playback]) => [renditionOf(url), playback]));
  drawAftermath(context, written, playbacks.get(lowest));
  const sum = (of: (rendition: ServedRendition) => number) =>
    renditions.reduce((total, rendition) => total + of(rendition), 0);
  return {
    renditions,
    frames,
    playbacks,
    // Otherwise a rendition that no player could even start would count as one without a stall.
    stalledMs:
      playbacks.size < renditions.length
        ? Number.NaN
        : Math.max(...[...playbacks.values()].map(({ stalledMs }) => stalledMs)),
    discontinuities: Math.max(...renditions.map(({ continuity }) => continuity.discontinuities)),
    tfdtBreaks: sum(({ continuity }) => continuity.breaks),
    gaps: sum(({ continuity }) => continuity.gaps),
    numberJumps: sum(({ continuity }) => continuity.numberJumps),
    segmentsChanged: changedSegments(air, renditions),
    written,
    standstillMs: standstillMs(written),
    near: nearViewing(air.near),
  };
}

function changedSegments({ viewer }: ActiveBroadcast, renditions: readonly ServedRendition[]): number {
  let changed = 0;
  for (const [url, seen] of viewer.seen) {
    const recorded = renditions.find(({ id }) => id === renditionOf(url))?.segments ?? [];
    for (const { number, sha256 } of seen) {
      const media = recorded.find((segment) => segment.number === number)?.media;
      if (!media || createHash('sha256').update(media).digest('hex') !== sha256) changed++;
    }
  }
  return changed;
}

const renditionOf = (playlistUrl: string): string => new URL(playlistUrl).pathname.split('/').at(-2) ?? '';

function drawAftermath(
  context: DrillContext,
  written: Aftermath['written'],
  playback: Playback | undefined,
): void {
  // For a long broadcast only every nth: labels need room.
  const every = Math.ceil(written.length / 30);
  for (const { number, atMs } of written)
    if (number % every === 0) context.mark('segments', String(number), atMs);
  if (!playback) return;
  const points = playback.buffer.map(({ atMs, aheadMs }) => ({ atMs, value: aheadMs / 1000 }));
  context.level('viewer buffer', 's', points);
  for (const { fromMs, toMs } of playback.stalls) {
    context.span('viewer buffer', `stalls ${((toMs - fromMs) / 1000).toFixed(1)} s`, fromMs, toMs, 'bad');
  }
}

/** The maximum of one kind of frame fault over the video renditions. */
export const maxFrames = ({ frames }: Aftermath, of: (count: FrameCount) => number): number =>
  Math.max(...[...frames.values()].map(of));

/**
 * The measures that all rows share: what a viewer may notice, none of which is allowed. `near`: how long those near the live edge may stand
 * still; not judged if left out.
 */
export function viewerMeasures(
  aftermath: Aftermath,
  allowed: { readonly discontinuities: number; readonly near?: NearLimits },
): Measure[] {
  return [
    { name: 'player stall', value: aftermath.stalledMs / 1000, unit: 's', limit: 0 },
    { name: 'discontinuities', value: aftermath.discontinuities, unit: '', limit: allowed.discontinuities },
    { name: 'unmarked breaks of tfdt', value: aftermath.tfdtBreaks, unit: '', limit: 0 },
    { name: 'missing segments', value: aftermath.gaps, unit: 'segments', limit: 0 },
    { name: 'jumps in segment numbers', value: aftermath.numberJumps, unit: '', limit: 0 },
    {
      name: 'segments changed after viewers got them',
      value: aftermath.segmentsChanged,
      unit: 'segments',
      limit: 0,
    },
    ...nearMeasures(aftermath.near, allowed.near),
  ];
}
