import { type Check, counted, seconds } from './check.ts';
import type { PicturesFound } from './pictures.ts';
import type { Stretch } from './sound.ts';
import type { Offset } from './step.ts';

export interface ShownRendition {
  readonly id: string;
  readonly pictures: PicturesFound;
  /** What the decoder complained about. */
  readonly complaints: readonly string[];
}

/** How much longer than in the source a picture may stand. */
const standsMs = 100;

/** Whether every picture sent is shown, once, in order and for as long as in the source, in every rendition. */
export function judgePictures(renditions: readonly ShownRendition[], sent: number): Check {
  const worst = Math.max(
    0,
    ...renditions.flatMap(({ pictures }) => pictures.standing.map(({ byMs }) => byMs)),
  );
  return {
    name: 'pictures',
    faults: renditions.flatMap(({ id, pictures, complaints }) => pictureFaults(id, pictures, complaints)),
    figures: {
      sent,
      lost: renditions.reduce((sum, { pictures }) => sum + pictures.lost.length, 0),
      longestStandMs: Math.round(worst),
    },
  };
}

function pictureFaults(id: string, pictures: PicturesFound, complaints: readonly string[]): string[] {
  const { lost, standing, backwards, unnumbered } = pictures;
  const [longest] = standing.filter(({ byMs }) => byMs > standsMs).sort((a, b) => b.byMs - a.byMs);
  const [back] = backwards;
  return [
    ...(lost.length > 0 ? [`${id}: ${lost.length} pictures lost (right: 0), first: ${lost[0]}`] : []),
    ...(longest
      ? [
          `${id}: picture ${longest.number} stands ${seconds(longest.byMs)} too long at ${seconds(longest.atMs)}`,
        ]
      : []),
    ...(back
      ? [`${id}: picture ${back.to} after ${back.from}, ${backwards.length} times (right: never)`]
      : []),
    ...(unnumbered > 0 ? [`${id}: ${unnumbered} pictures are not ours or are broken (right: 0)`] : []),
    ...counted(complaints, `complaints of the decoder of ${id}`),
  ];
}

export interface SoundFound {
  readonly offsets: readonly Offset[];
  readonly silences: readonly Stretch[];
  readonly lostBeeps: number;
  readonly complaints: readonly string[];
}

/** People notice sound that is 45 ms early (ITU-R BT.1359). */
const offsetMs = 40;
/** Two AAC frames, and what a player's start costs. */
const silenceMs = 100;
const leastOffsets = 2;

/** Whether the sound is whole and in step with its pictures, at every beep. */
export function judgeSound({ offsets, silences, lostBeeps, complaints }: SoundFound): Check {
  const off = offsets.filter((each) => Math.abs(each.offsetMs) > offsetMs);
  const [worst] = offsets.toSorted((a, b) => Math.abs(b.offsetMs) - Math.abs(a.offsetMs));
  const silentMs = silences.reduce((sum, { forMs }) => sum + forMs, 0);
  return {
    name: 'sound',
    faults: [
      ...(off.length > 0 && worst
        ? [
            `sound against picture ${Math.round(worst.offsetMs)} ms at ${seconds(worst.atMs)}, ${off.length} of ${offsets.length} beeps off (right: within ${offsetMs} ms)`,
          ]
        : []),
      ...(offsets.length < leastOffsets
        ? [`${offsets.length} beeps with their picture (right: ${leastOffsets} at least)`]
        : []),
      ...(silentMs > silenceMs
        ? [`${seconds(silentMs)} of silence, first at ${seconds(silences[0]?.atMs ?? 0)} (right: none)`]
        : []),
      ...(lostBeeps > 0 ? [`${lostBeeps} beeps lost (right: 0)`] : []),
      ...counted(complaints, 'complaints of the decoder'),
    ],
    figures: {
      beeps: offsets.length,
      worstOffsetMs: Math.round(worst?.offsetMs ?? 0),
      silentMs: Math.round(silentMs),
    },
  };
}
