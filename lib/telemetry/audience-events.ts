import { event } from './event.ts';

/** Events of counting viewers. They carry sums, and nothing about any one viewer. */
export const audienceEvents = {
  'audience.measured': event<{
    viewers: number;
    /** Streams with viewers. */
    streams: number;
    /** Waiting for media as a share of watching, in percent; absent if few watch. */
    rebufferPercent?: number;
    /** The time to the first picture that 95 of 100 viewers had at most; absent if nobody began. */
    startupMs?: number;
  }>('info', 'Viewers counted; logged every 10 s while somebody watches.', {
    Viewers: 'viewers',
    RebufferPercent: 'rebufferPercent',
    ViewerStartupMs: 'startupMs',
  }),
  'audience.takes.lost': event<{ lost: number; cause: unknown }>(
    'warn',
    'Failed to write the audience of some streams; the next writing says how many watch then.',
  ),
  'audience.edge.unreadable': event<{ cause: unknown }>(
    'warn',
    'Failed to ask the edge who watches; reported once until it answers again.',
  ),
} as const;
