import type { Deployment, DeploymentRegion } from '../config/deployment.ts';
import { planEgress } from '../region/policy/egress.ts';
import { type FleetTasks, tasksRunning } from './fleets.ts';
import { liveOriginHour } from './live-origin.ts';
import { edgePrices, monthHours, type PriceList, pricesOf, spotShare } from './prices.ts';
import { fleetLoad } from './table-load.ts';
import { type CostItem, sizeText, taskHour } from './task-price.ts';

export const sumOf = (items: readonly { usd: number }[]): number =>
  items.reduce((total, { usd }) => total + usd, 0);

/** What an hour of a region costs besides what its streams transfer and store. With no streams: idle. */
export function regionHour(
  deployment: Deployment,
  region: DeploymentRegion,
  streams = 0,
  prices = pricesOf(region.name),
): CostItem[] {
  const { zones } = region;
  const { compute } = deployment;
  const tasks = tasksRunning(compute, streams);
  return [
    {
      what: 'Proxies, Fargate ARM',
      quantity: `${tasks.proxies.toLocaleString('en-US')} × (${sizeText(compute.proxies)})`,
      usd: tasks.proxies * taskHour(compute.proxies, prices),
    },
    {
      what: 'CPU workers, Fargate ARM',
      quantity: `${tasks.cpuWorkers.toLocaleString('en-US')} × (${sizeText(compute.cpuEncoders)})`,
      usd: cpuWorkersHour(compute.cpuEncoders, tasks.cpuWorkers, prices),
    },
    ...gpuWorkers(compute, tasks, prices),
    ...liveOriginHour(deployment, region, streams, prices),
    ...network(deployment, zones, prices),
    { what: 'Network Load Balancer', quantity: '1', usd: prices.balancerHour },
    heartbeats(tasks, prices),
    {
      what: 'CloudWatch',
      quantity: `about 15 metrics, 30 alarms, a dashboard, Container Insights: $${prices.monitoringMonth} a month`,
      usd: prices.monitoringMonth / monthHours,
    },
    {
      what: 'Key, secrets',
      quantity: `$${prices.secretsMonth.toFixed(2)} a month`,
      usd: prices.secretsMonth / monthHours,
    },
    { what: 'Global Accelerator', quantity: '1, with 2 addresses', usd: prices.acceleratorHour },
  ];
}

/** What an hour of the edge costs with no viewers, for all regions together. */
export const edgeHour = ({
  audienceSamplePercent,
}: Pick<Deployment, 'audienceSamplePercent'>): CostItem[] => [
  {
    what: 'Web ACL',
    quantity: `1, with 5 rules: $${edgePrices.webAclMonth} a month`,
    usd: edgePrices.webAclMonth / monthHours,
  },
  ...(audienceSamplePercent === 0
    ? []
    : [{ what: 'Audience: stream of log lines', quantity: '1 shard', usd: edgePrices.shardHour }]),
];

/** What the deployment costs while nobody broadcasts, per hour. */
export const idleHourUsd = (deployment: Deployment): number =>
  sumOf(edgeHour(deployment)) +
  deployment.regions.reduce((total, region) => total + sumOf(regionHour(deployment, region)), 0);

function cpuWorkersHour(
  fleet: Deployment['compute']['cpuEncoders'],
  tasks: number,
  prices: PriceList,
): number {
  const onSpot = (Math.max(0, tasks - fleet.minTasks) * fleet.spotPercent) / 100;
  return (tasks - onSpot + onSpot * spotShare) * taskHour(fleet, prices);
}

/** An instance whose price isn't known counts as a g6.xlarge. */
export const gpuHour = (instanceType: string, { gpuInstanceHour }: PriceList): number =>
  gpuInstanceHour[instanceType] ?? (gpuInstanceHour['g6.xlarge'] as number);

function gpuWorkers(
  { gpuEncoders }: Deployment['compute'],
  tasks: FleetTasks,
  prices: PriceList,
): CostItem[] {
  if (!gpuEncoders) return [];
  const { instanceType } = gpuEncoders;
  const isKnown = Object.hasOwn(prices.gpuInstanceHour, instanceType);
  return [
    {
      what: 'GPU workers, EC2',
      quantity: `${tasks.gpuWorkers.toLocaleString('en-US')} × ${instanceType}${isKnown ? '' : ' (price unknown; counted as g6.xlarge)'}`,
      usd: tasks.gpuWorkers * gpuHour(instanceType, prices),
    },
  ];
}

function network({ compute, simulcast }: Deployment, zones: number, prices: PriceList): CostItem[] {
  const { kind, interfaceServices } = planEgress({ zones, withGpu: compute.gpuEncoders !== undefined });
  const endpoints: CostItem = {
    what: 'Interface endpoints',
    quantity: `${interfaceServices.length} × ${zones} zones`,
    usd: interfaceServices.length * zones * prices.endpointHour,
  };
  const nat: CostItem = {
    what: 'NAT gateways',
    quantity: `${zones}, with an address each`,
    usd: zones * (prices.natHour + prices.publicAddressHour),
  };
  return [...(kind === 'endpoints' ? [endpoints] : []), ...(kind === 'nat' || simulcast ? [nat] : [])];
}

function heartbeats(tasks: FleetTasks, prices: PriceList): CostItem {
  const { writesPerSecond, readsPerSecond } = fleetLoad(tasks);
  const writes = writesPerSecond * 3_600;
  const reads = readsPerSecond * 3_600;
  return {
    what: 'DynamoDB',
    quantity: `${writes.toLocaleString('en-US')} heartbeats, and their reads`,
    usd: writes * prices.tableWrite + reads * prices.tableRead,
  };
}
