import { event } from './event.ts';

/** One publish session: `session` and the publisher's address; `stream` once its key was read. Never a key. */
interface Session {
  readonly session: string;
  readonly client: string;
}
interface StreamSession extends Session {
  readonly stream: string;
}

/** What an ingest proxy says. */
export const ingestEvents = {
  'ingest.connection.refused': event<{ client: string; cause: unknown }>(
    'warn',
    'A connection ended before RTMP began: too many connections, a bad PROXY header or a failed TLS handshake.',
  ),
  'ingest.session.closed': event<Session & { code: string; reason: string }>(
    'warn',
    'A connection was closed before it published.',
  ),
  'ingest.publish.refused': event<Session & { stream?: string; code: string; reason: string }>(
    'warn',
    'A publisher was refused.',
  ),
  'ingest.publish.started': event<
    StreamSession & { worker: string; broadcast: string; epoch: number; tookMs: number }
  >('info', 'A publisher is on air.'),
  'ingest.publish.ended': event<StreamSession & { code: string; reason: string; receivedBytes: number }>(
    'info',
    'A publisher is off air.',
  ),
  'ingest.worker.passed': event<StreamSession & { worker: string; reason: string }>(
    'warn',
    'A worker did not take a stream; another is tried.',
  ),
  'ingest.worker.lost': event<StreamSession & { worker: string; reason: string }>(
    'warn',
    'The link to a worker broke or the worker is leaving; the publisher is kept and moves to another worker.',
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
  >('info', 'A publisher moved to another worker, with what it had not published replayed.'),
  'ingest.replay.overflowed': event<StreamSession & { heldBytes: number }>(
    'warn',
    'More unpublished media than the replay limit; the oldest was let go and cannot be replayed.',
  ),
  'ingest.store.unavailable': event<{ operation: string; cause: unknown }>(
    'error',
    'The control store cannot be reached. Streams on air go on; new publishers are refused.',
  ),
  'ingest.store.available': event<{ operation: string }>('info', 'The control store can be reached again.'),
  'ingest.certificate.loaded': event<{ file: string }>(
    'info',
    'The TLS certificate was replaced; connections stand.',
  ),
  'ingest.certificate.rejected': event<{ file: string; cause: unknown }>(
    'error',
    'The new TLS certificate cannot be used; the old one stays.',
  ),
} as const;
