import { event } from './event.ts';

/** Events of the edge, the shield and the live origin. */
export const edgeEvents = {
  'edge.fill.failed': event<{ key: string; served: 'stale' | 'error' | 'nothing'; cause: unknown }>(
    'warn',
    'Failed to fetch an object from the next tier; `served` is what clients got instead.',
  ),
  'edge.live-origin.lost': event<{ cause: unknown }>(
    'warn',
    'The live origin does not answer: viewers get what the object store has, with standard latency.',
  ),
  'edge.live-origin.back': event<Record<never, never>>('info', 'The live origin answers again.'),
  'edge.worker.lost': event<{ worker: string; cause: unknown }>(
    'warn',
    'A worker does not answer the live origin; requests for what comes next wait for its successor.',
  ),
  'edge.worker.back': event<{ worker: string }>('info', 'The worker answers the live origin again.'),
  'edge.leases.unreadable': event<{ cause: unknown }>(
    'error',
    'The live origin failed to read leases; streams stay with the workers that it knows.',
  ),
  'edge.leases.readable': event<Record<never, never>>('info', 'The live origin reads leases again.'),
  'edge.fleet.unreadable': event<{ cause: unknown }>(
    'error',
    'The live origin failed to read where workers answer; those that it knows stay known.',
  ),
  'edge.fleet.readable': event<Record<never, never>>(
    'info',
    'The live origin reads again where workers answer.',
  ),
  'edge.relay-keys.loaded': event<{ source: string; keys: number }>(
    'info',
    'The live origin loaded the keys that it proves itself to workers with.',
  ),
  'edge.relay-keys.rejected': event<{ source: string; cause: Error }>(
    'error',
    'The live origin failed to read the relay keys; the last known ones stay in use.',
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
