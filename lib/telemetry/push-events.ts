import { event } from './event.ts';

/** A push of a publish session to another server. Never its key, nor the words of a server that might hold it. */
interface Push {
  readonly session: string;
  readonly stream: string;
  readonly destination: string;
}

/** What an ingest proxy says of its pushes to other servers. */
export const pushEvents = {
  'push.load': event<{ live: number; failing: number; queuedBytes: number }>(
    'info',
    'Pushes that the proxy has to do; said every 10 s while there are any.',
    { PushesLive: 'live', PushesFailing: 'failing' },
  ),
  'push.live': event<Push>('info', 'Another server takes the stream.'),
  'push.waiting': event<Push & { detail: string; againMs: number }>(
    'warn',
    'Another server does not take the stream; it is tried again.',
  ),
  'push.refused': event<Push & { detail: string }>(
    'warn',
    'Another server does not take the stream, and is not tried again until its settings change.',
  ),
  'push.ended': event<Push & { sentMs: number }>('info', 'A push is over.'),
  'push.shed': event<Push & { messages: number; bytes: number }>(
    'warn',
    'Another server is too slow: it misses whole groups of pictures. Said at most every 10 s.',
    { PushesShed: 1 },
  ),
  'push.source.lost': event<{ session: string; stream: string; cause: unknown }>(
    'warn',
    'What a publisher sends cannot be read or pushed on. Its stream goes on, without its pushes.',
  ),
  'push.store.unavailable': event<{ session: string; stream: string; cause: unknown }>(
    'warn',
    'The settings or the state of pushes cannot be read or written; they go on as they are.',
  ),
  'push.story.lost': event<{ session: string; stream: string; events: number; cause: unknown }>(
    'error',
    'Lines of a stream’s story about its pushes were never written.',
    { StreamEventsLost: 'events' },
  ),
} as const;
