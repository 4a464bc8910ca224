import { type channelClasses, defaultChannelClass, defaultCpuStreams } from '../../../config/defaults.ts';
import type { LadderConfig, Rung } from '../../../config/ladder.ts';
import type { EncoderTier } from '../../../control-store/records.ts';
import { segmentSeconds } from '../../../packaging/segment-grid.ts';

/** A channel has one pipeline, or two in different zones with identical output. */
export type ChannelClass = (typeof channelClasses)[number];

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

/** Region and date of the prices. Nothing keeps them up to date: they must be checked. */
export const pricesOf = { region: 'us-east-1', month: 'November 2026' } as const;

/**
 * MediaLive on demand, US dollars per hour for a single pipeline, AVC at up to 30 fps. `input`, `SD` and `HD` are from the cost
 * example of AWS's "Live Streaming on AWS with Amazon S3" (10 to 20 Mb/s in, at most 10 Mb/s out); the others are estimates.
 */
const singlePipeline = { input: 0.294, SD: 0.354, HD: 0.702, UHD: 1.404, audio: 0.106 } as const;
/** Estimates: two pipelines cost 1 / 0.6 times as much as one; more than 30 fps costs a quarter more. */
const standardTimes = 1 / 0.6;
const highRateTimes = 1.25;
/** A running channel is billed by the minute, with a minimum of ten minutes. */
const leastBilledMinutes = 10;
/** A stopped channel and its idle push input, together. */
const idleUsdPerHour = 0.02;

const gb = 1e9;
/** Prices of the fleet and of what both tiers share. docs/deploy.md lists the sources. */
const unit = {
  workerTask: 0.158,
  s3Put: 0.005 / 1_000,
  s3Get: 0.0004 / 1_000,
  storedGb: 0.023,
  acceleratedGb: 0.015,
  balancedGb: 0.006,
  betweenZonesGb: 0.02,
  tableWrites: 0.005,
} as const;
const segmentsPerHour = 3_600 / segmentSeconds;
const shieldGetsPerHour = 20_000;
/** Share of traffic between randomly chosen hosts that crosses zones, with three zones. */
const shareBetweenZones = 2 / 3;
/** Input bitrate assumed in the estimates. */
const inputBps = 6_000_000;

export interface CostOptions {
  /** @default 'STANDARD' */
  readonly channelClass?: ChannelClass;
  /** Frame rate of the broadcaster's input, in fps. @default 30 */
  readonly frameRate?: number;
}

/** The cost of one stream-hour on a tier. Assumes the broadcaster sends 6 Mb/s at the size of the top rung. */
export function costEstimate(
  encoder: EncoderTier,
  ladder: LadderConfig,
  options: CostOptions = {},
): CostEstimate {
  const frameRate = options.frameRate ?? 30;
  const parts = [
    ...(encoder === 'medialive'
      ? managedParts(ladder, options.channelClass ?? defaultChannelClass, frameRate)
      : fleetParts(ladder, frameRate)),
    ...commonParts,
  ].map(({ what, perHourUsd }) => ({ what, perHourUsd: round(perHourUsd) }));
  return { encoder, perHourUsd: sum(parts), parts, note: notes[encoder] };
}

/** The cost of a channel that ran for `ranMs` and was idle for `idleMs`: MediaLive's charges only. */
export function channelCost(
  ladder: LadderConfig,
  options: CostOptions & { readonly ranMs: number; readonly idleMs?: number },
): number {
  const { channelClass = defaultChannelClass, frameRate = 30, ranMs, idleMs = 0 } = options;
  const minutes = ranMs > 0 ? Math.max(leastBilledMinutes, Math.ceil(ranMs / 60_000)) : 0;
  const running = sum(channelParts(ladder, channelClass, frameRate)) * (minutes / 60);
  return round(running + idleUsdPerHour * (idleMs / 3_600_000));
}

function managedParts(ladder: LadderConfig, channelClass: ChannelClass, frameRate: number): CostPart[] {
  const pipelines = channelClass === 'STANDARD' ? 2 : 1;
  // A segment and a playlist for each rendition and for audio; the index is written only occasionally.
  const puts = (ladder.rungs.length + 1) * 2 * segmentsPerHour * pipelines;
  return [
    ...channelParts(ladder, channelClass, frameRate),
    { what: `S3 writes (${count(puts)})`, perHourUsd: puts * unit.s3Put },
    recordingPart(ladder, frameRate, pipelines),
    {
      what: `RTMP to ${pipelines === 2 ? 'both pipelines' : 'the channel'}`,
      perHourUsd: gbPerHour(inputBps) * pipelines * shareBetweenZones * unit.betweenZonesGb,
    },
  ];
}

/** MediaLive's charges while the channel runs. */
function channelParts(ladder: LadderConfig, channelClass: ChannelClass, frameRate: number): CostPart[] {
  const times = channelClass === 'STANDARD' ? standardTimes : 1;
  const [top] = ladder.rungs;
  const inputTimes = top && sizeClass(top) === 'UHD' ? 2 : 1;
  return [
    {
      what: `MediaLive input, ${top ? inputClass(top) : 'HD'} AVC`,
      perHourUsd: singlePipeline.input * inputTimes * times,
    },
    ...ladder.rungs.map((rung) => ({
      what: `MediaLive output ${rung.id}, ${sizeClass(rung)} AVC`,
      perHourUsd:
        singlePipeline[sizeClass(rung)] * times * (rateOf(rung, frameRate) > 30.5 ? highRateTimes : 1),
    })),
    { what: 'MediaLive output, audio', perHourUsd: singlePipeline.audio * times },
  ];
}

function fleetParts(ladder: LadderConfig, frameRate: number): CostPart[] {
  // Segments and playlists of each rendition and of audio, plus two manifests: the broadcast's and the stream's.
  const puts = ((ladder.rungs.length + 1) * 2 + 2) * segmentsPerHour;
  return [
    { what: 'Encoding on a CPU worker', perHourUsd: unit.workerTask / defaultCpuStreams },
    { what: `S3 writes (${count(puts)})`, perHourUsd: puts * unit.s3Put },
    recordingPart(ladder, frameRate, 1),
  ];
}

const commonParts: readonly CostPart[] = [
  {
    what: `S3 reads (${count(shieldGetsPerHour)}, by Origin Shield)`,
    perHourUsd: shieldGetsPerHour * unit.s3Get,
  },
  // From balancer to proxy and on to the worker, which takes part in a broadcast on either tier.
  {
    what: 'Cross-zone traffic',
    perHourUsd: gbPerHour(inputBps) * 2 * shareBetweenZones * unit.betweenZonesGb,
  },
  { what: 'Global Accelerator', perHourUsd: gbPerHour(inputBps) * unit.acceleratedGb },
  { what: 'Load balancer', perHourUsd: gbPerHour(inputBps) * unit.balancedGb },
  { what: 'DynamoDB', perHourUsd: unit.tableWrites },
];

function recordingPart(ladder: LadderConfig, frameRate: number, copies: number): CostPart {
  const videoBps = ladder.rungs.reduce((total, rung) => total + videoRateOf(rung, frameRate), 0);
  return {
    what: `Recording, 30 days${copies > 1 ? ', both pipelines' : ''}`,
    perHourUsd: gbPerHour(videoBps + ladder.audioBps) * copies * unit.storedGb,
  };
}

/** The size classes of MediaLive's price list: below 1280×720, up to 1920×1080, and above. */
export function sizeClass({
  longSide,
  shortSide,
}: Pick<Rung, 'longSide' | 'shortSide'>): 'SD' | 'HD' | 'UHD' {
  const pixels = longSide * shortSide;
  if (pixels < 1280 * 720) return 'SD';
  return pixels <= 1920 * 1080 ? 'HD' : 'UHD';
}

const inputClass = (top: Rung): 'HD' | 'UHD' => (sizeClass(top) === 'UHD' ? 'UHD' : 'HD');
const rateOf = (rung: Rung, frameRate: number): number => Math.min(frameRate, rung.maxFrameRate);
const videoRateOf = (rung: Rung, frameRate: number): number =>
  rateOf(rung, frameRate) > 30.5 ? rung.highRateVideoBps : rung.videoBps;

function gbPerHour(bps: number): number {
  return (bps * 3_600) / 8 / gb;
}

/** For example `21,600`. */
function count(requests: number): string {
  return requests.toLocaleString('en-US');
}

const round = (usd: number): number => Math.round(usd * 1_000) / 1_000;
const sum = (parts: readonly CostPart[]): number =>
  round(parts.reduce((total, { perHourUsd }) => total + perHourUsd, 0));

const checked = `Based on AWS's public ${pricesOf.region} prices as we knew them in ${pricesOf.month}, before tax: check them before you rely on this. Viewers are not included.`;
const notes: Readonly<Record<EncoderTier, string>> = {
  fleet: `${checked} Headwater encoders cost the same while idle.`,
  medialive:
    `${checked} Prices for two pipelines, audio, UHD and more than 30 fps are estimates. ` +
    `MediaLive bills a channel from start to stop, fed or not, for at least ${leastBilledMinutes} minutes.`,
};
