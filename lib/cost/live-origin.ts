import type { Deployment, DeploymentRegion } from '../config/deployment.ts';
import { defaultLadder, type LadderConfig } from '../config/ladder.ts';
import { hasLiveOrigins } from '../config/live-origins.ts';
import type { PriceList } from './prices.ts';
import { ladderBps } from './stream-cost.ts';
import { type CostItem, sizeText, taskHour } from './task-price.ts';

/** What a vCPU of a live origin passes on at the load that it is scaled to. An estimate. */
const bpsPerVcpu = 500e6;

type Compute = Deployment['compute'];

/** Live origins that run with this many streams on air; Origin Shield asks for each part once, however many watch. */
export function liveOriginTasks(
  { liveOrigins: { cpu, minTasks, maxTasks } }: Compute,
  ladder: LadderConfig,
  streams: number,
): number {
  const perTask = ((cpu / 1_024) * bpsPerVcpu) / ladderBps(ladder);
  return Math.min(maxTasks, Math.max(minTasks, Math.ceil(streams / perTask)));
}

/** What they count for in Fargate's quota. */
export const liveOriginVcpus = ({ liveOrigins }: Compute, tasks: number): number =>
  (tasks * liveOrigins.cpu) / 1_024;

/** An hour of a region's live origins and their balancer; nothing where there are none. */
export function liveOriginHour(
  deployment: Deployment,
  region: DeploymentRegion,
  streams: number,
  prices: PriceList,
): CostItem[] {
  if (!hasLiveOrigins(deployment, region)) return [];
  const { liveOrigins } = deployment.compute;
  const tasks = liveOriginTasks(deployment.compute, deployment.ladder ?? defaultLadder, streams);
  return [
    {
      what: 'Live origins, Fargate ARM',
      quantity: `${tasks.toLocaleString('en-US')} × (${sizeText(liveOrigins)})`,
      usd: tasks * taskHour(liveOrigins, prices),
    },
    { what: 'Live origins’ load balancer', quantity: '1', usd: prices.balancerHour },
  ];
}
