import { tasksFor } from '../lib/config/fleet-scaling.ts';
import { renewEveryMs } from '../lib/encoder/lease/policy/fence.ts';
import { workerTiming } from '../lib/encoder/policy/worker-timing.ts';
import { routeTiming } from '../lib/ingest/policy/route-timing.ts';
import { segmentSeconds } from '../lib/packaging/segment-grid.ts';
import { putsPerSegment } from './cell/cell.ts';
import { fleetReadUnits } from './cell/ledger.ts';
import type { CellSize } from './cell/size.ts';
import { bpsPerViewer, requestsPerViewer } from './viewers/requests.ts';
import { limits } from './world/facts.ts';

/** What binds first, and where. */
export interface Ceiling {
  readonly name: string;
  /** What the region of the simulation asks for, and the limit, in the limit's own unit. */
  readonly asks: number;
  readonly limit: number;
  /** The most streams of a region, or viewers of a distribution, that fit. */
  readonly most: number;
  readonly of: 'streams' | 'viewers';
}

/** The limits on the way of a region's streams, with the code's own constants; and of a distribution's viewers. */
export function ceilings(size: CellSize, viewers: number): Ceiling[] {
  const workersFor = (streams: number): number =>
    tasksFor(streams, size.streamsPerWorker, size.headroomPercent);
  const proxiesFor = (streams: number): number =>
    tasksFor(streams, size.publishersPerProxy, size.headroomPercent);
  const perSecond = (everyMs: number): number => 1000 / everyMs;
  const heartbeats = (workers: number): number => workers * perSecond(workerTiming.heartbeatMs);
  const readings = (workers: number, proxies: number): number =>
    proxies * perSecond(routeTiming.fleetEveryMs) * fleetReadUnits(workers);

  const ofStreams = (name: string, limit: number, asks: (streams: number) => number): Ceiling => ({
    name,
    limit,
    asks: asks(size.onAir),
    most: largest((streams) => asks(streams) <= limit),
    of: 'streams',
  });
  const ofViewers = (name: string, limit: number, perViewer: number): Ceiling => ({
    name,
    limit,
    asks: viewers * perViewer,
    most: Math.floor(limit / perViewer),
    of: 'viewers',
  });
  return [
    ofStreams(
      'S3 writes a second, one partition',
      limits.s3Puts,
      (n) => (n * putsPerSegment) / segmentSeconds,
    ),
    ofStreams(
      'lease writes a second, a cold table',
      limits.coldTableWrites,
      (n) => n * perSecond(renewEveryMs),
    ),
    ofStreams('heartbeats a second during a deploy, one partition', limits.partitionWrites, (n) =>
      heartbeats(2 * workersFor(n)),
    ),
    ofStreams('readings of the fleet during a deploy, one partition', limits.partitionReads, (n) =>
      readings(2 * workersFor(n), 2 * proxiesFor(n)),
    ),
    ofStreams('heartbeats a second, one partition', limits.partitionWrites, (n) => heartbeats(workersFor(n))),
    ofStreams('readings of the fleet, one partition', limits.partitionReads, (n) =>
      readings(workersFor(n), proxiesFor(n)),
    ),
    ofViewers('traffic of a distribution, Gb/s', limits.edgeBps / 1e9, bpsPerViewer / 1e9),
    ofViewers('requests to a distribution a second', limits.edgeRequests, requestsPerViewer),
  ];
}

/** The largest number that fits, if every smaller one does. */
function largest(fits: (count: number) => boolean): number {
  let [from, to] = [0, 1];
  while (fits(to)) [from, to] = [to, 2 * to];
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2);
    if (fits(middle)) from = middle;
    else to = middle;
  }
  return from;
}
