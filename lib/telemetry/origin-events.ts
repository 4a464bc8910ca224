import { event } from './event.ts';

/** What the origin says. */
export const originEvents = {
  'origin.request.failed': event<{ method: string; path: string; status: number; cause: unknown }>(
    'error',
    'The origin could not do what was asked; the disk may be full or failing. A full disk is told of once.',
  ),
  'origin.room.found': event<{ refused: number; forMs: number }>(
    'info',
    'There is room on the disk again, after so many writes found none.',
  ),
} as const;
