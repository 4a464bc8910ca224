import { event } from './event.ts';

/** Events of the pop. `target` is `host:rtmpPort`. */
export const popEvents = {
  'pop.target.in': event<{ target: string }>(
    'info',
    'Proxy passes its health checks; sending it connections.',
  ),
  'pop.target.out': event<{ target: string }>(
    'warn',
    'Proxy fails its health checks; no longer sending it connections.',
  ),
  'pop.connect.failed': event<{ target: string; cause: unknown }>(
    'warn',
    'Failed to connect to a proxy; trying the next one.',
  ),
  'pop.client.refused': event<{ client: string; kind: 'rtmp' | 'rtmps' }>(
    'warn',
    'No proxy accepted the client; closed its connection.',
  ),
} as const;
