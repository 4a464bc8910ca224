import { playerBufferMs, segmentMs } from '../../../packaging/segment-grid.ts';
import { type AlarmRow, silence } from '../alarm-definition.ts';

/** What a player has left when it requests the next segment. */
const leftSeconds = (playerBufferMs - segmentMs) / 1000;

/** What viewers get, in us-east-1 where CloudFront's metrics are. */
export const edgeAlarms = {
  DenialsUnreadable: {
    title: 'Edge cannot read its store',
    means: 'Signed streams are closed to all; viewers may see a stream that was taken down minutes ago.',
    reads: { metric: 'DenialsUnreadable' },
    bad: ['>=', 10],
    periodSeconds: 300,
    periods: [1, 1],
    missing: 'good',
    because: `A single lookup may fail; ten mean a fault in the store or its function. ${silence}`,
  },
  LiveOriginsUnattached: {
    title: 'Live origins not attached',
    means: 'Live origins may be missing from the distribution: their viewers have standard latency.',
    reads: { aws: 'LiveOriginErrors' },
    bad: ['>=', 1],
    periodSeconds: 300,
    periods: [1, 1],
    missing: 'good',
    because:
      'The function runs only during deploys, and nothing repeats a run whose retries failed. No data means no deploy.',
  },
  EdgeFunctionFailures: {
    title: 'Edge functions failing',
    means: 'Pages of streams come without link previews, or nobody counts viewers. Playback continues.',
    reads: { aws: 'EdgeFunctionErrors' },
    bad: ['>=', 3],
    periodSeconds: 300,
    periods: [2, 3],
    missing: 'good',
    because:
      'Both are called all the time and each call stands alone: what fails for ten minutes does not recover. No data means no calls.',
  },
  EdgeErrors: {
    title: 'Viewers getting errors from the edge',
    means: 'At least one in a hundred viewer requests gets a 5xx response.',
    reads: { aws: 'EdgeErrors' },
    bad: ['>=', 1],
    periodSeconds: 300,
    periods: [2, 3],
    missing: 'good',
    because:
      'Players recover from single errors, but not from ten minutes of them. No data means no viewers.',
  },
  ViewersRebuffering: {
    title: 'Viewers waiting for media',
    means: 'Of the time that viewers watch, at least 3 % is spent waiting: pictures stop again and again.',
    reads: { metric: 'RebufferPercent' },
    bad: ['>=', 3],
    periodSeconds: 300,
    periods: [2, 3],
    missing: 'good',
    because:
      'Half a percent is usual, and people leave from one on. Single viewers with a bad network are not counted alone: it is measured from ten viewers on. No data means fewer.',
  },
  EdgeOriginLatency: {
    title: 'Slow origin responses',
    means: 'At least one in twenty requests that the edge passes on to the origin takes more than a second.',
    reads: { aws: 'EdgeOriginLatency' },
    bad: ['>=', 1000],
    periodSeconds: 300,
    periods: [3, 3],
    missing: 'good',
    because: `S3 answers in 100 ms. A player has ${leftSeconds} s of buffer left when it requests a segment, and requests several. No data means no viewers.`,
  },
  EdgeHitRate: {
    title: 'Low edge cache hit rate',
    means: 'Under load, more than a third of requests go to the origin: requests are not being coalesced.',
    reads: { aws: 'EdgeHitRate' },
    bad: ['<', 65],
    periodSeconds: 300,
    periods: [3, 3],
    missing: 'good',
    because:
      'Evaluated only above 100 requests a second, because a few viewers of many streams share nothing. No data means fewer requests than that.',
  },
} as const satisfies Readonly<Record<string, AlarmRow>>;

/** Requests in five minutes below which the edge's hit rate is meaningless. */
export const hitRateFromRequests = 30_000;
