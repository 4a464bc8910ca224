import { event } from './event.ts';

/** What the control API says of itself. Streams and keys are named by their ids. */
export const controlEvents = {
  'control.stream.created': event<{ streamId: string }>('info', 'A stream was created.'),
  'control.stream.deleted': event<{ streamId: string }>('info', 'A stream and all its records were deleted.'),
  'control.key.rotated': event<{ streamId: string; keyId: string; graceMs: number }>(
    'info',
    'A stream got a new key.',
  ),
  'control.key.revoked': event<{ streamId: string; keyId: string }>('info', 'A stream key was revoked.'),
  'control.destination.added': event<{ streamId: string; destinationId: string }>(
    'info',
    'A stream got another destination.',
  ),
  'control.destination.changed': event<{ streamId: string; destinationId: string; enabled: boolean }>(
    'info',
    'A destination of a stream was changed.',
  ),
  'control.destination.removed': event<{ streamId: string; destinationId: string }>(
    'info',
    'A destination of a stream was removed.',
  ),
  'control.end.requested': event<{ streamId: string; broadcastId: string }>(
    'info',
    'The end of a broadcast was asked for.',
  ),
  'control.takedown.asked': event<{ streamId: string; direction: 'takedown' | 'restore'; reason: string }>(
    'info',
    'A takedown, or the restoring of a stream, was asked for.',
  ),
  'control.takedown.step-done': event<{
    streamId: string;
    direction: 'takedown' | 'restore';
    step: string;
    afterMs: number;
  }>('info', 'A step of a takedown is done, so long after that was asked for.'),
  'control.takedown.step-failed': event<{ streamId: string; step: string; cause: unknown }>(
    'warn',
    'A step of a takedown failed; it is tried again.',
  ),
  'control.takedown.finished': event<{
    streamId: string;
    state: string;
    took: string;
    tookMs: number;
    darkMs: number | undefined;
  }>('info', 'A stream is taken down, or restored.'),
  'control.takedown.stuck': event<{ streamId: string; direction: string; forMs: number; waiting: string }>(
    'error',
    'A takedown is not done five minutes after it was asked for; `waiting` says what it waits for.',
    { TakedownsStuck: 1 },
  ),
  'control.takedown.wake-failed': event<{ streamId: string; cause: unknown }>(
    'warn',
    'The function that finishes takedowns could not be called; its schedule finds what is left.',
  ),
  'control.takedown.sweep-failed': event<{ streamId?: string; cause: unknown }>(
    'warn',
    'Takedowns that are not done could not be gone on with; the next sweep tries again.',
  ),
  'control.request.refused': event<{ reason: 'host' | 'origin'; value: string; method: string }>(
    'warn',
    'A request from a host or page that is not ours was refused.',
  ),
  'control.request.failed': event<{ method: string; route: string; cause: unknown }>(
    'error',
    'A request failed by a fault of ours.',
    { ControlApiFaults: 1 },
  ),
  'control.store.unavailable': event<{ method: string; route: string; cause: unknown }>(
    'warn',
    'The control store did not answer; the request was refused for now.',
    { ControlApiFaults: 1 },
  ),
  'control.stream-event.lost': event<{ streamId: string; type: string; cause: unknown }>(
    'warn',
    "A line of a stream's story could not be written.",
    { StreamEventsLost: 1 },
  ),
  'control.bus-event.published': event<{
    source: string;
    detailType: string;
    detail: object;
  }>('info', 'What other systems are told of a stream.'),
  'control.bus-event.lost': event<{ streamId: string; type: string; cause: unknown }>(
    'warn',
    'An event for other systems was not taken by the event bus.',
    { StreamEventsLost: 1 },
  ),
  'control.bus-event.delayed': event<{ events: number; cause: unknown }>(
    'warn',
    'The event bus did not take events for other systems; they are sent again.',
  ),
  'control.fleet.measured': event<{
    fleet: 'ingest' | 'encoder';
    pool: string;
    members: number;
    streams: number;
    headroomStreams: number;
    utilizationPercent: number;
  }>('info', 'What a fleet has and could take: its living members together.', {
    FleetMembers: 'members',
    FleetStreams: 'streams',
    FleetHeadroomStreams: 'headroomStreams',
    FleetUtilization: 'utilizationPercent',
  }),
} as const;
