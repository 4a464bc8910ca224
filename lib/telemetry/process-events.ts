import { event } from './event.ts';

/** Events that every program emits. */
export const processEvents = {
  'process.ready': event<{ role: string; name: string; port: number }>('info', 'Program ready for work.'),
  'process.stopping': event<{ signal: string }>('info', 'Stop requested; finishing current work.'),
  'process.failed': event<{ code: string; reason: string; mend?: string }>(
    'error',
    'Program failed and cannot continue.',
    { ProgramFailures: 1 },
  ),
} as const;
