import { event } from './event.ts';

/** What the driver of managed channels says of itself. Streams, broadcasts and channels are named by their ids. */
export const managedEvents = {
  'managed.step.taken': event<{
    streamId: string;
    broadcastId: string;
    from: string;
    to: string;
    because: string;
  }>('info', 'A managed channel went on to its next state.'),
  'managed.command.refused': event<{
    streamId: string;
    broadcastId: string;
    command: string;
    refusal: string;
    cause: unknown;
  }>('warn', 'MediaLive, or the origin, did not take a command.'),
  'managed.channel.failed': event<{
    streamId: string;
    broadcastId: string;
    reason: string;
    fallback: boolean;
  }>('error', 'A managed channel failed its broadcast.', { ManagedChannelsFailed: 1 }),
  'managed.channel.stuck': event<{ streamId: string; broadcastId: string; state: string; forMs: number }>(
    'error',
    'A managed channel cannot be stopped or deleted; it may cost on.',
    { ManagedChannelsStuck: 1 },
  ),
  'managed.orphan.removed': event<{
    streamId: string;
    broadcastId: string;
    kind: string;
    id: string;
    costUsd: number;
  }>('error', 'A channel or input that no broadcast wanted was removed.', { ManagedOrphans: 1 }),
  'managed.orphan.stopped': event<{ streamId: string; broadcastId: string; id: string }>(
    'warn',
    'A channel that no broadcast wanted is being stopped; it is deleted after that.',
  ),
  'managed.drive.failed': event<{ streamId: string; cause: unknown }>(
    'warn',
    'A managed channel could not be seen to this time.',
  ),
  'managed.event.ignored': event<{ reason: string; source: string; detailType: string }>(
    'info',
    'An event that is none of ours, or of no channel that we know, was ignored.',
  ),
} as const;
