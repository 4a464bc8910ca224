import type { ChannelRun } from '../../../control-store/managed/managed-channel.ts';
import type { BroadcastRecord, LeaseRecord, StreamRecord } from '../../../control-store/records.ts';
import { leaseSilentMs } from '../../policy/stream-state.ts';

/** Maximum clock difference between the hosts that take turns driving a channel. */
const clockSlackMs = 30_000;

export interface ChannelDemand {
  /** Undefined if the stream was deleted. */
  readonly stream: StreamRecord | undefined;
  readonly broadcast: BroadcastRecord | undefined;
  readonly lease: LeaseRecord | undefined;
  readonly nowMs: number;
}

/**
 * Whether the broadcast still needs its channel. Its proxy marks the end in the document, but a dead proxy can't, so a lease not
 * renewed for longer than the reconnect window counts as the end too. That is measured by the drivers' clocks: a wrong clock can
 * only stop a channel early, and then the fleet takes over.
 */
export function isStillWanted(
  run: Pick<ChannelRun, 'broadcastId' | 'leaseSeen' | 'askedAtMs'>,
  { stream, broadcast, lease, nowMs }: ChannelDemand,
): boolean {
  if (stream === undefined || stream.takenDown) return false;
  if (broadcast?.state === 'ended') return false;
  if (lease && lease.broadcastId > run.broadcastId) return false;
  return nowMs - lastSign(run, lease, nowMs) < stream.reconnectWindowMs + leaseSilentMs + clockSlackMs;
}

function lastSign(
  { leaseSeen, askedAtMs }: Pick<ChannelRun, 'leaseSeen' | 'askedAtMs'>,
  lease: LeaseRecord | undefined,
  nowMs: number,
): number {
  if (lease === undefined) return askedAtMs;
  return lease.version === leaseSeen?.version ? leaseSeen.atMs : nowMs;
}

const noteEveryMs = 20_000;

/** What to record about the lease; undefined if there is nothing new. */
export function leaseNote(
  { leaseSeen }: Pick<ChannelRun, 'leaseSeen'>,
  lease: LeaseRecord | undefined,
  nowMs: number,
): ChannelRun['leaseSeen'] {
  if (lease === undefined || lease.version === leaseSeen?.version) return undefined;
  if (leaseSeen && nowMs - leaseSeen.atMs < noteEveryMs) return undefined;
  return { version: lease.version, atMs: nowMs };
}
