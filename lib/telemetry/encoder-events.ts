import { event } from './event.ts';

interface About {
  stream: string;
  broadcast?: string;
}

/** Events of an encoder worker. */
export const encoderEvents = {
  'encoder.ffmpeg.found': event<{ path: string; source: string; version: string }>(
    'info',
    'ffmpeg selected for encoding.',
  ),
  'encoder.load': event<{
    broadcasts: number;
    capacity: number;
    utilizationPercent: number;
    pool: string;
    /** 1 while the control store is unavailable, else 0. */
    storeUnavailable: 0 | 1;
  }>('info', 'Worker load; logged every 10 s.', {
    EncoderBroadcasts: 'broadcasts',
    EncoderUtilization: 'utilizationPercent',
    ControlStoreUnavailable: 'storeUnavailable',
  }),
  'encoder.session.opened': event<{ stream: string; session: string; proxy: string; client: string }>(
    'info',
    'Publish session opened by a proxy.',
  ),
  /** `reason`: a row of lib/protocol/refusals.ts. `detail`: as sent to the proxy. */
  'encoder.session.refused': event<{
    stream: string;
    session: string;
    reason: string;
    detail: string;
    cause?: unknown;
  }>('warn', 'Publish session refused.'),
  'encoder.session.closed': event<{ stream: string; session: string; cause?: unknown }>(
    'info',
    'Relay link of a publish session closed.',
  ),
  'encoder.link.faulty': event<{ cause: unknown }>(
    'warn',
    'Malformed data on a relay link; the link was closed.',
  ),
  /** `links`: refused since the last such event, at most one a second; `cause` is that of the first. */
  'encoder.link.refused': event<{ client: string; links: number; cause: unknown }>(
    'warn',
    'Refused relay links that are not from our proxies: no genuine hello, too late, or too many at once.',
    { RelayLinksRefused: 'links' },
  ),
  'encoder.relay-keys.loaded': event<{ source: string; keys: number }>(
    'info',
    'Relay keys rotated; open links are unaffected.',
  ),
  'encoder.relay-keys.rejected': event<{ source: string; cause: unknown }>(
    'error',
    'New relay keys are unusable; still using the old ones.',
    { RelayKeysRejected: 1 },
  ),
  'encoder.broadcast.state': event<About & { state: string; trigger: string }>(
    'info',
    'Broadcast state changed.',
  ),
  'encoder.broadcast.live': event<About & { startupMs: number }>(
    'info',
    'First segment published; the broadcast is playable.',
    { TimeToFirstSegmentMs: 'startupMs' },
  ),
  'encoder.broadcast.ended': event<About & { reason: string; durationMs: number }>(
    'info',
    'Broadcast ended.',
  ),
  'encoder.recording.incomplete': event<About & { detail: string; lostSegments: number; cause?: unknown }>(
    'error',
    'Recording incomplete: segments are missing, or its playlists were not closed.',
    { RecordingsIncomplete: 1 },
  ),
  'encoder.broadcast.caught-up': event<About & { epoch: number; tookMs: number }>(
    'info',
    'First segment of this worker published in time: the broadcast keeps real time here.',
  ),
  'encoder.handover.done': event<About & { tookMs: number; inRealTime: boolean }>(
    'info',
    'Broadcast handed over by a draining worker; `inRealTime` is true if the worker that took it says that it keeps real time.',
  ),
  'encoder.handover.incomplete': event<About & { lostSegments: number; cause: unknown }>(
    'warn',
    'Broadcast handed over before all its segments reached the origin; if the publisher is still connected, its proxy replays the missing media.',
  ),
  'encoder.journal.incomplete': event<About & { events: number; record: boolean; cause: unknown }>(
    'error',
    "Failed to write the broadcast's last journal events to the control store.",
    { StreamEventsLost: 'events' },
  ),
  'encoder.refusals.delayed': event<{ cause: unknown }>(
    'warn',
    "Failed to write publishers whose media can't be used into their streams' journals; they will be written with the next ones.",
  ),
  'encoder.refusals.incomplete': event<{ attempts: number }>(
    'warn',
    "Publishers whose media can't be used are missing from their streams' journals: too many streams at once, or the program stopped.",
  ),
  /** `reasons`: their codes, worst first, with commas. */
  'encoder.health.changed': event<About & { verdict: string; was: string; reasons: string }>(
    'info',
    'Verdict on what the publisher sends and how it is encoded changed.',
  ),
  /** Logged once until it succeeds again. */
  'encoder.health.unwritten': event<About & { cause: unknown }>(
    'warn',
    "Failed to read or write the broadcast's health in the control store; what was measured meanwhile may be missing.",
  ),
  'encoder.ffmpeg.started': event<About & { run: number; pid?: number; fromNumber: number; args: string }>(
    'info',
    'ffmpeg started for the broadcast.',
  ),
  'encoder.ffmpeg.crashed': event<
    About & { run: number; code: number | null; signal: string | null; said: string }
  >('warn', 'ffmpeg exited before its input ended; restarting it.', { FfmpegCrashes: 1 }),
  'encoder.ffmpeg.stuck': event<About & { withinMs: number }>(
    'error',
    'ffmpeg did not finish its input within `withinMs` and was killed; the media it had not encoded is lost.',
    { FfmpegCrashes: 1 },
  ),
  /** Without `lagMs`: ffmpeg crashed soon after the rendition had come back. */
  'encoder.ladder.shed': event<About & { rendition: string; lagMs?: number }>(
    'warn',
    'Encoder overloaded (behind real time); turned off the top rendition.',
    { RenditionsShed: 1 },
  ),
  'encoder.ladder.restored': event<About & { rendition: string }>(
    'info',
    'Encoder has room again; turned the rendition back on.',
  ),
  'encoder.ladder.size-refused': event<About & { rendition: string }>(
    'warn',
    "The publisher's picture has had too many sizes: this one gets the configured renditions only.",
  ),
  'encoder.slate.failed': event<About & { cause: unknown }>(
    'warn',
    'Slate unavailable while the publisher is disconnected; the last picture stays on screen.',
  ),
  'encoder.input.unusable': event<About & { code: string; reason: string }>(
    'warn',
    'The publisher is sending media that cannot be encoded.',
    { InputsUnusable: 1 },
  ),
  'encoder.message.skipped': event<About & { cause: unknown }>(
    'warn',
    'Skipped a message of the publisher that cannot be read or handled. Its broadcast goes on.',
  ),
  'encoder.keyframe.awaited': event<About>(
    'warn',
    'The publisher sends video without a key frame or recovery point to start from; without one within 25 s it is refused.',
  ),
  'encoder.tracks.ignored': event<About & { type: 'audio' | 'video' }>(
    'info',
    'The publisher sends several tracks (enhanced RTMP multitrack); only track 0 is used.',
  ),
  'encoder.broadcast.faulty': event<About & { cause: unknown }>(
    'error',
    'A step of a broadcast failed unexpectedly. The broadcast goes on without what failed, or ends; others are unaffected.',
  ),
  'encoder.input.throttled': event<About & { leadMs: number; backlogBytes: number }>(
    'info',
    'Input paused: the publisher is sending faster than real time, or faster than ffmpeg can encode.',
  ),
  'encoder.segment.late': event<
    About & { number: number; segments: number; lateMs: number; publisherLateMs: number }
  >(
    'warn',
    'Segments reached the origin late enough to stall players, and the publisher is not the cause; `number` is the last of them.',
    { SegmentsLate: 'segments' },
  ),
  'encoder.origin.trouble': event<About & { queuedSegments: number; cause: unknown }>(
    'warn',
    'Writes to the origin are failing; retrying.',
    { OriginPutErrors: 1 },
  ),
  'encoder.origin.full': event<About & { queuedSegments: number; cause: unknown }>(
    'error',
    'The origin is full. Segments are held in memory until space is free; if too many queue up, the oldest are lost.',
    { OriginPutErrors: 1 },
  ),
  'encoder.origin.recovered': event<About & { downMs: number; lostSegments: number }>(
    'info',
    'The origin is accepting writes again.',
    { SegmentsLost: 'lostSegments' },
  ),
  'encoder.lease.lost': event<About & { epoch: number }>(
    'warn',
    'Lost the lease to another worker; stopped writing.',
    { LeasesLost: 1 },
  ),
  'encoder.lease.unreleased': event<About & { epoch: number; cause: unknown }>(
    'warn',
    'Failed to release the lease; other workers can take it once it expires.',
  ),
  'encoder.sweep.failed': event<{ cause: unknown }>(
    'warn',
    'Failed to sweep for abandoned broadcasts; will retry.',
  ),
  'encoder.leave.failed': event<{ cause: unknown }>(
    'warn',
    'Failed to deregister the worker from the fleet; others will drop it once its heartbeat times out.',
  ),
  'encoder.control.unavailable': event<{ cause: unknown }>(
    'error',
    'Control store unavailable or rejecting writes; running broadcasts continue.',
  ),
  'encoder.control.recovered': event<{ downMs: number }>(
    'info',
    'Control store recovered: it has worked for a full lease duration.',
  ),
  'encoder.protection.changed': event<{ held: boolean }>(
    'info',
    'Scale-in protection changed; `held` is true while the worker has broadcasts.',
  ),
  'encoder.protection.failed': event<{ request: string; cause: unknown }>(
    'warn',
    'Failed to change scale-in protection; will retry. If the worker is stopped, it hands its broadcasts over.',
  ),
  'encoder.clock.corrected': event<{ offMs: number }>(
    'warn',
    "Host clock differs from the origin's by `offMs`; manifests and journals use the origin's time. 0 means the clock is correct again.",
  ),
  'encoder.draining': event<{ broadcasts: number }>(
    'info',
    'Draining: the worker accepts no new streams and is finishing the ones it has.',
  ),
} as const;
