import { defaultLadder } from '../../config/ladder.ts';
import { runsOf } from '../../control-store/managed-channel.ts';
import type { ControlStore } from '../../control-store/ports.ts';
import { streamEvent } from '../../control-store/stream-events.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
import type { ManagedResource } from './policy/channel-observations.ts';
import type { PlanOptions } from './policy/channel-plan.ts';
import { channelCost } from './policy/managed-cost.ts';
import type { ManagedEncoder } from './ports.ts';

export interface OrphanSweepParts {
  readonly store: Pick<ControlStore, 'getDocument' | 'getStream' | 'appendEvent'>;
  readonly encoder: Pick<ManagedEncoder, 'list' | 'stopChannel' | 'deleteChannel' | 'deleteInput'>;
  readonly plan: PlanOptions;
  readonly emit: EmitEvent;
  /** Unix milliseconds. */
  readonly wallMs: () => number;
}

/**
 * Looks at all that is there of this deployment, by its tags, and removes what no document knows: left by a driver that was
 * paused for so long that its channel was over when it went on, or of a stream that was deleted. A running channel is
 * stopped, one that stands is deleted at the next sweep, its input after that.
 */
export async function sweepOrphans(parts: OrphanSweepParts): Promise<void> {
  // First what there is, then what the documents say: a document names a channel before it is made.
  const all = await parts.encoder.list();
  for (const resource of all) {
    if (isHeld(resource, all) || (await isKnown(resource, parts.store))) continue;
    await remove(resource, parts).catch((cause: unknown) =>
      parts.emit('managed.drive.failed', { streamId: resource.streamId, cause }),
    );
  }
}

/** An input cannot be deleted before its channel. */
const isHeld = ({ kind, broadcastId }: ManagedResource, all: readonly ManagedResource[]): boolean =>
  kind === 'input' && all.some((other) => other.kind === 'channel' && other.broadcastId === broadcastId);

/** Whether its driver sees to it, be it to run it or to remove it. */
async function isKnown(
  { streamId, broadcastId }: ManagedResource,
  store: Pick<ControlStore, 'getDocument'>,
): Promise<boolean> {
  const document = await store.getDocument(streamId, 'channel');
  if (!document?.open) return false;
  return runsOf(document.body).some((run) => run.broadcastId === broadcastId && run.state !== 'gone');
}

async function remove(resource: ManagedResource, { encoder, ...parts }: OrphanSweepParts): Promise<void> {
  const { id, event, streamId, broadcastId } = resource;
  switch (event) {
    case 'channel-running':
    case 'channel-starting':
      await encoder.stopChannel(id);
      parts.emit('managed.orphan.stopped', { streamId, broadcastId, id });
      return;
    case 'channel-idle':
    case 'channel-broken':
      await encoder.deleteChannel(id);
      return tell(resource, parts);
    case 'input-ready':
      await encoder.deleteInput(id);
      return tell(resource, parts);
    // The others pass by themselves.
    case 'channel-pending':
    case 'channel-stopping':
    case 'channel-leaving':
    case 'input-pending':
    case 'input-leaving':
      return;
  }
}

async function tell(
  { kind, id, streamId, broadcastId, askedAtMs }: ManagedResource,
  { store, plan, emit, wallMs }: Omit<OrphanSweepParts, 'encoder'>,
): Promise<void> {
  const atMs = wallMs();
  // Nobody knows when it began to run: at most it ran ever since it was asked for. An input alone costs next to nothing.
  const costUsd =
    kind === 'channel'
      ? channelCost(plan.ladder ?? defaultLadder, {
          channelClass: plan.channelClass,
          ranMs: Math.max(0, atMs - askedAtMs),
        })
      : 0;
  emit('managed.orphan.removed', { streamId, broadcastId, kind, id, costUsd });
  if (kind === 'input' || !(await store.getStream(streamId))) return;
  const about = { streamId, broadcastId, atMs };
  await store.appendEvent(streamEvent('managed.channel.orphan_removed', { channelId: id, costUsd }, about));
}
