import { recordEveryMs } from '../audience/policy/audience-record.ts';
import { consoleLooksMs } from '../config/console-looks.ts';
import type { LadderConfig } from '../config/ladder.ts';
import { fleetBeatMs } from '../control-store/fleet-times.ts';
import {
  healthStepMs,
  latestSamples,
  pastEverySteps,
  recentSamples,
  wholeSamples,
} from '../control-store/health/health-series.ts';
import type { EncoderTier, FleetMember } from '../control-store/records.ts';
import { fleetPartitions } from '../control-store/tables.ts';
import { renewEveryMs } from '../encoder/lease/policy/fence.ts';
import { workerTiming } from '../encoder/policy/worker-timing.ts';
import { pictureWritesPerSecond } from '../encoder/publication/policy/pictures/picture-pace.ts';
import { segmentsUntilWrite } from '../encoder/publication/policy/playlist-pace.ts';
import { segmentSeconds } from '../packaging/segment-grid.ts';
import type { MemberId } from '../routing/ids.ts';
import { itemBytes } from './item-bytes.ts';

/** What the programs ask of AWS, per second unless a name says otherwise. All of it comes from the programs' own constants. */
export interface Workload {
  /** Objects written for a stream on air. */
  readonly originWrites: number;
  /** Objects read for a stream on air, by the shields. */
  readonly originReads: number;
  readonly leaseWrites: number;
  /** Writes of a broadcast's record. */
  readonly reportWrites: number;
  /** Units written of a broadcast's health. */
  readonly healthWrites: number;
  /** Writes of who watches a stream, each after a read. */
  readonly audienceWrites: number;
  /** Heartbeats of a task, and a proxy's reads of the list of all workers. */
  readonly heartbeats: number;
  /** Size of a worker in that list. */
  readonly fleetItemBytes: number;
  /** Looks of a worker with room at a page of the open broadcasts. */
  readonly sweeps: number;
  /** Requests of one viewer: video, audio and manifest of each segment (DASH). */
  readonly viewerRequests: number;
  /** API calls of an open console whose stream is on air, at most. */
  readonly consoleCalls: number;
}

/**
 * Segments of each rendition and of audio; and their playlists, which MediaLive writes with each. On the fleet they are written with
 * two manifests, the broadcast's and the stream's: where there are live origins, once per several segments.
 */
export function objectsPerSegment(
  { rungs }: LadderConfig,
  encoder: EncoderTier = 'fleet',
  liveOrigin = true,
): number {
  const tracks = rungs.length + 1;
  return tracks + (encoder === 'fleet' ? (tracks + 2) / segmentsUntilWrite(liveOrigin) : tracks);
}

/** An estimate: each segment once, each manifest once a second, and playlists of some viewers. */
const originReadsPerHour = 20_000;

const requestsPerSegment = 3;

const exampleMember: Omit<FleetMember, 'id' | 'role' | 'version'> = {
  host: '10.0.100.100',
  port: 19_350,
  capacity: 10,
  load: 10,
  state: 'active',
  pool: 'cpu',
};

/** As `lib/adapters/aws/dynamodb/dynamo-fleet-store.ts` writes it. */
const exampleItem = {
  role: fleetPartitions('encoder').at(-1),
  id: 'encoder-0123456789abcdef0123456789abcdef' as MemberId,
  facts: { ...exampleMember },
  expiresAt: 1_790_000_000,
  version: 1_000_000,
};

/** As many units as a write of this takes. */
const writeUnits = (item: Parameters<typeof itemBytes>[0]): number => Math.ceil(itemBytes(item) / 1_024);

/** A small document with each step, a large one once in a while, as `lib/encoder/report/health-report.ts` writes them. */
function healthUnits(): number {
  const measured = [1_000_000, 12, 12_345, 160, 299, 12, 1_234, 10_123, -123, 101];
  const rows = (count: number) => Array.from({ length: count }, () => measured);
  const series = (count: number) => ({ startMs: 1_790_000_012_345, stepMs: 5_000, rows: rows(count) });
  const about = {
    streamId: '7h2kqv0m4x9rt3bz',
    item: 'document#health-past',
    kind: 'health-past',
    version: 1_234_567,
  };
  const of = { broadcastId: '1jm8p0v4c7h2kqv0', epoch: 12 };
  const verdict = { verdict: 'excellent', told: 'excellent', sinceMs: 1_790_000_012_345, reasons: [] };
  const now = writeUnits({ ...about, body: { ...of, ...verdict, latest: series(latestSamples) } });
  const past = writeUnits({
    ...about,
    body: { ...of, throughMs: 1, recent: series(recentSamples), whole: series(wholeSamples) },
  });
  return ((now + past / pastEverySteps) * 1_000) / healthStepMs;
}

export const workloadOf = (
  ladder: LadderConfig,
  encoder: EncoderTier = 'fleet',
  liveOrigin = true,
): Workload => ({
  originWrites:
    objectsPerSegment(ladder, encoder, liveOrigin) / segmentSeconds +
    (encoder === 'fleet' ? pictureWritesPerSecond(liveOrigin) : 0),
  originReads: originReadsPerHour / 3_600,
  leaseWrites: 1_000 / renewEveryMs,
  reportWrites: 1_000 / workerTiming.inputReportMs,
  healthWrites: healthUnits(),
  audienceWrites: 1_000 / recordEveryMs,
  heartbeats: 1_000 / fleetBeatMs,
  fleetItemBytes: itemBytes(exampleItem),
  sweeps: 1_000 / workerTiming.sweepMs,
  viewerRequests: requestsPerSegment / segmentSeconds,
  consoleCalls: Object.values(consoleLooksMs).reduce((sum, everyMs) => sum + 1_000 / everyMs, 0),
});
