import { event } from './event.ts';

/** What the edge and the shield say. */
export const edgeEvents = {
  'edge.fill.failed': event<{ key: string; served: 'stale' | 'error' | 'nothing'; cause: unknown }>(
    'warn',
    'The next tier did not give an object; `served` says what the clients got.',
  ),
} as const;
