import { event } from './event.ts';

/** One publish session: `session` and the publisher's address; `stream` once its key was read. Never a key. */
interface Session {
  readonly session: string;
  readonly client: string;
}
interface StreamSession extends Session {
  readonly stream: string;
}

/** The rows of lib/protocol/refusals.ts: `reason` is what the broadcaster reads, `detail` what exactly was wrong. */
interface Refused extends Session {
  readonly stream?: string;
  readonly code: string;
  readonly reason: string;
  readonly detail?: string;
  readonly cause?: unknown;
}

interface OnAir extends StreamSession {
  readonly code: string;
  readonly reason: string;
  readonly detail?: string;
  readonly receivedBytes: number;
}

/** What an ingest proxy says. */
export const ingestEvents = {
  'ingest.load': event<{
    sessions: number;
    capacity: number;
    /** 1 while the control store cannot be used, else 0. */
    storeUnavailable: 0 | 1;
    /** Of the certificate that is shown now; absent where that is not known. */
    certificateDaysLeft?: number;
  }>('info', 'What the proxy has to do; said every 10 s.', {
    IngestSessions: 'sessions',
    ControlStoreUnavailable: 'storeUnavailable',
    CertificateDaysLeft: 'certificateDaysLeft',
  }),
  'ingest.draining': event<{ sessions: number; withinMs: number }>(
    'info',
    'The proxy listens no more; its publishers may go on for a while, then they are told to come again.',
  ),
  'ingest.connection.refused': event<{ client: string; cause: unknown }>(
    'warn',
    'A connection ended before RTMP began: a bad PROXY header or a failed TLS handshake.',
  ),
  'ingest.connection.unserved': event<{ client: string; cause: unknown }>(
    'warn',
    'A connection was closed as it came: the proxy is full or stops.',
    { PublishersUnserved: 1 },
  ),
  'ingest.session.closed': event<Session & { code: string; reason: string }>(
    'warn',
    'A connection was closed before it published.',
  ),
  'ingest.publish.refused': event<Refused>(
    'warn',
    'A publisher was refused for a reason of its own: its key, a stream that is in use, what it sent.',
    { PublishersRefused: 1 },
  ),
  'ingest.publish.unserved': event<Refused>(
    'error',
    'A publisher was turned away by a fault of ours: no worker took its stream, or its key could not be checked.',
    { PublishersUnserved: 1 },
  ),
  'ingest.publish.started': event<
    StreamSession & { worker: string; broadcast: string; epoch: number; tookMs: number }
  >('info', 'A publisher is on air.', { PublishersStarted: 1, PublishAcceptMs: 'tookMs' }),
  'ingest.publish.ended': event<OnAir>('info', 'A publisher is off air.'),
  'ingest.publish.dropped': event<OnAir>(
    'error',
    'A publisher on air was cut off by a fault of ours: its worker was gone and no other took the stream in time.',
    { PublishersDropped: 1 },
  ),
  /** `detail`: the worker's own words. */
  'ingest.worker.passed': event<StreamSession & { worker: string; reason: string; detail?: string }>(
    'warn',
    'A worker did not take a stream; another is tried.',
  ),
  'ingest.worker.lost': event<StreamSession & { worker: string; reason: string }>(
    'warn',
    'The link to a worker broke; the publisher is kept and moves to another worker.',
    { WorkersLost: 1 },
  ),
  'ingest.worker.leaving': event<StreamSession & { worker: string }>(
    'info',
    'A worker is about to stop; its publisher moves to another worker.',
  ),
  'ingest.worker.changed': event<
    StreamSession & {
      worker: string;
      broadcast: string;
      epoch: number;
      replayFromMs: number;
      replayedBytes: number;
      tookMs: number;
    }
  >('info', 'A publisher moved to another worker, with what it had not published replayed.', {
    PublishersMoved: 1,
  }),
  'ingest.replay.overflowed': event<StreamSession & { heldBytes: number }>(
    'warn',
    'More unpublished media than the replay limit; the oldest was let go and cannot be replayed.',
    { ReplayOverflows: 1 },
  ),
  'ingest.journal.delayed': event<{ cause: unknown }>(
    'warn',
    "Failed to write refused publishers into their streams' journals; they will be written with the next ones.",
  ),
  'ingest.journal.incomplete': event<{ attempts: number }>(
    'warn',
    "Refused publishers are missing from their streams' journals: too many streams at once, or the program stopped.",
  ),
  'ingest.store.unavailable': event<{ operation: string; cause: unknown }>(
    'error',
    'The control store cannot be reached. Streams on air go on; new publishers are refused.',
  ),
  'ingest.store.available': event<{ operation: string }>('info', 'The control store can be reached again.'),
  'ingest.certificate.loaded': event<{ source: string }>(
    'info',
    'The TLS certificate was replaced; connections stand.',
  ),
  'ingest.certificate.rejected': event<{ source: string; cause: unknown }>(
    'error',
    'The new TLS certificate cannot be used; the old one stays.',
    { CertificateRejected: 1 },
  ),
  'ingest.certificate.renewed': event<{ source: 'acm' | 'self-signed'; end: string }>(
    'info',
    'Proxies are given a new TLS certificate.',
  ),
  'ingest.certificate.kept': event<{ source: 'acm' | 'self-signed' }>(
    'info',
    'The TLS certificate that proxies have is still the right one.',
  ),
} as const;
