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
    /** The process that a debugger can attach to, and the host and port for it. */
    inspector?: { process: string; at: string };
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
  'watch.restarting': event<{ files: readonly string[]; processes: readonly string[] }>(
    'warn',
    'Source files changed; the processes that run them restart one after another.',
  ),
  'watch.source-fault': event<{ at: string; reason: string }>(
    'error',
    'The sources do not build; nothing restarts until they do.',
  ),
  'watch.own-source-changed': event<{ files: readonly string[] }>(
    'warn',
    'The supervisor runs these files too; restart npm run live to pick that up.',
  ),
  'demo.restarting': event<{ code: number | null }>(
    'warn',
    'The demo broadcaster ended and publishes again.',
  ),
} as const;
