import { event } from './event.ts';

/** Events of the edge and the shield. */
export const edgeEvents = {
  'edge.fill.failed': event<{ key: string; served: 'stale' | 'error' | 'nothing'; cause: unknown }>(
    'warn',
    'Failed to fetch an object from the next tier; `served` is what clients got instead.',
  ),
  'edge.denials.changed': event<{ denied: number; playback: number; revoked: number }>(
    'info',
    'Rules updated: number of streams taken down, of streams whose playback was changed, and of revoked sessions.',
  ),
  'edge.denials.unreadable': event<{ cause: unknown }>(
    'error',
    'Failed to read the rules; the last known ones stay in force.',
  ),
  'edge.playback-keys.changed': event<Record<never, never>>('info', 'Playback signing keys updated.'),
  'edge.playback-keys.unreadable': event<{ cause: unknown }>(
    'error',
    'Failed to read the playback signing keys; the last known ones stay in use.',
  ),
  'edge.live.load': event<{
    /** Requests for what a live worker may have, since the last line. */
    requests: number;
    /** Of these, those that it left to the store although the stream is on air: the worker gone, slow or wrong. In percent; absent without requests. */
    fallbackPercent?: number;
    /** The 95th percentile of how long held requests waited; absent without any. */
    heldMs?: number;
  }>('info', 'Live origin load; logged every 10 s.', {
    LiveRequests: 'requests',
    LiveFallbackPercent: 'fallbackPercent',
    LiveHeldMs: 'heldMs',
  }),
} as const;
