import { beepHz, beepLevel, beepPitches, flashMs, toneLevel } from './test-sound.ts';

/** Sound as a player plays it. */
export interface HeardSound {
  /** Samples a second. */
  readonly rate: number;
  readonly frameSamples: number;
  /** When each frame of `frameSamples` begins. */
  readonly framesMs: readonly number[];
  readonly samples: Int16Array;
}

export interface Beep {
  readonly atMs: number;
  /** Which of the pitches. */
  readonly pitch: number;
}

export interface Stretch {
  readonly atMs: number;
  readonly forMs: number;
}

const loudest = 32_767;
const stepMs = 2;
const beepFrom = (beepLevel * loudest) / 5;
/** The mean of a sine is 0.64 of its peak. */
const silenceBelow = (toneLevel * loudest) / 6;
/** Shorter silences are no more than a coder's artefacts. */
const shortestSilenceMs = 20;
/** Frames this far apart have nothing between them. */
const holeMs = 5;

/** The presentation time of a sample. */
function timeMs({ framesMs, frameSamples, rate }: HeardSound, sample: number): number {
  const frame = Math.min(Math.floor(sample / frameSamples), framesMs.length - 1);
  return (framesMs[frame] ?? 0) + ((sample - frame * frameSamples) * 1000) / rate;
}

/** Where beeps begin. */
export function findBeeps(sound: HeardSound): Beep[] {
  const levels = levelsOf(sound);
  const beeps: Beep[] = [];
  let quietSteps = flashMs / stepMs;
  for (const [index, level] of levels.entries()) {
    if (level < beepFrom) {
      quietSteps++;
      continue;
    }
    const sample = index * samplesPerStep(sound);
    if (quietSteps * stepMs > flashMs / 4)
      beeps.push({ atMs: timeMs(sound, sample), pitch: pitchAt(sound, sample) });
    quietSteps = 0;
  }
  return beeps;
}

/** Where nothing is heard: silence, and holes between frames. */
export function findSilences(sound: HeardSound): Stretch[] {
  const silences: Stretch[] = [];
  const { framesMs, frameSamples, rate } = sound;
  const frameMs = (frameSamples * 1000) / rate;
  for (const [index, atMs] of framesMs.entries()) {
    const endMs = (framesMs[index - 1] ?? atMs) + frameMs;
    if (index > 0 && atMs - endMs > holeMs) silences.push({ atMs: endMs, forMs: atMs - endMs });
  }
  let from: number | undefined;
  const levels = levelsOf(sound);
  for (let index = 0; index <= levels.length; index++) {
    // One step alone may be a zero crossing of the tone.
    const silent =
      index < levels.length && Math.max(levels[index] ?? 0, levels[index + 1] ?? 0) < silenceBelow;
    if (silent) from ??= index;
    else if (from !== undefined) {
      const atMs = timeMs(sound, from * samplesPerStep(sound));
      const forMs = (index - from) * stepMs;
      if (forMs >= shortestSilenceMs) silences.push({ atMs, forMs });
      from = undefined;
    }
  }
  return silences.sort((a, b) => a.atMs - b.atMs);
}

const samplesPerStep = ({ rate }: HeardSound): number => Math.round((rate * stepMs) / 1000);

/** The mean level of each step. */
function levelsOf(sound: HeardSound): number[] {
  const step = samplesPerStep(sound);
  return Array.from({ length: Math.floor(sound.samples.length / step) }, (_, index) => {
    let sum = 0;
    for (let at = index * step; at < (index + 1) * step; at++) sum += Math.abs(sound.samples[at] ?? 0);
    return sum / step;
  });
}

/** Which pitch a beep has, by its zero crossings; its beginning and end are left out. */
function pitchAt({ samples, rate }: HeardSound, sample: number): number {
  const from = sample + Math.round(rate * 0.02);
  const to = sample + Math.round((rate * (flashMs - 40)) / 1000);
  let crossings = 0;
  for (let at = from; at < to; at++) if ((samples[at] ?? 0) < 0 !== (samples[at + 1] ?? 0) < 0) crossings++;
  const hz = (crossings * rate) / (2 * (to - from));
  const all = Array.from({ length: beepPitches }, (_, pitch) => pitch);
  return all.reduce((best, pitch) =>
    Math.abs(beepHz(pitch) - hz) < Math.abs(beepHz(best) - hz) ? pitch : best,
  );
}
