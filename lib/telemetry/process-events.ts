import { event } from './event.ts';

/** What every program says of itself. */
export const processEvents = {
  'process.ready': event<{ role: string; name: string; port: number }>(
    'info',
    'The program is up and takes work.',
  ),
  'process.stopping': event<{ signal: string }>(
    'info',
    'The program was asked to stop and finishes its work.',
  ),
  'process.failed': event<{ code: string; reason: string; mend?: string }>(
    'error',
    'The program cannot go on.',
    { ProgramFailures: 1 },
  ),
} as const;
