import { formatDuration, joinWords, mbps } from '../../../../control-store/format.ts';
import type { HealthReason } from '../../../../control-store/health/health-record.ts';
import type { MeasuredStep } from './step-meter.ts';

/** What a verdict is based on. */
export interface HealthFacts {
  /** The last ones, oldest first; empty if no media can be used yet. */
  readonly steps: readonly MeasuredStep[];
  /** Pictures a second as the session began; undefined for sound alone. */
  readonly frameRate?: number | undefined;
  /** The publisher has sent sound. */
  readonly hasSound: boolean;
  /** The session's pictures wait for a key frame. */
  readonly keyFrameAwaited: boolean;
  /** How far our encoder is behind what it was given; undefined if there is none. */
  readonly lagMs?: number | undefined;
  /** 1 is real time. */
  readonly encoderSpeed?: number | undefined;
  /** Renditions that were turned off because the machine is too slow for them. */
  readonly turnedOff: readonly string[];
}

export interface Judgement {
  readonly verdict: 'excellent' | 'fair' | 'bad';
  /** Worst first. */
  readonly reasons: readonly HealthReason[];
}

/** Steps that a verdict is based on: half a minute. */
export const judgedSteps = 6;

type Finding = Omit<HealthReason, 'code'> & { readonly isBad: boolean };

/** Where `fair` and `bad` begin. */
const limits = {
  lostShare: { fair: 0.005, bad: 0.05, fewest: 3 },
  /** Media received, by its timestamps, in the time of the clock. */
  pace: { fair: 0.93, bad: 0.8 },
  gapMs: { counts: 800, fair: 2_000, bad: 5_000 },
  frameRate: { fair: 0.85, bad: 0.5 },
  keyFrameMs: { fair: 4_200, bad: 15_000 },
  avOffsetMs: { fair: 500, bad: 1_500 },
  lagMs: 2_500,
} as const;
/** A slow pace is that of several steps: what the network held up for one comes in the next. */
const fewestForPace = 3;
/** Our encoder is so far behind that we read no more of the publisher: how fast its media comes says nothing. */
const throttledLagMs = 3_000;
const wiredAdvice = 'or use a cable instead of Wi-Fi';

/** Each thing that can be wrong, by its code; of two that are equally bad the first is told first. */
const rules: Readonly<Record<string, (facts: HealthFacts) => Finding | undefined>> = {
  'key-frame-awaited': ({ keyFrameAwaited }) =>
    keyFrameAwaited
      ? {
          isBad: true,
          message: 'The video has had no key frame yet, so its pictures can’t be shown.',
          advice: 'Set the key frame interval of your encoder to 2 s.',
        }
      : undefined,

  'encoder-slow': ({ lagMs = 0, encoderSpeed = 1 }) =>
    lagMs >= limits.lagMs
      ? {
          isBad: true,
          message: `This machine can’t keep up: it encodes at ${encoderSpeed.toFixed(1)}× real time and is ${formatDuration(lagMs)} behind.`,
          advice:
            'If it lasts, a rendition is turned off. Stop what else runs there, or offer fewer renditions.',
        }
      : undefined,

  'renditions-off': ({ turnedOff }) =>
    turnedOff.length > 0
      ? {
          isBad: false,
          message: `This machine can’t keep up: ${joinWords(turnedOff, '')} ${turnedOff.length > 1 ? 'were' : 'was'} turned off.`,
          advice: 'They come back once there is room: stop what else runs there, or offer fewer renditions.',
        }
      : undefined,

  'uplink-drops': ({ steps }) => {
    const { fair, bad, fewest } = limits.lostShare;
    const lost = total(steps, ({ lostPictures }) => lostPictures);
    const share = lost / (lost + picturesIn(steps));
    if (lost < fewest || share < fair) return undefined;
    return {
      isBad: share >= bad,
      message: `${lost} pictures of the last ${formatDuration(timeOf(steps))} (${percent(share)}) were left out or came too late.`,
      advice: `Your uplink drops pictures: ${lowerBitrate(steps)}, ${wiredAdvice}.`,
    };
  },

  'uplink-slow': (facts) => {
    const { steps } = facts;
    const pace = total(steps, ({ mediaMs }) => mediaMs) / timeOf(steps);
    if (!isPaceKnown(facts) || pace >= limits.pace.fair || stallOf(facts)) return undefined;
    return {
      isBad: pace < limits.pace.bad,
      message: `Only ${pace.toFixed(2)} s of media arrives in a second.`,
      advice: `Your uplink is too slow for what you send: ${lowerBitrate(steps)}, ${wiredAdvice}.`,
    };
  },

  'pictures-missing': (facts) => {
    const last = facts.steps.at(-1);
    const isMissing = facts.frameRate !== undefined && hasOnlySound(last);
    if (!isMissing || !last || last.gapMs < limits.gapMs.bad) return undefined;
    return {
      isBad: true,
      message: `No picture has come for ${formatDuration(last.gapMs)}, only sound.`,
      advice: 'Check the camera and the video settings of your encoder.',
    };
  },

  'uplink-stalls': (facts) => {
    const stall = stallOf(facts);
    if (!stall || hasOnlySound(facts.steps.at(-1))) return undefined;
    return {
      isBad: stall.isBad,
      message: `The media stops at times: nothing came for ${formatDuration(stall.longestMs)}.`,
      advice: `Your network holds it up: ${lowerBitrate(facts.steps)}, ${wiredAdvice}.`,
    };
  },

  'sound-missing': ({ steps, hasSound, frameRate }) => {
    const recent = steps.slice(-fewestForPace);
    const isSilent = recent.length === fewestForPace && recent.every(({ audioBps }) => audioBps === 0);
    if (!hasSound || frameRate === undefined || !isSilent || picturesIn(recent) === 0) return undefined;
    return {
      isBad: true,
      message: `No sound has come for ${formatDuration(timeOf(recent))}, only pictures.`,
      advice: 'Check the audio source and the audio settings of your encoder.',
    };
  },

  'frame-rate-low': (facts) => {
    const { steps, frameRate } = facts;
    if (frameRate === undefined || !isPaceKnown(facts) || stallOf(facts)) return undefined;
    const sent =
      ((picturesIn(steps) + total(steps, ({ lostPictures }) => lostPictures)) * 1_000) / timeOf(steps);
    const pace = total(steps, ({ mediaMs }) => mediaMs) / timeOf(steps);
    if (pace < limits.pace.fair || sent >= limits.frameRate.fair * frameRate) return undefined;
    return {
      isBad: sent < limits.frameRate.bad * frameRate,
      message: `Your encoder sends ${Math.round(sent)} pictures a second instead of ${Math.round(frameRate)}.`,
      advice: 'Your computer is too slow for them: lower the resolution or the frame rate in your encoder.',
    };
  },

  'key-frames-rare': ({ steps }) => {
    const longestMs = greatest(steps, ({ keyFrameIntervalMs }) => keyFrameIntervalMs);
    if (longestMs < limits.keyFrameMs.fair) return undefined;
    return {
      isBad: longestMs >= limits.keyFrameMs.bad,
      message: `Key frames come every ${formatDuration(Math.round(longestMs / 100) * 100)}.`,
      advice: 'Set the key frame interval of your encoder to 2 s.',
    };
  },

  'sound-apart': ({ steps }) => {
    const known = steps.flatMap(({ avOffsetMs }) => (avOffsetMs === undefined ? [] : [avOffsetMs]));
    const offsetMs = known.sort((a, b) => a - b)[Math.floor(known.length / 2)] ?? 0;
    const apartMs = Math.abs(offsetMs);
    if (apartMs < limits.avOffsetMs.fair) return undefined;
    const [later, earlier] = offsetMs > 0 ? ['sound', 'pictures'] : ['pictures', 'sound'];
    return {
      isBad: apartMs >= limits.avOffsetMs.bad,
      message: `The ${later} come${later === 'sound' ? 's' : ''} ${formatDuration(apartMs)} after the ${earlier}, so viewers are that much further behind.`,
      advice: 'Check the delays (sync offset, buffering) of audio and video sources in your encoder.',
    };
  },
};

/** One verdict on what arrives and how it is encoded, with its reasons in words. */
export function judgeHealth(facts: HealthFacts): Judgement {
  const found = Object.entries(rules).flatMap(([code, rule]) => {
    const finding = rule(facts);
    return finding ? [{ code, ...finding }] : [];
  });
  const worstFirst = [...found.filter(({ isBad }) => isBad), ...found.filter(({ isBad }) => !isBad)];
  const [worst] = worstFirst;
  return {
    verdict: worst === undefined ? 'excellent' : worst.isBad ? 'bad' : 'fair',
    reasons: worstFirst.map(({ code, message, advice }) => ({ code, message, advice })),
  };
}

/** The longest pause of a publisher whose media stops at times. */
function stallOf({
  steps,
  frameRate = 25,
  lagMs = 0,
}: HealthFacts): { isBad: boolean; longestMs: number } | undefined {
  if (lagMs >= throttledLagMs) return undefined;
  const { counts, fair, bad } = limits.gapMs;
  // Slides may come once a second.
  const leastMs = Math.max(counts, 4_000 / frameRate);
  const stalls = steps.filter(({ gapMs }) => gapMs >= leastMs);
  const longestMs = greatest(stalls, ({ gapMs }) => gapMs);
  if (stalls.length < 2 && longestMs < Math.max(fair, leastMs)) return undefined;
  return stalls.length === 0 ? undefined : { isBad: longestMs >= bad, longestMs };
}

const isPaceKnown = ({ steps, lagMs = 0 }: HealthFacts): boolean =>
  steps.length >= fewestForPace && lagMs < throttledLagMs;

const hasOnlySound = (step: MeasuredStep | undefined): boolean =>
  step !== undefined && step.frameRate === 0 && step.audioBps > 0;

/** Three quarters of what gets through, in round figures. */
function lowerBitrate(steps: readonly MeasuredStep[]): string {
  const through =
    total(steps, ({ videoBps, audioBps, forMs }) => (videoBps + audioBps) * forMs) / timeOf(steps);
  const grain = through > 4e6 ? 500_000 : 100_000;
  const bps = Math.floor((0.75 * through) / grain) * grain;
  return bps < 300_000 ? 'lower the bitrate and the resolution' : `lower the bitrate to ${mbps(bps)}`;
}

const picturesIn = (steps: readonly MeasuredStep[]): number =>
  Math.round(total(steps, ({ frameRate, forMs }) => (frameRate * forMs) / 1_000));

const timeOf = (steps: readonly MeasuredStep[]): number => total(steps, ({ forMs }) => forMs);

const total = (steps: readonly MeasuredStep[], of: (step: MeasuredStep) => number): number =>
  steps.reduce((sum, step) => sum + of(step), 0);

const greatest = (steps: readonly MeasuredStep[], of: (step: MeasuredStep) => number | undefined): number =>
  Math.max(0, ...steps.map((step) => of(step) ?? 0));

const percent = (share: number): string =>
  share < 0.095 ? `${(share * 100).toFixed(1)} %` : `${Math.round(share * 100)} %`;
