/** A beep begins with the picture that is shown at each multiple of this. */
export const beepEveryMs = 3000;
/** How long a beep sounds and its picture is bright. */
export const flashMs = 160;
/** Beeps have eight pitches in turn, so that each finds its picture. */
export const beepPitches = 8;

export const beepHz = (beep: number): number => 600 + 200 * (beep % beepPitches);

/** Amplitudes, 1 is the loudest. Between beeps there is a quiet tone: silence is a fault. */
export const beepLevel = 0.5;
export const toneLevel = 0.015;

interface SoundOptions {
  readonly sampleRate?: number;
  readonly channels?: number;
  readonly soundSpeed?: number;
}

/** ffmpeg's source of the sound that belongs to numbered pictures. */
export function soundSource({ sampleRate = 48_000, channels = 2, soundSpeed = 1 }: SoundOptions): string {
  const time = soundSpeed === 1 ? 't' : `(t*${soundSpeed})`;
  const every = beepEveryMs / 1000;
  const pitch = `(600+200*mod(floor(${time}/${every}),${beepPitches}))`;
  const beep = `${beepLevel}*sin(2*PI*${pitch}*mod(${time},${every}))`;
  const tone = `${toneLevel}*sin(2*PI*200*${time})`;
  const sample = `if(lt(mod(${time},${every}),${flashMs / 1000}),${beep},${tone})`;
  return `aevalsrc='${channels === 1 ? sample : `${sample}|${sample}`}':s=${sampleRate}`;
}
