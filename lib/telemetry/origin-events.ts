import { event } from './event.ts';

/** Events of the origin. */
export const originEvents = {
  'origin.request.failed': event<{ method: string; path: string; status: number; cause: unknown }>(
    'error',
    'Origin request failed; the disk may be full or failing. A full disk is logged only once.',
  ),
  'origin.room.found': event<{ refused: number; forMs: number }>(
    'info',
    'Disk space available again; `refused` writes failed while it was full.',
  ),
} as const;
