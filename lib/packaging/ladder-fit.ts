import { defaultLadder, type LadderConfig, type Rung } from '../config/ladder.ts';

export interface VideoRendition {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly bitrateBps: number;
  readonly frameRate: number;
  /** Every how many pictures of the input one is taken. */
  readonly pictureStep: number;
}

/** What one ffmpeg makes of one input. */
export interface Ladder {
  /** Biggest first; empty for sound alone. */
  readonly video: readonly VideoRendition[];
  readonly audio: { readonly id: 'audio'; readonly bitrateBps: number };
}

/** The picture as it arrives. `frameRate` in pictures a second. */
export interface VideoInput {
  /** In square pixels. */
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  /** What the sequence header says of it; not always true. */
  readonly headerFrameRate?: number;
  /** In coded pixels, where those are not square. */
  readonly codedWidth?: number;
  readonly interlaced?: boolean;
}

/**
 * The ladder for an input: every rung whose box the input fills in one direction at least, so nothing is scaled up;
 * an input smaller than all of them gets one rung of its own size.
 */
export function fitLadder(input: VideoInput, config: LadderConfig = defaultLadder): Ladder {
  const video = config.rungs.flatMap((rung) => fitRung(input, rung) ?? []);
  const smallest = config.rungs.at(-1);
  if (video.length === 0 && smallest) video.push(ownSize(input, smallest));
  return { video, audio: { id: 'audio', bitrateBps: config.audioBps } };
}

/** The ladder for an input without pictures. */
export const soundAlone = ({ audioBps }: LadderConfig): Ladder => ({
  video: [],
  audio: { id: 'audio', bitrateBps: audioBps },
});

/** The ladder without its top rung, or undefined where only one is left. */
export function withoutTopRung(ladder: Ladder): Ladder | undefined {
  return ladder.video.length > 1 ? { ...ladder, video: ladder.video.slice(1) } : undefined;
}

function fitRung(input: VideoInput, rung: Rung): VideoRendition | undefined {
  const longSide = Math.max(input.width, input.height);
  const shortSide = Math.min(input.width, input.height);
  if (longSide < rung.longSide && shortSide < rung.shortSide) return undefined;
  const scale = Math.min(rung.longSide / longSide, rung.shortSide / shortSide);
  return {
    id: rung.id,
    width: even(input.width * scale, input.width),
    height: even(input.height * scale, input.height),
    bitrateBps: input.frameRate > 30.5 && rung.maxFrameRate > 30 ? rung.highRateVideoBps : rung.videoBps,
    ...pace(input.frameRate, rung.maxFrameRate),
  };
}

function ownSize(input: VideoInput, smallest: Rung): VideoRendition {
  const share = (input.width * input.height) / (smallest.longSide * smallest.shortSide);
  return {
    id: `${Math.min(input.width, input.height)}p`,
    width: even(input.width, input.width),
    height: even(input.height, input.height),
    bitrateBps: Math.max(100_000, Math.round(smallest.videoBps * Math.min(share, 1))),
    ...pace(input.frameRate, smallest.maxFrameRate),
  };
}

/** Lower rungs are made from the upper ones' pictures, so their step is a multiple of the upper step. */
function pace(inputRate: number, most: 30 | 60): { frameRate: number; pictureStep: number } {
  const upper = Math.max(1, Math.ceil(inputRate / 60.5));
  const pictureStep = most === 60 ? upper : upper * Math.max(1, Math.ceil(inputRate / upper / 30.5));
  return { frameRate: inputRate / pictureStep, pictureStep };
}

/** 4:2:0 pictures need even sides: the nearest, but never above the input's own. */
function even(side: number, mostSide: number): number {
  const most = 2 * Math.floor(mostSide / 2);
  return Math.max(2, Math.min(most, 2 * Math.round(side / 2)));
}
