import type { Deployment, DeploymentRegion } from '../config/deployment.ts';
import { defaultLadder, type LadderConfig } from '../config/ladder.ts';
import { hasLiveOrigins } from '../config/live-origins.ts';
import type { EncoderTier } from '../control-store/records.ts';
import { edgeHour, idleHourUsd, regionHour, sumOf } from './idle-cost.ts';
import { type Limit, limitsOf } from './limits.ts';
import { monthHours, pricesKnown, pricesOf } from './prices.ts';
import type { QuotaOverrides } from './quotas.ts';
import { streamParts } from './stream-cost.ts';
import type { CostItem } from './task-price.ts';
import { viewerCost } from './viewer-cost.ts';
import { workloadOf } from './workload.ts';

/** Concurrent streams and viewers, and for how long. Streams are spread evenly over the regions. */
export interface Load {
  readonly streams: number;
  readonly viewers: number;
  readonly hours: number;
}

export interface ForecastOptions extends Load {
  readonly deployment: Deployment;
  /** All streams in this region. @default the deployment's regions */
  readonly region?: string;
  /** What viewers watch. @default the first of up to 720 lines */
  readonly rendition?: string;
  /** @default 'fleet' */
  readonly encoder?: EncoderTier;
  readonly quotas?: QuotaOverrides;
}

export interface Forecast {
  readonly load: Load;
  readonly regions: readonly string[];
  readonly encoder: EncoderTier;
  readonly rendition: string;
  readonly items: readonly CostItem[];
  readonly totalUsd: number;
  /** Without viewers; undefined with no streams. */
  readonly perStreamHourUsd?: number;
  /** Undefined with no viewers. */
  readonly perViewerHourUsd?: number;
  /** What the load costs on top of the idle platform. */
  readonly extraUsd: number;
  /** All the deployment's regions, or the one that was asked for if it isn't among them. */
  readonly idleMonthUsd: number;
  readonly budgetUsd: number;
  /** Whether new broadcasts are refused once it is spent. */
  readonly budgetStop: boolean;
  /** Each region's own, and the edge's. Sorted: streams before viewers, the first reached first. */
  readonly limits: readonly ForecastLimit[];
  /** Those that the load exceeds and that are nearest, with what to do. */
  readonly first: readonly ForecastLimit[];
  readonly notes: readonly string[];
}

export interface ForecastLimit {
  readonly what: string;
  readonly unit: Limit['unit'];
  /** The most that fit; streams of one region. */
  readonly at: number;
  readonly exceeded: boolean;
  /** Reached before there is any load. */
  readonly whileIdle: boolean;
  /** What to change so that the load fits, or for more. */
  readonly raise: string;
}

/** The rendition that most viewers watch. */
export function usualRendition({ rungs }: LadderConfig): LadderConfig['rungs'][number] {
  const usual = rungs.find(({ shortSide }) => shortSide <= 720) ?? rungs[0];
  if (!usual) throw new Error('A ladder has at least one rendition.');
  return usual;
}

export const ladderOf = ({ ladder }: Deployment): LadderConfig => ladder ?? defaultLadder;

export function forecast(options: ForecastOptions): Forecast {
  const { deployment, streams, viewers, hours, encoder = 'fleet' } = options;
  const ladder = ladderOf(deployment);
  const rendition = ladder.rungs.find(({ id }) => id === options.rendition) ?? usualRendition(ladder);
  const regions = regionsOf(options);
  const inRegion = Math.ceil(streams / regions.length);
  const [first] = regions;
  const workload = workloadOf(ladder, encoder, hasLiveOrigins(deployment, first));
  const viewerBps = rendition.videoBps + ladder.audioBps;

  const idleHour = (some: readonly DeploymentRegion[]) => idleHourUsd({ ...deployment, regions: [...some] });
  const platform = platformItems(options, regions, ladder);
  const viewerPrices = pricesOf(first.name).viewers;
  const audience = {
    viewerHours: viewers * hours,
    bps: viewerBps,
    requests: workload.viewerRequests,
    samplePercent: deployment.audienceSamplePercent,
  };
  const watching = viewers === 0 ? [] : viewerCost(viewerPrices, audience);
  const limits = limitsOf({
    deployment,
    region: first,
    workload,
    viewerBps,
    ...(options.quotas && { overrides: options.quotas }),
  }).map((limit) => asked(limit, limit.unit === 'streams' ? inRegion : viewers));
  return {
    load: { streams, viewers, hours },
    regions: regions.map(({ name }) => name),
    encoder,
    rendition: rendition.id,
    items: [...platform, ...watching],
    totalUsd: sumOf(platform) + sumOf(watching),
    ...(streams > 0 && { perStreamHourUsd: sumOf(platform) / (streams * hours) }),
    ...(viewers > 0 && { perViewerHourUsd: sumOf(watching) / (viewers * hours) }),
    extraUsd: sumOf(platform) + sumOf(watching) - idleHour(regions) * hours,
    idleMonthUsd: idleHour(deployment.regions.includes(first) ? deployment.regions : regions) * monthHours,
    budgetUsd: deployment.budget.monthlyUsd,
    budgetStop: deployment.budget.stop,
    limits,
    first: (['streams', 'viewers'] as const).flatMap(
      (unit) => limits.find((limit) => limit.unit === unit && !limit.whileIdle) ?? [],
    ),
    notes: notesOf(regions, encoder),
  };
}

function regionsOf({
  deployment,
  region,
}: ForecastOptions): readonly [DeploymentRegion, ...DeploymentRegion[]] {
  const known = deployment.regions.filter(({ name }) => region === undefined || name === region);
  const [first, ...rest] = known;
  return first ? [first, ...rest] : [{ name: region ?? '', zones: 3 }];
}

/** Everything but viewers, for all hours, regions together. */
function platformItems(
  { deployment, streams, hours, encoder = 'fleet' }: ForecastOptions,
  regions: readonly DeploymentRegion[],
  ladder: LadderConfig,
): CostItem[] {
  const inRegion = streams / regions.length;
  const { managedEncoder, retention } = deployment;
  const all = regions.flatMap((region) => {
    const prices = pricesOf(region.name);
    const hour = regionHour(deployment, region, inRegion, prices);
    const perStream = streamParts(encoder, ladder, prices, {
      region: region.name,
      recordingDays: retention.recordingDays,
      live: hasLiveOrigins(deployment, region),
      ...(managedEncoder && { channelClass: managedEncoder.channelClass }),
    });
    return [
      ...hour.map((item) => ({ ...item, usd: item.usd * hours })),
      ...(inRegion === 0 ? [] : perStream).map(({ what, perHourUsd }) => ({
        what: what.replace(/ \([^)]*\)$/, ''),
        quantity: streamHours(inRegion * hours),
        usd: perHourUsd * inRegion * hours,
      })),
    ];
  });
  const edge = edgeHour(deployment).map((item) => ({ ...item, usd: item.usd * hours }));
  return [...merged(all), ...edge].filter(({ usd }) => usd > 0);
}

const streamHours = (count: number): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? 'stream-hour' : 'stream-hours'}`;

/** The same items of several regions become one. */
function merged(items: readonly CostItem[]): CostItem[] {
  const byWhat = new Map<string, CostItem>();
  for (const item of items) {
    const before = byWhat.get(item.what);
    const quantity =
      before && before.quantity !== item.quantity ? `${before.quantity} + ${item.quantity}` : item.quantity;
    byWhat.set(item.what, { ...item, quantity, usd: item.usd + (before?.usd ?? 0) });
  }
  return [...byWhat.values()];
}

function asked(limit: Limit, count: number): ForecastLimit {
  const { what, unit, at } = limit;
  const exceeded = count > at;
  return {
    what,
    unit,
    at,
    exceeded,
    whileIdle: limit.used(0) > limit.capacity,
    raise: raiseWords(limit, exceeded ? count : at + 1),
  };
}

const inNumbers = (number: number): string => number.toLocaleString('en-US', { maximumFractionDigits: 1 });

/** What to do so that this many fit. */
function raiseWords({ raise, capacity, used }: Limit, count: number): string {
  if (raise.kind === 'design') return raise.words;
  if (raise.kind === 'quota') {
    return `request the quota ${raise.name}: ${inNumbers(Math.ceil(used(count)))} (now ${inNumbers(capacity)})`;
  }
  const needed = raise.needed(count);
  if (raise.most !== undefined && needed > raise.most) {
    return `${raise.field} would have to be ${inNumbers(needed)}; the file allows ${inNumbers(raise.most)}: larger tasks, or more regions`;
  }
  return `set ${raise.field} to ${inNumbers(needed)} (now ${inNumbers(capacity)})`;
}

function notesOf(regions: readonly DeploymentRegion[], encoder: EncoderTier): string[] {
  const substitutes = regions
    .map(({ name }) => ({ name, used: pricesOf(name).region }))
    .filter(({ name, used }) => name !== used)
    .map(({ name, used }) => `The prices of ${name} are not known to this model; it used those of ${used}.`);
  return [
    `AWS's public prices as we knew them in ${pricesKnown}, before tax and free tiers: check them before you rely on this.`,
    ...substitutes,
    ...(encoder === 'medialive'
      ? ['MediaLive at us-east-1 prices; audio, UHD and more than 30 fps are estimates.']
      : []),
    'Viewers on one continent, in a month without other traffic. Simulcast traffic is not included.',
  ];
}
