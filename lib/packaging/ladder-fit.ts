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

/** An own size with less than this many times the pixels of the best rung is no better to look at: it isn't made. */
const notablyLarger = 1.25;

/**
 * The ladder for an input: every rung whose box the input fills in one direction at least, so nothing is scaled up. An input
 * that lies between two rungs, and is notably larger than the lower one, keeps its own size on top in place of the upper one; an
 * input smaller than all of them gets its own size only. If `mayKeep` refuses an own size by its id, the rungs have to do: the largest
 * that is filled, else the smallest one, not scaled up.
 */
export function fitLadder(
  input: VideoInput,
  config: LadderConfig = defaultLadder,
  mayKeep: (id: string) => boolean = () => true,
): Ladder {
  const { rungs } = config;
  const video = rungs.filter((rung) => fills(input, rung)).map((rung) => fitRung(input, rung));
  const [below] = video;
  // Undefined for an input that fills the largest one.
  const missed = below ? rungs[rungs.findIndex(({ id }) => id === below.id) - 1] : rungs.at(-1);
  const isLarger = !below || input.width * input.height >= notablyLarger * below.width * below.height;
  if (missed && isLarger) {
    const own = ownSize(input, missed, below, config);
    if (mayKeep(own.id)) video.unshift(own);
    else if (!below) video.push({ ...own, id: missed.id });
  }
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

/** The ladder with the next rung of the `whole` one on top, or undefined where none is missing. */
export function withNextRung(ladder: Ladder, whole: Ladder): Ladder | undefined {
  const missing = whole.video.length - ladder.video.length;
  return missing > 0 ? { ...whole, video: whole.video.slice(missing - 1) } : undefined;
}

const longSide = ({ width, height }: VideoInput): number => Math.max(width, height);
const shortSide = ({ width, height }: VideoInput): number => Math.min(width, height);

const fills = (input: VideoInput, rung: Rung): boolean =>
  longSide(input) >= rung.longSide || shortSide(input) >= rung.shortSide;

/** What makes the input as large as the rung. */
const scaleTo = (input: VideoInput, rung: Rung): number =>
  Math.min(rung.longSide / longSide(input), rung.shortSide / shortSide(input));

function fitRung(input: VideoInput, rung: Rung): VideoRendition {
  const scale = scaleTo(input, rung);
  return {
    id: rung.id,
    width: even(input.width * scale, input.width),
    height: even(input.height * scale, input.height),
    bitrateBps: rateOf(rung, input.frameRate),
    ...pace(input.frameRate, rung.maxFrameRate),
  };
}

/** The input's own size, in place of the rung that it just misses. `below`: the largest rendition under it. */
function ownSize(
  input: VideoInput,
  missed: Rung,
  below: VideoRendition | undefined,
  { rungs }: LadderConfig,
): VideoRendition {
  const width = even(input.width, input.width);
  const height = even(input.height, input.height);
  const name = `${shortSide(input)}p`;
  return {
    // A wide picture may have as many lines as the box of a rung that it is scaled down to.
    id: rungs.some(({ id }) => id === name) ? `${width}x${height}` : name,
    width,
    height,
    bitrateBps: ownRate(input, missed, below),
    ...pace(input.frameRate, missed.maxFrameRate),
  };
}

/** Between the rates around it, as its pixels are between theirs; under the lowest rung, its share of that one's. */
function ownRate(input: VideoInput, missed: Rung, below: VideoRendition | undefined): number {
  const pixels = input.width * input.height;
  const mostBps = rateOf(missed, input.frameRate);
  if (!below) {
    const share = pixels / (missed.longSide * missed.shortSide);
    return Math.max(100_000, Math.round(mostBps * Math.min(share, 1)));
  }
  const fewest = below.width * below.height;
  const share = (pixels - fewest) / (pixels * scaleTo(input, missed) ** 2 - fewest);
  return Math.round(below.bitrateBps + share * (mostBps - below.bitrateBps));
}

const rateOf = (rung: Rung, frameRate: number): number =>
  frameRate > 30.5 && rung.maxFrameRate > 30 ? rung.highRateVideoBps : rung.videoBps;

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
