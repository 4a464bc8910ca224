import { event } from './event.ts';

/** Events of the control API. Streams and keys are identified by id. */
export const controlEvents = {
  'control.stream.created': event<{ streamId: string }>('info', 'Stream created.'),
  'control.stream.deleted': event<{ streamId: string }>('info', 'Stream deleted, with all its records.'),
  'control.key.rotated': event<{ streamId: string; keyId: string; graceMs: number }>(
    'info',
    'Stream key rotated; the previous key stays valid for `graceMs`.',
  ),
  'control.key.revoked': event<{ streamId: string; keyId: string }>('info', 'Stream key revoked.'),
  'control.destination.added': event<{ streamId: string; destinationId: string }>(
    'info',
    'Destination added to a stream.',
  ),
  'control.destination.changed': event<{ streamId: string; destinationId: string; enabled: boolean }>(
    'info',
    'Destination of a stream changed.',
  ),
  'control.destination.removed': event<{ streamId: string; destinationId: string }>(
    'info',
    'Destination removed from a stream.',
  ),
  'control.playback.changed': event<{ streamId: string; mode: 'public' | 'signed' }>(
    'info',
    'Playback of a stream changed: public, or only with playback links.',
  ),
  'control.playback.revoked': event<{ streamId: string; session?: string }>(
    'info',
    'Playback session revoked; all sessions of the stream if none is named.',
  ),
  'control.playback-keys.rotated': event<{ keyId: string }>('info', 'Playback signing key rotated.'),
  'control.playback-revocations.removed': event<{ removed: number }>(
    'info',
    'Revoked playback sessions that have expired removed from the edge.',
  ),
  'control.end.requested': event<{ streamId: string; broadcastId: string }>(
    'info',
    'End of a broadcast requested.',
  ),
  'control.takedown.asked': event<{ streamId: string; direction: 'takedown' | 'restore'; reason: string }>(
    'info',
    'Takedown or restore of a stream requested.',
  ),
  'control.takedown.step-done': event<{
    streamId: string;
    direction: 'takedown' | 'restore';
    step: string;
    afterMs: number;
  }>('info', 'Takedown or restore step completed; `afterMs` counts from the request.'),
  'control.takedown.step-failed': event<{ streamId: string; step: string; cause: unknown }>(
    'warn',
    'Takedown or restore step failed; it will be retried.',
  ),
  'control.takedown.finished': event<{
    streamId: string;
    state: string;
    took: string;
    tookMs: number;
    darkMs: number | undefined;
  }>('info', 'Takedown or restore completed.'),
  'control.takedown.stuck': event<{ streamId: string; direction: string; forMs: number; waiting: string }>(
    'error',
    'Takedown or restore still incomplete five minutes after the request; `waiting` names what it is waiting for.',
    { TakedownsStuck: 1 },
  ),
  'control.takedown.wake-failed': event<{ streamId: string; cause: unknown }>(
    'warn',
    'Failed to invoke the takedown function; its next scheduled run will pick up the work.',
  ),
  'control.takedown.sweep-failed': event<{ streamId?: string; cause: unknown }>(
    'warn',
    'Failed to resume unfinished takedowns; the next sweep will retry.',
  ),
  'control.deletion.asked': event<{ streamId: string; broadcastId: string | undefined; recordings: string }>(
    'info',
    'Deletion requested, of one recording or of a stream; `recordings` says what becomes of its recordings.',
  ),
  'control.deletion.step-done': event<{
    streamId: string;
    broadcastId: string | undefined;
    step: string;
    afterMs: number;
  }>('info', 'Deletion step completed; `afterMs` counts from the request.'),
  'control.deletion.step-failed': event<{
    streamId: string;
    broadcastId: string | undefined;
    step: string;
    cause: unknown;
  }>('warn', 'Deletion step failed; it will be retried.'),
  'control.deletion.stuck': event<{
    streamId: string;
    broadcastId: string | undefined;
    forMs: number;
    waiting: string;
  }>(
    'error',
    'Deletion still incomplete five minutes after the request; `waiting` names what it is waiting for.',
    { TakedownsStuck: 1 },
  ),
  'control.deletion.wake-failed': event<{ streamId: string; cause: unknown }>(
    'warn',
    'Failed to invoke the function that finishes deletions; its next scheduled run will pick up the work.',
  ),
  'control.deletion.sweep-failed': event<{ streamId?: string; cause: unknown }>(
    'warn',
    'Failed to resume unfinished deletions; the next sweep will retry.',
  ),
  'control.download.asked': event<{
    streamId: string;
    broadcastId: string;
    downloadId: string;
    clip: boolean;
  }>('info', 'A recording, or a clip of it, was asked for as a file.'),
  'control.download.made': event<{
    streamId: string;
    broadcastId: string;
    downloadId: string;
    sizeBytes: number;
    durationMs: number;
    tookMs: number;
  }>('info', 'A recording, or a clip of it, was written as a file.'),
  'control.download.failed': event<{
    streamId: string;
    broadcastId: string;
    downloadId: string;
    again: boolean;
    cause: unknown;
  }>('warn', 'A recording was not written as a file; `again`: it will be tried again.'),
  'control.download.expired': event<{ streamId: string; broadcastId: string; downloadId: string }>(
    'info',
    'A downloadable file was deleted, because its time is over.',
  ),
  'control.download.wake-failed': event<{ streamId: string; cause: unknown }>(
    'warn',
    'Failed to invoke the function that writes downloads; its next scheduled run will pick up the work.',
  ),
  'control.download.sweep-failed': event<{ streamId?: string; cause: unknown }>(
    'warn',
    'Failed to resume unfinished downloads; the next sweep will retry.',
  ),
  'control.budget.reached': event<{ until: string }>(
    'warn',
    'The month’s budget is spent: new broadcasts are refused until then, or until somebody clears it.',
  ),
  'control.budget.known': event<{ clearedAt: string | undefined }>(
    'info',
    'The month’s budget was already known to be spent; nothing changed.',
  ),
  'control.budget.cleared': event<{ caller: string }>(
    'warn',
    'Somebody allowed new broadcasts although the month’s budget is spent.',
  ),
  'control.budget.foreign': event<{ subject: string }>(
    'warn',
    'A notification that is not about our budget was ignored.',
  ),
  'control.request.refused': event<{ reason: 'host' | 'origin' | 'site'; value: string; method: string }>(
    'warn',
    'Request rejected: its Host, Origin or Sec-Fetch-Site header is not one of ours.',
  ),
  'control.access.refused': event<{
    why: string;
    caller: string | undefined;
    route: string | undefined;
    method: string;
  }>('warn', 'Request rejected: the caller is unknown, lacks a scope, or does not own the stream.'),
  'control.request.failed': event<{ method: string; route: string; cause: unknown }>(
    'error',
    'Request failed with an internal error.',
    { ControlApiFaults: 1 },
  ),
  'control.store.unavailable': event<{ method: string; route: string; cause: unknown }>(
    'warn',
    'Control store unavailable; the request was rejected and can be retried.',
    { ControlApiFaults: 1 },
  ),
  'control.stream-event.lost': event<{ streamId: string; type: string; cause: unknown }>(
    'warn',
    "Failed to write an event to a stream's journal.",
    { StreamEventsLost: 1 },
  ),
  'control.answer.lost': event<{ route: string; cause: unknown }>(
    'warn',
    'Failed to keep the answer to a request with an Idempotency-Key; for a minute its repetition is told to wait, then it would be done again.',
  ),
  'control.bus-event.published': event<{
    source: string;
    detailType: string;
    detail: object;
  }>('info', 'Stream event published for other systems.'),
  'control.bus-event.lost': event<{ streamId: string; type: string; cause: unknown }>(
    'warn',
    'Failed to deliver a stream event to the event bus; it is lost.',
    { StreamEventsLost: 1 },
  ),
  'control.bus-event.delayed': event<{ events: number; cause: unknown }>(
    'warn',
    'The event bus did not accept stream events; they will be resent.',
  ),
  'control.fleet.measured': event<{
    fleet: 'ingest' | 'encoder';
    pool: string;
    members: number;
    streams: number;
    headroomStreams: number;
    utilizationPercent: number;
  }>('info', 'Fleet load and headroom, summed over its live members.', {
    FleetMembers: 'members',
    FleetStreams: 'streams',
    FleetHeadroomStreams: 'headroomStreams',
    FleetUtilization: 'utilizationPercent',
  }),
} as const;
