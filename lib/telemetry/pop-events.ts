import { event } from './event.ts';

/** What the pop says. `target` is `host:rtmpPort`. */
export const popEvents = {
  'pop.target.in': event<{ target: string }>(
    'info',
    'A proxy answers its health check and gets connections.',
  ),
  'pop.target.out': event<{ target: string }>(
    'warn',
    'A proxy fails its health checks and gets no connections.',
  ),
  'pop.connect.failed': event<{ target: string; cause: unknown }>(
    'warn',
    'A proxy could not be reached; the next one is tried.',
  ),
  'pop.client.refused': event<{ client: string; kind: 'rtmp' | 'rtmps' }>(
    'warn',
    'No proxy took a client; its connection was closed.',
  ),
} as const;
