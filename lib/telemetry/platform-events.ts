import { event } from './event.ts';

/** Events of the supervisor that runs the platform on one machine. */
export const platformEvents = {
  ready: event<{
    api: string;
    page: string;
    ingest: { rtmp: string; rtmps: string };
    edge: string;
    /** The supervisor's API: lists its processes, and kills or drains one. */
    processApi: string;
    processes: readonly { role: string; name: string; pid: number; port: number }[];
    demo?: { streamId: string; page: string };
    /** The process that a debugger can attach to, and the host and port for it. */
    inspector?: { process: string; at: string };
  }>('info', 'All platform processes are up.'),
  'process.exited': event<{
    process: string;
    code: number | null;
    signal: string | null;
    restartInMs: number;
  }>('error', 'Process exited; restarting it in `restartInMs`.'),
  'process.left': event<{ process: string; code: number | null; signal: string | null }>(
    'info',
    'Replaced process finished its remaining work and exited.',
  ),
  'process.restarted': event<{ process: string; pid: number }>('warn', 'Process restarted.'),
  'process.stop-asked': event<{ process: string; how: 'kill' | 'drain' }>(
    'warn',
    'Killing or draining a process on request.',
  ),
  'watch.restarting': event<{ files: readonly string[]; processes: readonly string[] }>(
    'warn',
    'Source files changed; restarting the processes that run them, one after another.',
  ),
  'watch.source-fault': event<{ at: string; reason: string }>(
    'error',
    'The sources do not build; nothing restarts until they do.',
  ),
  'watch.own-source-changed': event<{ files: readonly string[] }>(
    'warn',
    'The supervisor itself runs the changed files; restart npm run live to apply them.',
  ),
  'demo.restarting': event<{ code: number | null }>('warn', 'Demo broadcaster exited; restarting it.'),
} as const;
