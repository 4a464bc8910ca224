import { defaultLadder } from '../../config/ladder.ts';
import { runsOf } from '../../control-store/managed/managed-channel.ts';
import type { ControlStore } from '../../control-store/ports.ts';
import { streamEvent } from '../../control-store/stream-events.ts';
import { channelCost } from '../../cost/medialive.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
import type { ManagedResource } from './policy/channel-observations.ts';
import type { PlanOptions } from './policy/channel-plan.ts';
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
 * Finds all channels and inputs of this deployment by their tags and removes those that no document knows: leftovers of a driver
 * that was paused until after its channel had ended, or of a deleted stream. A running channel is stopped, then deleted in a
 * later sweep; its input follows after that.
 */
export async function sweepOrphans(parts: OrphanSweepParts): Promise<void> {
  // List resources before reading documents: a document names its channel before the channel is created.
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

/** Whether its driver is responsible for it, either to run it or to remove it. */
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
      return report(resource, parts);
    case 'input-ready':
      await encoder.deleteInput(id);
      return report(resource, parts);
    // These states are transient.
    case 'channel-pending':
    case 'channel-stopping':
    case 'channel-leaving':
    case 'input-pending':
    case 'input-leaving':
      return;
  }
}

async function report(
  { kind, id, streamId, broadcastId, askedAtMs }: ManagedResource,
  { store, plan, emit, wallMs }: Omit<OrphanSweepParts, 'encoder'>,
): Promise<void> {
  const atMs = wallMs();
  // Its start time is unknown; at most it has run since it was requested. An input alone costs next to nothing.
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
