import type { ChannelClass } from '../../../config/defaults.ts';
import { defaultLadder, type LadderConfig } from '../../../config/ladder.ts';
import type { ChannelSource } from '../../../control-store/managed/managed-channel.ts';
import { broadcastPrefix } from '../../../object-store/object-names.ts';
import { fitLadder, type Ladder } from '../../../packaging/ladder-fit.ts';
import type { BroadcastId, StreamId } from '../../../routing/ids.ts';

/** The broadcast a channel belongs to. */
export interface ChannelOwner {
  readonly streamId: StreamId;
  readonly broadcastId: BroadcastId;
}

/** What a channel produces and where it writes. A pure function of the broadcast, so repeated requests are identical. */
export interface ChannelPlan extends ChannelOwner {
  readonly channelClass: ChannelClass;
  readonly ladder: Ladder;
  /** Left out if unknown: the channel then keeps the input's frame rate. */
  readonly frameRate?: number;
  /** Key prefixes without a trailing slash, one for each pipeline; file names are appended to them. */
  readonly destinations: readonly string[];
  readonly askedAtMs: number;
}

export interface PlanOptions {
  readonly region: string;
  readonly channelClass: ChannelClass;
  readonly ladder?: LadderConfig;
}

/** MediaLive needs a fixed size; input of a different size is scaled. */
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
 * Where a channel writes, below the broadcast: `managed/<pipeline>/`. A broadcast has at most one channel and nobody else writes
 * there, so a name is never reused for different bytes.
 */
export const managedFolder = (region: string, streamId: StreamId, broadcastId: BroadcastId): string =>
  `${broadcastPrefix(region, streamId, broadcastId)}managed/`;

/** MediaLive appends `.m3u8` for the pipeline's multivariant playlist, and the modifiers for everything else. */
export const managedBaseName = 'index';

/**
 * MediaLive's names: `index-720p-playlist.m3u8`, `index-720p-playlist-20261122T202000_00001.mp4`. Their endings match the rows
 * of the delivery policy. The timestamp keeps names unique if a pipeline restarts its counter.
 */
export const renditionModifier = (id: string): string => `-${id}-playlist`;
export const segmentModifier = '-$dt$';
