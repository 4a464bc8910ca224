import { event } from './event.ts';

/** Events of the edge and the shield. */
export const edgeEvents = {
  'edge.fill.failed': event<{ key: string; served: 'stale' | 'error' | 'nothing'; cause: unknown }>(
    'warn',
    'Failed to fetch an object from the next tier; `served` is what clients got instead.',
  ),
  'edge.denials.changed': event<{ denied: number }>(
    'info',
    'Takedown list updated; `denied` is the number of streams on it.',
  ),
  'edge.denials.unreadable': event<{ cause: unknown }>(
    'error',
    'Failed to read the takedown list; the last known list stays in force.',
  ),
} as const;
