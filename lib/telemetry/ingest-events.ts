import { event } from './event.ts';

/** One publish session: `session` and the publisher's address; `stream` once the key has been read. Never the key. */
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

/** Events of an ingest proxy. */
export const ingestEvents = {
  /** `sessions`: publishers; `sockets`: all open connections. */
  'ingest.load': event<{
    sessions: number;
    sockets: number;
    capacity: number;
    /** 1 while the control store is unavailable, else 0. */
    storeUnavailable: 0 | 1;
    /** Of the certificate being served; absent if unknown. */
    certificateDaysLeft?: number;
  }>('info', 'Proxy load; logged every 10 s.', {
    IngestSessions: 'sessions',
    IngestSockets: 'sockets',
    ControlStoreUnavailable: 'storeUnavailable',
    CertificateDaysLeft: 'certificateDaysLeft',
  }),
  'ingest.draining': event<{ sessions: number; withinMs: number }>(
    'info',
    'Draining: the proxy stopped listening. Its publishers may continue for `withinMs`, then are asked to reconnect.',
  ),
  'ingest.connections.crowded': event<{ connections: number; client: string }>(
    'warn',
    'Closed the oldest of too many connections without a valid key, so that others get in; counted every 10 s. `client` is the latest of them.',
    { ConnectionsCrowdedOut: 'connections' },
  ),
  'ingest.connection.refused': event<{ client: string; cause: unknown }>(
    'warn',
    'Connection failed before RTMP began: bad PROXY header, or one that is not from a balancer, or failed TLS handshake.',
  ),
  'ingest.connection.unserved': event<{ client: string; cause: unknown }>(
    'warn',
    'Connection closed on arrival: the proxy is full or stopping.',
    { PublishersUnserved: 1 },
  ),
  'ingest.session.closed': event<Session & { code: string; reason: string }>(
    'warn',
    'Connection closed before it published.',
  ),
  /** `client`: an address, of IPv6 the /64. */
  'ingest.guesses.dropped': event<{ client: string; dropped: number }>(
    'warn',
    'Connections closed without an answer: their address sends one wrong stream key after the other. `dropped` since this was last logged for it.',
  ),
  'ingest.publish.refused': event<Refused>(
    'warn',
    'Publisher rejected through its own fault: its key, a stream already in use, or what it sent.',
    { PublishersRefused: 1 },
  ),
  'ingest.publish.unserved': event<Refused>(
    'error',
    'Publisher rejected through our fault: no worker accepted its stream, or its key could not be checked.',
    { PublishersUnserved: 1 },
  ),
  'ingest.publish.started': event<
    StreamSession & { worker: string; broadcast: string; epoch: number; tookMs: number }
  >('info', 'Publisher on air.', { PublishersStarted: 1, PublishAcceptMs: 'tookMs' }),
  'ingest.publish.ended': event<OnAir>('info', 'Publisher off air.'),
  'ingest.publish.dropped': event<OnAir>(
    'error',
    'Publisher on air disconnected through our fault: its worker was lost and no other accepted the stream in time.',
    { PublishersDropped: 1 },
  ),
  /** `detail`: the worker's own words. */
  'ingest.worker.passed': event<StreamSession & { worker: string; reason: string; detail?: string }>(
    'warn',
    'Worker declined a stream; trying another.',
  ),
  'ingest.worker.lost': event<StreamSession & { worker: string; reason: string }>(
    'warn',
    'Link to a worker broke; keeping the publisher connected and moving it to another worker.',
    { WorkersLost: 1 },
  ),
  'ingest.worker.leaving': event<StreamSession & { worker: string }>(
    'info',
    'Worker is about to stop; moving its publisher to another worker.',
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
  >('info', 'Publisher moved to another worker; unpublished media was replayed.', {
    PublishersMoved: 1,
  }),
  'ingest.replay.overflowed': event<StreamSession & { heldBytes: number }>(
    'warn',
    'Unpublished media exceeded the replay limit; the oldest was dropped and cannot be replayed.',
    { ReplayOverflows: 1 },
  ),
  'ingest.message.skipped': event<Session & { stream?: string; cause: unknown }>(
    'warn',
    'Skipped a message of the publisher that cannot be read; it is not kept for another worker. The publisher stays connected.',
  ),
  'ingest.leave.failed': event<{ cause: unknown }>(
    'warn',
    'Failed to deregister the proxy from the fleet; others will drop it once its heartbeat times out.',
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
    'Control store unreachable. Streams on air continue; new publishers are rejected.',
  ),
  'ingest.store.available': event<{ operation: string }>('info', 'Control store reachable again.'),
  'ingest.relay-keys.loaded': event<{ source: string; keys: number }>(
    'info',
    'Relay keys rotated; open links are unaffected.',
  ),
  'ingest.relay-keys.rejected': event<{ source: string; cause: unknown }>(
    'error',
    'New relay keys are unusable; still using the old ones.',
    { RelayKeysRejected: 1 },
  ),
  'ingest.certificate.loaded': event<{ source: string }>(
    'info',
    'TLS certificate replaced; open connections are unaffected.',
  ),
  'ingest.certificate.rejected': event<{ source: string; cause: unknown }>(
    'error',
    'New TLS certificate is unusable; still serving the old one.',
    { CertificateRejected: 1 },
  ),
  'ingest.certificate.renewed': event<{ source: 'acm' | 'self-signed'; keyType: 'ec' | 'rsa'; end: string }>(
    'info',
    'New TLS certificate stored for the proxies.',
  ),
  'ingest.certificate.kept': event<{ source: 'acm' | 'self-signed'; keyType: 'ec' | 'rsa' }>(
    'info',
    'TLS certificate of the proxies is still current.',
  ),
} as const;
