import type { AlarmRow } from '../alarm-definition.ts';

/** Viewers' way to the workers. */
export const liveOriginAlarms = {
  NoHealthyLiveOrigins: {
    title: 'No healthy live origins',
    means:
      'CloudFront gets nothing from workers any more: all viewers of this region are at standard latency, up to 20 s behind.',
    reads: { aws: 'HealthyLiveOrigins' },
    bad: ['<', 1],
    periodSeconds: 60,
    periods: [2, 2],
    onlyWith: 'liveOrigins',
    missing: 'bad',
    because:
      'Two minutes are longer than a replacement takes. The balancer reports the count every minute as long as it has targets, so no data means no targets.',
  },
  LiveFallbacks: {
    title: 'Live requests left to the bucket',
    means:
      'At least one in twenty requests for streams on air finds no worker that answers in time: these viewers fall back to standard latency.',
    reads: { metric: 'LiveFallbackPercent' },
    bad: ['>=', 5],
    periodSeconds: 60,
    periods: [3, 5],
    onlyWith: 'liveOrigins',
    missing: 'good',
    because:
      'A worker that dies or is replaced leaves its streams without answers for seconds; three minutes out of five are more. No data means that nobody watches live.',
  },
  LiveAnswersLate: {
    title: 'Live answers late',
    means: 'Held requests wait for three parts instead of one: players at two seconds stall.',
    reads: { metric: 'LiveHeldMs' },
    bad: ['>=', 'heldMs'],
    periodSeconds: 60,
    periods: [3, 5],
    onlyWith: 'liveOrigins',
    missing: 'good',
    because:
      'A request for the next part is held for one part at most. A publisher that stalls delays only its own stream, and the 95th percentile of all hardly. No data means that nobody watches live.',
  },
} as const satisfies Readonly<Record<string, AlarmRow>>;
