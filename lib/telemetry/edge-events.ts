import { event } from './event.ts';

/** What the edge and the shield say. */
export const edgeEvents = {
  'edge.fill.failed': event<{ key: string; served: 'stale' | 'error' | 'nothing'; cause: unknown }>(
    'warn',
    'The next tier did not give an object; `served` says what the clients got.',
  ),
  'edge.denials.changed': event<{ denied: number }>(
    'info',
    'What is denied has changed: the streams that are taken down are so many now.',
  ),
  'edge.denials.unreadable': event<{ cause: unknown }>(
    'error',
    'The list of what is denied cannot be read; what was denied before is denied on.',
  ),
} as const;
