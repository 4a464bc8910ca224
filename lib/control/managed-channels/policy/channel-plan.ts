import { defaultLadder, type LadderConfig } from '../../../config/ladder.ts';
import type { ChannelSource } from '../../../control-store/managed-channel.ts';
import { broadcastPrefix } from '../../../object-store/object-names.ts';
import { fitLadder, type Ladder } from '../../../packaging/ladder-fit.ts';
import type { BroadcastId, StreamId } from '../../../routing/ids.ts';
import type { ChannelClass } from './managed-cost.ts';

/** Whose channel it is. */
export interface ChannelOwner {
  readonly streamId: StreamId;
  readonly broadcastId: BroadcastId;
}

/** What a channel makes, and where it puts it; a pure function of the broadcast, so that asking twice asks for the same. */
export interface ChannelPlan extends ChannelOwner {
  readonly channelClass: ChannelClass;
  readonly ladder: Ladder;
  /** Left out where it is not known: then the channel takes over what comes in, unchanged. */
  readonly frameRate?: number;
  /** Key prefixes without a slash at the end, one for each pipeline: file names begin after that. */
  readonly destinations: readonly string[];
  readonly askedAtMs: number;
}

export interface PlanOptions {
  readonly region: string;
  readonly channelClass: ChannelClass;
  readonly ladder?: LadderConfig;
}

/** MediaLive is told a size; a broadcaster that sends another has its picture scaled. */
const usualSource: ChannelSource = { width: 1920, height: 1080, frameRate: 30 };

export function planChannel(
  owner: ChannelOwner & { readonly askedAtMs: number; readonly source?: ChannelSource | undefined },
  { region, channelClass, ladder = defaultLadder }: PlanOptions,
): ChannelPlan {
  const { streamId, broadcastId, askedAtMs, source } = owner;
  const pipelines = channelClass === 'STANDARD' ? [0, 1] : [0];
  return {
    streamId,
    broadcastId,
    askedAtMs,
    channelClass,
    ladder: fitLadder(source ?? usualSource, ladder),
    ...(source && { frameRate: source.frameRate }),
    destinations: pipelines.map(
      (pipeline) => `${managedFolder(region, streamId, broadcastId)}${pipeline}/${managedBaseName}`,
    ),
  };
}

/**
 * Where a channel writes, below the broadcast: `managed/<pipeline>/`. A broadcast has one channel at most, and nobody else
 * writes there, so a name is never used for other bytes.
 */
export const managedFolder = (region: string, streamId: StreamId, broadcastId: BroadcastId): string =>
  `${broadcastPrefix(region, streamId, broadcastId)}managed/`;

/** MediaLive adds `.m3u8` for the pipeline's multivariant playlist, and the modifiers for the rest. */
export const managedBaseName = 'index';

/**
 * Names as MediaLive makes them: `index-720p-playlist.m3u8`, `index-720p-playlist-20261122T202000_00001.mp4`. They end as the
 * rows of the delivery policy do. The time of day keeps names apart where a pipeline begins to count anew.
 */
export const renditionModifier = (id: string): string => `-${id}-playlist`;
export const segmentModifier = '-$dt$';
