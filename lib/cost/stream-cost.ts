import { defaultCpuStreams } from '../config/defaults.ts';
import type { Deployment } from '../config/deployment.ts';
import type { LadderConfig, Rung } from '../config/ladder.ts';
import type { EncoderTier } from '../control-store/records.ts';
import {
  type ChannelOptions,
  channelParts,
  inputBps,
  isHighRate,
  leastBilledMinutes,
  mediaLiveRegion,
} from './medialive.ts';
import { gbPerHour, type PriceList, pricesKnown, pricesOf } from './prices.ts';
import { taskHour } from './task-price.ts';
import { workloadOf } from './workload.ts';

export interface CostPart {
  readonly what: string;
  readonly perHourUsd: number;
}

/** The cost of an hour on air, excluding viewers. */
export interface CostEstimate {
  readonly encoder: EncoderTier;
  readonly perHourUsd: number;
  /** They add up to `perHourUsd`, to a tenth of a cent. */
  readonly parts: readonly CostPart[];
  /** Region and date of the prices, and other caveats. */
  readonly note: string;
}

export interface CostOptions extends Omit<ChannelOptions, 'inputBps'> {
  /** Whose prices. @default us-east-1, also if the region's aren't known */
  readonly region?: string;
  /** Whether viewers get parts from live origins. @default true with Headwater encoders; what MediaLive writes comes from the bucket */
  readonly live?: boolean;
}

/** The default size of a CPU worker, which encodes `defaultCpuStreams`. */
const defaultWorker = { cpu: 4_096, memoryMiB: 8_192 } as const;
/** Share of traffic between randomly chosen hosts that crosses zones, with three zones. */
const shareBetweenZones = 2 / 3;

/** An audience with a full series has between 1 and 2 KB. */
const audienceUnits = 2;

/** The cost of one stream-hour on a tier. Assumes the broadcaster sends 6 Mb/s at the size of the top rung. */
export function costEstimate(
  encoder: EncoderTier,
  ladder: LadderConfig,
  options: CostOptions = {},
): CostEstimate {
  const prices = pricesOf(options.region ?? 'us-east-1');
  const encoding: CostPart = {
    what: 'Encoding on a CPU worker',
    perHourUsd: taskHour(defaultWorker, prices) / defaultCpuStreams,
  };
  const parts = [
    ...(encoder === 'fleet' ? [encoding] : []),
    ...streamParts(encoder, ladder, prices, options),
  ].map(({ what, perHourUsd }) => ({ what, perHourUsd: round(perHourUsd) }));
  return { encoder, perHourUsd: sum(parts), parts, note: noteOf(encoder, prices, options.region) };
}

/** All of a stream-hour except Headwater's own encoders, whose tasks cost the same while idle. `recordingDays`: @default 30 */
export function streamParts(
  encoder: EncoderTier,
  ladder: LadderConfig,
  prices: PriceList,
  {
    recordingDays = 30,
    live = true,
    ...options
  }: CostOptions & Partial<Pick<Deployment['retention'], 'recordingDays'>> = {},
): CostPart[] {
  const { frameRate = 30, channelClass = 'STANDARD' } = options;
  const pipelines = encoder === 'medialive' && channelClass === 'STANDARD' ? 2 : 1;
  const load = workloadOf(ladder, encoder, live);
  const { originWrites, originReads, leaseWrites, reportWrites, healthWrites, audienceWrites } = load;
  const puts = originWrites * 3_600 * pipelines;
  const gets = originReads * 3_600;
  const input = gbPerHour(inputBps);
  const crossing = input * shareBetweenZones * prices.betweenZonesGb;
  const stored = gbPerHour(ladderBps(ladder, frameRate)) * pipelines;
  return [
    ...(encoder === 'medialive' ? channelParts(ladder, options) : []),
    { what: `S3 writes (${count(puts)})`, perHourUsd: puts * prices.s3Put },
    {
      what: `Recording, ${recordingDays} days${pipelines > 1 ? ', both pipelines' : ''}`,
      perHourUsd: (stored * prices.storedGbMonth * recordingDays) / 30,
    },
    ...(encoder === 'medialive'
      ? [
          {
            what: `RTMP to ${pipelines === 2 ? 'both pipelines' : 'the channel'}`,
            perHourUsd: crossing * pipelines,
          },
        ]
      : []),
    { what: `S3 reads (${count(gets)}, by Origin Shield)`, perHourUsd: gets * prices.s3Get },
    // From balancer to proxy and on to the worker, which takes part in a broadcast on either tier.
    { what: 'Cross-zone traffic', perHourUsd: 2 * crossing },
    { what: 'Global Accelerator', perHourUsd: input * prices.acceleratedGb },
    { what: 'Load balancer', perHourUsd: input * prices.balancedGb },
    ...(live && encoder === 'fleet'
      ? [{ what: 'Live origin', perHourUsd: liveOriginUsd(stored, shareBetweenZones, prices) }]
      : []),
    {
      what: 'DynamoDB',
      perHourUsd:
        3_600 *
        ((leaseWrites + reportWrites + healthWrites + audienceWrites * audienceUnits) * prices.tableWrite +
          audienceWrites * prices.tableRead),
    },
  ];
}

/** The bit rate of all renditions together, with one sound. */
export const ladderBps = ({ rungs, audioBps }: LadderConfig, frameRate = 30): number =>
  rungs.reduce((total, rung) => total + videoBpsOf(rung, frameRate), audioBps);

const videoBpsOf = (rung: Rung, frameRate: number): number =>
  isHighRate(rung, frameRate) ? rung.highRateVideoBps : rung.videoBps;

/** For example `21,600`. */
const count = (requests: number): string => requests.toLocaleString('en-US', { maximumFractionDigits: 0 });

const round = (usd: number): number => Math.round(usd * 1_000) / 1_000;
const sum = (parts: readonly CostPart[]): number =>
  round(parts.reduce((total, { perHourUsd }) => total + perHourUsd, 0));

function noteOf(encoder: EncoderTier, prices: PriceList, region = prices.region): string {
  const substitute = region === prices.region ? '' : ` (those of ${region} are not known)`;
  const checked =
    `Based on AWS's public ${prices.region} prices${substitute} as we knew them in ${pricesKnown}, before tax: ` +
    'check them before you rely on this. Viewers are not included.';
  if (encoder === 'fleet') return `${checked} Headwater encoders cost the same while idle.`;
  const elsewhere = prices.region === mediaLiveRegion ? '' : `MediaLive at ${mediaLiveRegion} prices. `;
  return (
    `${checked} ${elsewhere}Prices for audio, UHD and more than 30 fps are estimates. ` +
    `MediaLive bills a channel from start to stop, fed or not, for at least ${leastBilledMinutes} minutes.`
  );
}

/**
 * A stream-hour of so many GB, all renditions once, on its way to CloudFront: from the worker to a live origin and through the balancer,
 * each perhaps into another zone (`crossing`: the share that goes there).
 */
const liveOriginUsd = (gb: number, crossing: number, { balancedGb, betweenZonesGb }: PriceList): number =>
  gb * (balancedGb + 2 * crossing * betweenZonesGb);
