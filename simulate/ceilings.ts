import { defaultLadder } from '../lib/config/ladder.ts';
import { limitsOf } from '../lib/cost/limits.ts';
import { workloadOf } from '../lib/cost/workload.ts';
import type { Scale } from './cell/size.ts';
import { bpsPerViewer, requestsPerViewer } from './viewers/requests.ts';

/** What binds first, and where. */
export interface Ceiling {
  readonly name: string;
  /** What one region of the simulation, or its whole audience, asks for, and the limit, in the limit's own unit. */
  readonly asks: number;
  readonly limit: number;
  /** The most streams of a region, or viewers of a distribution, that fit. */
  readonly most: number;
  readonly of: 'streams' | 'viewers';
}

/** The forecast's limits, with the simulated audience. */
export function ceilings({ deployment, cells, viewers }: Scale): Ceiling[] {
  const [size] = cells;
  const [region] = deployment.regions;
  if (!size || !region) throw new Error('There is no region');
  const workload = { ...workloadOf(defaultLadder), viewerRequests: requestsPerViewer };
  const limits = limitsOf({ deployment, region, workload, viewerBps: bpsPerViewer });
  return limits.map(({ what, unit, at, capacity, used }) => ({
    name: what,
    asks: used(unit === 'streams' ? size.onAir : viewers),
    limit: capacity,
    most: at,
    of: unit,
  }));
}
