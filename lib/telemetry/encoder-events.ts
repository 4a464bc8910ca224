import { event } from './event.ts';

interface About {
  stream: string;
  broadcast?: string;
}

/** What an encoder worker says. */
export const encoderEvents = {
  'encoder.ffmpeg.found': event<{ path: string; source: string; version: string }>(
    'info',
    'This ffmpeg does the encoding.',
  ),
  'encoder.load': event<{
    broadcasts: number;
    capacity: number;
    utilizationPercent: number;
    pool: string;
    /** 1 while the control store cannot be used, else 0. */
    storeUnavailable: 0 | 1;
  }>('info', 'What the worker has to do; said every 10 s.', {
    EncoderBroadcasts: 'broadcasts',
    EncoderUtilization: 'utilizationPercent',
    ControlStoreUnavailable: 'storeUnavailable',
  }),
  'encoder.session.opened': event<{ stream: string; session: string; proxy: string; client: string }>(
    'info',
    'A proxy brings a publisher.',
  ),
  /** `reason`: of lib/protocol/refusals.ts. `detail`: in words, as the proxy gets it. */
  'encoder.session.refused': event<{
    stream: string;
    session: string;
    reason: string;
    detail: string;
    cause?: unknown;
  }>('warn', 'Publisher refused.'),
  'encoder.session.closed': event<{ stream: string; session: string; cause?: unknown }>(
    'info',
    'The link of a publish session is closed.',
  ),
  'encoder.link.faulty': event<{ cause: unknown }>(
    'warn',
    'What came on a relay link could not be understood; it was closed.',
  ),
  'encoder.broadcast.state': event<About & { state: string; trigger: string }>(
    'info',
    'The broadcast has a new state.',
  ),
  'encoder.broadcast.live': event<About & { startupMs: number }>(
    'info',
    'The first segment is in the origin: viewers can play the broadcast.',
    { TimeToFirstSegmentMs: 'startupMs' },
  ),
  'encoder.broadcast.ended': event<About & { reason: string; durationMs: number }>(
    'info',
    'The broadcast is over.',
  ),
  'encoder.recording.incomplete': event<About & { detail: string; lostSegments: number; cause?: unknown }>(
    'error',
    'The recording of the broadcast is not whole, or its playlists were not closed.',
    { RecordingsIncomplete: 1 },
  ),
  'encoder.handover.incomplete': event<About & { lostSegments: number; cause: unknown }>(
    'warn',
    'The broadcast was left to another worker before all its segments were in the origin; a publisher that is still there is asked for them again by its proxy.',
  ),
  'encoder.story.incomplete': event<About & { events: number; record: boolean; cause: unknown }>(
    'error',
    'The control store did not take the last of what the broadcast had to tell.',
    { StreamEventsLost: 'events' },
  ),
  'encoder.ffmpeg.started': event<About & { run: number; pid?: number; fromNumber: number; args: string }>(
    'info',
    'An ffmpeg works for the broadcast.',
  ),
  'encoder.ffmpeg.crashed': event<
    About & { run: number; code: number | null; signal: string | null; said: string }
  >('warn', 'ffmpeg ended before its input did; another one is started.', { FfmpegCrashes: 1 }),
  'encoder.ffmpeg.stuck': event<About & { withinMs: number }>(
    'error',
    'ffmpeg did not work off its input in time and was killed; what it had not made is lost.',
    { FfmpegCrashes: 1 },
  ),
  'encoder.ladder.shed': event<About & { rendition: string; lagMs: number }>(
    'warn',
    'The machine cannot keep real time: the top rendition was given up.',
    { RenditionsShed: 1 },
  ),
  'encoder.slate.failed': event<About & { cause: unknown }>(
    'warn',
    'There is no slate to show while the publisher is away: the last picture stays.',
  ),
  'encoder.input.unusable': event<About & { code: string; reason: string }>(
    'warn',
    'The publisher sends what cannot be used.',
    { InputsUnusable: 1 },
  ),
  'encoder.input.throttled': event<About & { leadMs: number; backlogBytes: number }>(
    'info',
    'The publisher sends faster than real time or than ffmpeg works; reading waits.',
  ),
  'encoder.segment.late': event<
    About & { number: number; segments: number; lateMs: number; publisherLateMs: number }
  >(
    'warn',
    'Segments came to the origin so late that players may run dry, and not because the publisher is late; `number` is the last of them.',
    { SegmentsLate: 'segments' },
  ),
  'encoder.origin.trouble': event<About & { queuedSegments: number; cause: unknown }>(
    'warn',
    'The origin does not take all that is written; writing is tried again.',
    { OriginPutErrors: 1 },
  ),
  'encoder.origin.full': event<About & { queuedSegments: number; cause: unknown }>(
    'error',
    'The origin has no room left; segments wait in memory until there is some, and are lost when too many wait.',
    { OriginPutErrors: 1 },
  ),
  'encoder.origin.recovered': event<About & { downMs: number; lostSegments: number }>(
    'info',
    'The origin takes writes again.',
    { SegmentsLost: 'lostSegments' },
  ),
  'encoder.lease.lost': event<About & { epoch: number }>(
    'warn',
    'Another worker has the lease: this one stops writing.',
    { LeasesLost: 1 },
  ),
  'encoder.lease.unreleased': event<About & { epoch: number; cause: unknown }>(
    'warn',
    'The lease could not be let go of; other workers can have it when its time is over.',
  ),
  'encoder.sweep.failed': event<{ cause: unknown }>(
    'warn',
    'Broadcasts that nobody has could not be looked after; it is tried again.',
  ),
  'encoder.leave.failed': event<{ cause: unknown }>(
    'warn',
    'The worker could not take itself out of the fleet; others drop it as its heartbeat stays away.',
  ),
  'encoder.control.unavailable': event<{ cause: unknown }>(
    'error',
    'The control store does not answer, or takes no writes; running broadcasts go on.',
  ),
  'encoder.control.recovered': event<{ downMs: number }>(
    'info',
    'The control store has done its work for a lease time again.',
  ),
  'encoder.protection.changed': event<{ held: boolean }>(
    'info',
    'The platform was asked not to stop this worker while it has broadcasts, or may stop it again.',
  ),
  'encoder.protection.failed': event<{ request: string; cause: unknown }>(
    'warn',
    'The platform could not be asked whether it may stop this worker; it is tried again. A worker that is stopped hands its broadcasts over.',
  ),
  'encoder.clock.corrected': event<{ offMs: number }>(
    'warn',
    'The clock of this host is so far off that of the origin, whose time is taken for manifests and stories; 0: it is right again.',
  ),
  'encoder.draining': event<{ broadcasts: number }>(
    'info',
    'The worker takes no new streams and ends the ones that it has.',
  ),
} as const;
