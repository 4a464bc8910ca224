import { type AlarmRow, silence } from './alarm-definition.ts';
import { controlAlarms } from './alarms/control.ts';
import { encoderAlarms } from './alarms/encoder.ts';
import { ingestAlarms } from './alarms/ingest.ts';
import { liveOriginAlarms } from './alarms/live-origin.ts';

/** The alarms of a region, in path order. The key is the construct id. */
export const regionAlarms = {
  CanaryFailing: {
    title: 'Canary failing',
    means:
      'Broadcasts that the platform sends itself every 15 minutes do not reach viewers as they should, or the canary cannot run.',
    reads: { metric: 'CanaryPassed' },
    bad: ['<', 1],
    periodSeconds: 900,
    periods: [2, 2],
    onlyWith: 'canary',
    missing: 'bad',
    because:
      'One run ends in each period. A single failed request fails a run, so one failure may be chance; two in a row are not. No data means that no run came to its end.',
  },
  ...ingestAlarms,
  ...encoderAlarms,
  ...liveOriginAlarms,
  ...controlAlarms,
  ProgramFailures: {
    title: 'Programs failing',
    means: 'Programs or functions exit with a fault, perhaps in a loop.',
    reads: { metric: 'ProgramFailures' },
    bad: ['>=', 2],
    periodSeconds: 300,
    periods: [2, 3],
    missing: 'good',
    because: `ECS restarts a failed program: one that recovers is not worth waking anyone, a loop is. ${silence}`,
  },
} as const satisfies Readonly<Record<string, AlarmRow>>;
