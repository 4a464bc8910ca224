import { type channelClasses, defaultChannelClass, defaultCpuStreams } from '../../../config/defaults.ts';
import type { LadderConfig, Rung } from '../../../config/ladder.ts';
import type { EncoderTier } from '../../../control-store/records.ts';
import { segmentSeconds } from '../../../packaging/grid.ts';

/** A channel has one pipeline, or two in different zones that make the same. */
export type ChannelClass = (typeof channelClasses)[number];

export interface CostPart {
  readonly what: string;
  readonly perHourUsd: number;
}

/** What an hour on air costs, viewers left out. */
export interface CostEstimate {
  readonly encoder: EncoderTier;
  readonly perHourUsd: number;
  /** They add up to `perHourUsd`, to a tenth of a cent. */
  readonly parts: readonly CostPart[];
  /** Of when and where the prices are, and what else is to be known. */
  readonly note: string;
}

/** Where and when the prices are of. Nothing keeps them up to date: they must be checked. */
export const pricesOf = { region: 'us-east-1', month: 'November 2026' } as const;

/**
 * MediaLive, on demand, US dollars an hour of a single pipeline, AVC at most 30 frames a second. `input`, `SD` and `HD` are
 * those of the cost example of AWS's "Live Streaming on AWS with Amazon S3" (10 to 20 Mb/s in, at most 10 Mb/s out);
 * the others are estimates.
 */
const singlePipeline = { input: 0.294, SD: 0.354, HD: 0.702, UHD: 1.404, audio: 0.106 } as const;
/** Estimates: two pipelines cost 1 / 0.6 times what one does; more than 30 frames a second a quarter more. */
const standardTimes = 1 / 0.6;
const highRateTimes = 1.25;
/** A running channel is billed by the minute, but ten minutes at least. */
const leastBilledMinutes = 10;
/** A channel that does not run and its idle push input, together. */
const idleUsdPerHour = 0.02;

const gb = 1e9;
/** The fleet's prices and the common ones: docs/deploy.md has where each comes from. */
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
/** Of what one sends to another by chance, with three zones. */
const shareBetweenZones = 2 / 3;
/** What the examples are worked out for. */
const inputBps = 6_000_000;

export interface CostOptions {
  /** @default 'STANDARD' */
  readonly channelClass?: ChannelClass;
  /** Of what the broadcaster sends, in pictures a second. @default 30 */
  readonly frameRate?: number;
}

/** An hour of a stream on a tier. The broadcaster is taken to send 6 Mb/s in the size of the top rung. */
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

/** What a channel cost that ran for this long and stood idle for that long, both in ms: MediaLive's own part alone. */
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
  // A segment and a playlist for each rendition, and for sound; the index only now and then.
  const puts = (ladder.rungs.length + 1) * 2 * segmentsPerHour * pipelines;
  return [
    ...channelParts(ladder, channelClass, frameRate),
    { what: `S3: ${puts} PUTs`, perHourUsd: puts * unit.s3Put },
    recordingPart(ladder, frameRate, pipelines),
    {
      what: `RTMP to ${pipelines === 2 ? 'both pipelines' : 'the channel'}`,
      perHourUsd: gbPerHour(inputBps) * pipelines * shareBetweenZones * unit.betweenZonesGb,
    },
  ];
}

/** What MediaLive itself bills while the channel runs. */
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
    { what: 'MediaLive output, sound', perHourUsd: singlePipeline.audio * times },
  ];
}

function fleetParts(ladder: LadderConfig, frameRate: number): CostPart[] {
  // Segments and playlists of each rendition and of sound, and two manifests, of the broadcast and of the stream.
  const puts = ((ladder.rungs.length + 1) * 2 + 2) * segmentsPerHour;
  return [
    { what: 'encoding on a CPU worker', perHourUsd: unit.workerTask / defaultCpuStreams },
    { what: `S3: ${puts} PUTs`, perHourUsd: puts * unit.s3Put },
    recordingPart(ladder, frameRate, 1),
  ];
}

const commonParts: readonly CostPart[] = [
  { what: 'S3: GETs of the shields', perHourUsd: shieldGetsPerHour * unit.s3Get },
  // From balancer to proxy, and from there to the worker, which knows of a broadcast on every tier.
  {
    what: 'between zones',
    perHourUsd: gbPerHour(inputBps) * 2 * shareBetweenZones * unit.betweenZonesGb,
  },
  { what: 'Global Accelerator', perHourUsd: gbPerHour(inputBps) * unit.acceleratedGb },
  { what: 'load balancer', perHourUsd: gbPerHour(inputBps) * unit.balancedGb },
  { what: 'DynamoDB', perHourUsd: unit.tableWrites },
];

function recordingPart(ladder: LadderConfig, frameRate: number, copies: number): CostPart {
  const videoBps = ladder.rungs.reduce((total, rung) => total + videoRateOf(rung, frameRate), 0);
  return {
    what: `recording, 30 days${copies > 1 ? ', of both pipelines' : ''}`,
    perHourUsd: gbPerHour(videoBps + ladder.audioBps) * copies * unit.storedGb,
  };
}

/** As MediaLive's price list tells sizes apart: below 1280×720, up to 1920×1080, above. */
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

const round = (usd: number): number => Math.round(usd * 1_000) / 1_000;
const sum = (parts: readonly CostPart[]): number =>
  round(parts.reduce((total, { perHourUsd }) => total + perHourUsd, 0));

const checked = `By AWS's public prices of ${pricesOf.region} as far as we knew them in ${pricesOf.month}, before tax: check them before you rely on this. Viewers are left out.`;
const notes: Readonly<Record<EncoderTier, string>> = {
  fleet: `${checked} The fleet's workers cost the same while they stand by.`,
  medialive:
    `${checked} Prices of two pipelines, sound, UHD and of more than 30 frames a second are estimates. ` +
    `MediaLive bills a channel from its start to its stop, fed or not, and at least ${leastBilledMinutes} minutes of it.`,
};
