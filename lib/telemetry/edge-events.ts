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
} as const;
