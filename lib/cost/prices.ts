import { egressPrices } from '../region/policy/egress.ts';

/** AWS's on-demand prices in one region, in US dollars before tax and without free tiers. `GB` is 10⁹ bytes. */
export interface PriceList {
  readonly region: string;
  /** Fargate on ARM64. */
  readonly fargateVcpuHour: number;
  readonly fargateGbHour: number;
  readonly gpuInstanceHour: Readonly<Record<string, number>>;
  readonly endpointHour: number;
  readonly natHour: number;
  readonly natGb: number;
  readonly publicAddressHour: number;
  readonly balancerHour: number;
  readonly balancedGb: number;
  readonly acceleratorHour: number;
  /** Within a continent. */
  readonly acceleratedGb: number;
  /** Both directions together. */
  readonly betweenZonesGb: number;
  readonly s3Put: number;
  readonly s3Get: number;
  readonly storedGbMonth: number;
  readonly tableWrite: number;
  /** Strongly consistent, up to 4 KB. */
  readonly tableRead: number;
  /** About 15 metrics, 30 alarms, a dashboard, Container Insights. */
  readonly monitoringMonth: number;
  readonly secretsMonth: number;
  readonly viewers: ViewerPrices;
}

/** CloudFront, for viewers on the region's continent. */
export interface ViewerPrices {
  /** A month's traffic, from its first GB on; the last tier has no end. */
  readonly egress: readonly EgressTier[];
  readonly httpsRequest: number;
}

export interface EgressTier {
  readonly upToGb: number;
  readonly perGb: number;
}

/** The same everywhere: WAF at the edge, CloudFront Functions and their key-value store. */
export const edgePrices = {
  /** The web ACL with its five rules. */
  webAclMonth: 10,
  webAclRequest: 0.6 / 1e6,
  functionCall: 0.1 / 1e6,
  keyRead: 0.03 / 1e6,
  /** CloudFront's real-time log, and the Kinesis stream that it goes into. */
  logLine: 0.01 / 1e6,
  shardHour: 0.015,
  streamRecord: 0.014 / 1e6,
} as const;

/** When the prices were known. Nothing keeps them up to date: check them before you rely on a result. */
export const pricesKnown = 'November 2026';

/** What Spot costs at least, as a share of the on-demand price. */
export const spotShare = 0.3;

const tb = 1_024;
/** North America and Europe cost the same. */
const egress: readonly EgressTier[] = [
  { upToGb: 10 * tb, perGb: 0.085 },
  { upToGb: 50 * tb, perGb: 0.08 },
  { upToGb: 150 * tb, perGb: 0.06 },
  { upToGb: 500 * tb, perGb: 0.04 },
  { upToGb: 1_024 * tb, perGb: 0.03 },
  { upToGb: 5 * 1_024 * tb, perGb: 0.025 },
  { upToGb: Number.POSITIVE_INFINITY, perGb: 0.02 },
];

export const priceLists = {
  'us-east-1': {
    region: 'us-east-1',
    fargateVcpuHour: 0.03238,
    fargateGbHour: 0.00356,
    gpuInstanceHour: { 'g6.xlarge': 0.805, 'g5.xlarge': 1.006 },
    endpointHour: egressPrices.endpointHour,
    natHour: egressPrices.natHour,
    natGb: egressPrices.natGb,
    publicAddressHour: egressPrices.publicAddressHour,
    balancerHour: 0.0225,
    balancedGb: 0.006,
    acceleratorHour: 0.025 + 2 * 0.005,
    acceleratedGb: 0.015,
    betweenZonesGb: 0.02,
    s3Put: 0.005 / 1_000,
    s3Get: 0.0004 / 1_000,
    storedGbMonth: 0.023,
    tableWrite: 0.625 / 1e6,
    tableRead: 0.125 / 1e6,
    monitoringMonth: 25,
    secretsMonth: 2.2,
    viewers: { egress, httpsRequest: 0.01 / 10_000 },
  },
  'eu-central-1': {
    region: 'eu-central-1',
    fargateVcpuHour: 0.03725,
    fargateGbHour: 0.00409,
    gpuInstanceHour: { 'g6.xlarge': 1.006, 'g5.xlarge': 1.258 },
    endpointHour: 0.012,
    natHour: 0.052,
    natGb: 0.052,
    publicAddressHour: 0.005,
    balancerHour: 0.027,
    balancedGb: 0.006,
    acceleratorHour: 0.025 + 2 * 0.005,
    acceleratedGb: 0.015,
    betweenZonesGb: 0.02,
    s3Put: 0.0054 / 1_000,
    s3Get: 0.00043 / 1_000,
    storedGbMonth: 0.0245,
    tableWrite: 0.7625 / 1e6,
    tableRead: 0.1525 / 1e6,
    monitoringMonth: 25,
    secretsMonth: 2.2,
    viewers: { egress, httpsRequest: 0.012 / 10_000 },
  },
} as const satisfies Record<string, PriceList>;

export type PricedRegion = keyof typeof priceLists;
export const pricedRegions = Object.keys(priceLists) as readonly PricedRegion[];

/** The region's prices; those of the nearest continent's region if they aren't known. */
export function pricesOf(region: string): PriceList {
  if (Object.hasOwn(priceLists, region)) return priceLists[region as PricedRegion];
  return priceLists[/^(eu|il|me|af)-/.test(region) ? 'eu-central-1' : 'us-east-1'];
}

/** Hours in a month, as AWS counts them. */
export const monthHours = 730;

export const gbPerHour = (bps: number): number => (bps * 3_600) / 8 / 1e9;
