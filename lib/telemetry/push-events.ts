import { event } from './event.ts';

/** A push of a publish session to another server. Never its key, nor a server's reply, which might contain it. */
interface Push {
  readonly session: string;
  readonly stream: string;
  readonly destination: string;
}

/** Events of an ingest proxy's pushes to other servers. */
export const pushEvents = {
  'push.load': event<{ live: number; failing: number; queuedBytes: number }>(
    'info',
    'Push load; logged every 10 s while the proxy has pushes.',
    { PushesLive: 'live', PushesFailing: 'failing' },
  ),
  'push.live': event<Push>('info', 'Push live: the destination accepted the stream.'),
  'push.waiting': event<Push & { detail: string; againMs: number }>(
    'warn',
    'Push failed: the destination did not accept the stream; retrying in `againMs`.',
  ),
  'push.refused': event<Push & { detail: string }>(
    'warn',
    'Push rejected by the destination; no retry until its settings change.',
  ),
  'push.ended': event<Push & { sentMs: number }>('info', 'Push ended.'),
  'push.shed': event<Push & { messages: number; bytes: number }>(
    'warn',
    'Destination too slow: skipped whole GOPs. Logged at most every 10 s.',
    { PushesShed: 1 },
  ),
  'push.source.lost': event<{ session: string; stream: string; cause: unknown }>(
    'warn',
    "Failed to read the publisher's media for its pushes. The stream continues without them.",
  ),
  'push.store.unavailable': event<{ session: string; stream: string; cause: unknown }>(
    'warn',
    'Failed to read or write push settings or state; pushes continue unchanged.',
  ),
  'push.journal.lost': event<{ session: string; stream: string; events: number; cause: unknown }>(
    'error',
    "Push events were never written to a stream's journal.",
    { StreamEventsLost: 'events' },
  ),
} as const;
