import type { ChannelRun } from '../../../control-store/managed-channel.ts';
import type { BroadcastRecord, LeaseRecord, StreamRecord } from '../../../control-store/records.ts';
import { leaseSilentMs } from '../../policy/stream-state.ts';

/** The clocks of the hosts that drive a channel, one after another, differ by so much at most. */
const clockSlackMs = 30_000;

export interface ChannelDemand {
  /** Undefined where the stream was deleted. */
  readonly stream: StreamRecord | undefined;
  readonly broadcast: BroadcastRecord | undefined;
  readonly lease: LeaseRecord | undefined;
  readonly nowMs: number;
}

/**
 * Whether the broadcast still wants its channel. Its proxy says so in the document when it is over; but a proxy that died
 * says nothing, so a lease that nobody renews for longer than the reconnect window says it too. That is measured by the
 * drivers' clocks: one that is wrong can only stop a channel early, which the fleet then makes good.
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

/** What to note of the lease; undefined where that would say nothing new. */
export function leaseNote(
  { leaseSeen }: Pick<ChannelRun, 'leaseSeen'>,
  lease: LeaseRecord | undefined,
  nowMs: number,
): ChannelRun['leaseSeen'] {
  if (lease === undefined || lease.version === leaseSeen?.version) return undefined;
  if (leaseSeen && nowMs - leaseSeen.atMs < noteEveryMs) return undefined;
  return { version: lease.version, atMs: nowMs };
}
