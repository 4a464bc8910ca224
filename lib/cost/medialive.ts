import { type ChannelClass, defaultChannelClass } from '../config/defaults.ts';
import type { LadderConfig, Rung } from '../config/ladder.ts';

/**
 * MediaLive on demand in us-east-1, US dollars per hour for a channel with two pipelines: AVC, up to 10 Mb/s, up to 30 fps. As in
 * AWS's price list and in the cost examples of "Live Streaming on AWS with Amazon S3"; audio and UHD are estimates.
 */
const twoPipelines = {
  input: { HD: 0.234, UHD: 0.468 },
  /** 10 to 20 Mb/s. */
  fastInput: { HD: 0.294, UHD: 0.588 },
  SD: 0.354,
  HD: 0.702,
  UHD: 1.404,
  audio: 0.106,
} as const;
export const mediaLiveRegion = 'us-east-1';
/** From the price list, too. */
const singlePipelineTimes = 0.6;
/** An output of more than 30 fps. From the examples of "Live Streaming on AWS", which have 0.438 and 0.882 for SD and HD. */
const highRateTimes = 1.25;
/** A running channel is billed by the minute, with a minimum of ten minutes. */
export const leastBilledMinutes = 10;
/** A stopped channel and its idle push input, together. */
const idleUsdPerHour = 0.02;

/** The bit rate that estimates assume of a broadcaster. */
export const inputBps = 6_000_000;

export interface ChannelOptions {
  /** @default 'STANDARD' */
  readonly channelClass?: ChannelClass;
  /** Frame rate of the broadcaster's input, in fps. @default 30 */
  readonly frameRate?: number;
  /** Bit rate of that input. @default 6 Mb/s */
  readonly inputBps?: number;
}

/** MediaLive's charges for an hour of a running channel. */
export function channelParts(
  ladder: LadderConfig,
  { channelClass = defaultChannelClass, frameRate = 30, inputBps: bps = inputBps }: ChannelOptions,
): { readonly what: string; readonly perHourUsd: number }[] {
  const times = channelClass === 'STANDARD' ? 1 : singlePipelineTimes;
  const [top] = ladder.rungs;
  const size = top && sizeClass(top) === 'UHD' ? 'UHD' : 'HD';
  const input = bps > 10_000_000 ? twoPipelines.fastInput : twoPipelines.input;
  return [
    { what: `MediaLive input, ${size} AVC`, perHourUsd: input[size] * times },
    ...ladder.rungs.map((rung) => ({
      what: `MediaLive output ${rung.id}, ${sizeClass(rung)} AVC`,
      perHourUsd: twoPipelines[sizeClass(rung)] * times * (isHighRate(rung, frameRate) ? highRateTimes : 1),
    })),
    { what: 'MediaLive output, audio', perHourUsd: twoPipelines.audio * times },
  ];
}

/** The cost of a channel that ran for `ranMs` and was idle for `idleMs`: MediaLive's charges only. */
export function channelCost(
  ladder: LadderConfig,
  options: ChannelOptions & { readonly ranMs: number; readonly idleMs?: number },
): number {
  const { ranMs, idleMs = 0 } = options;
  const minutes = ranMs > 0 ? Math.max(leastBilledMinutes, Math.ceil(ranMs / 60_000)) : 0;
  const perHourUsd = channelParts(ladder, options).reduce((total, part) => total + part.perHourUsd, 0);
  const usd = perHourUsd * (minutes / 60) + idleUsdPerHour * (idleMs / 3_600_000);
  return Math.round(usd * 1_000) / 1_000;
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

/** Whether a rung encodes more than 30 fps of an input with `frameRate`. */
export const isHighRate = ({ maxFrameRate }: Rung, frameRate: number): boolean =>
  Math.min(frameRate, maxFrameRate) > 30.5;
