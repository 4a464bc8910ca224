import { event } from './event.ts';

/** Events of the managed channel driver. Streams, broadcasts and channels are identified by id. */
export const managedEvents = {
  'managed.step.taken': event<{
    streamId: string;
    broadcastId: string;
    from: string;
    to: string;
    because: string;
  }>('info', 'Managed channel moved to its next state.'),
  'managed.command.refused': event<{
    streamId: string;
    broadcastId: string;
    command: string;
    refusal: string;
    cause: unknown;
  }>('warn', 'MediaLive or the origin rejected a command.'),
  'managed.channel.failed': event<{
    streamId: string;
    broadcastId: string;
    reason: string;
    fallback: boolean;
  }>('error', 'Managed channel failed its broadcast; `fallback` is true if our encoders can take over.', {
    ManagedChannelsFailed: 1,
  }),
  'managed.channel.stuck': event<{ streamId: string; broadcastId: string; state: string; forMs: number }>(
    'error',
    'Managed channel cannot be stopped or deleted; it may keep costing money.',
    { ManagedChannelsStuck: 1 },
  ),
  'managed.orphan.removed': event<{
    streamId: string;
    broadcastId: string;
    kind: string;
    id: string;
    costUsd: number;
  }>('error', 'Removed an orphaned MediaLive channel or input (no broadcast needed it).', {
    ManagedOrphans: 1,
  }),
  'managed.orphan.stopped': event<{ streamId: string; broadcastId: string; id: string }>(
    'warn',
    'Stopping an orphaned MediaLive channel (no broadcast needs it); it will be deleted next.',
  ),
  'managed.drive.failed': event<{ streamId: string; cause: unknown }>(
    'warn',
    'Failed to process a managed channel in this run.',
  ),
  'managed.event.ignored': event<{ reason: string; source: string; detailType: string }>(
    'info',
    'Ignored an event that is not ours or is for an unknown channel.',
  ),
} as const;
