import { event } from './event.ts';

interface CanaryRun {
  readonly stream: string;
  readonly onAirMs?: number | undefined;
  readonly latencyMs?: number | undefined;
}

/** Events of the scheduled canary, one a run. */
export const canaryEvents = {
  'canary.passed': event<CanaryRun>('info', 'The canary found nothing wrong.', {
    CanaryPassed: 1,
    CanaryOnAirMs: 'onAirMs',
    CanaryLatencyMs: 'latencyMs',
  }),
  'canary.failed': event<CanaryRun & { faults: readonly string[] }>(
    'error',
    'The canary found what viewers or broadcasters would notice.',
    { CanaryPassed: 0, CanaryOnAirMs: 'onAirMs', CanaryLatencyMs: 'latencyMs' },
  ),
  'canary.unusable': event<{ reason: string }>('error', 'The canary could not run.', { CanaryPassed: 0 }),
} as const;
