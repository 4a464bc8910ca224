import { event } from './event.ts';

/** What the supervisor of one machine says. */
export const platformEvents = {
  ready: event<{
    api: string;
    page: string;
    ingest: { rtmp: string; rtmps: string };
    edge: string;
    /** Where the supervisor tells of its processes, and kills or drains one. */
    processApi: string;
    processes: readonly { role: string; name: string; pid: number; port: number }[];
    demo?: { streamId: string; page: string };
  }>('info', 'Every process of the platform is up.'),
  'process.exited': event<{
    process: string;
    code: number | null;
    signal: string | null;
    restartInMs: number;
  }>('error', 'A process ended and is started again.'),
  'process.left': event<{ process: string; code: number | null; signal: string | null }>(
    'info',
    'A process that has a successor already has finished what it had.',
  ),
  'process.restarted': event<{ process: string; pid: number }>('warn', 'A process is up again.'),
  'process.stop-asked': event<{ process: string; how: 'kill' | 'drain' }>(
    'warn',
    'A process is killed or drained because somebody asked for it.',
  ),
  'demo.restarting': event<{ code: number | null }>(
    'warn',
    'The demo broadcaster ended and publishes again.',
  ),
} as const;
