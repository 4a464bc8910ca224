import type { FieldCase } from '../model.ts';
import { inRealTime } from '../send/message.ts';
import { type ClipTag, clipOf, isHeader, isSound } from '../source/clip.ts';
import { clipPlan, oneSession } from './plain.ts';

const withoutSound = (fromMs: number, toMs: number) => (tags: readonly ClipTag[]) =>
  tags.filter((tag) => !(isSound(tag) && tag.timestampMs >= fromMs && tag.timestampMs < toMs));

/** The sound of another clip takes over, with its own header. */
async function soundBecomes(atMs: number, sampleRate: number, channels: number) {
  const clip = await clipOf({ seconds: 22, gop: 250 });
  const other = await clipOf({ seconds: 22, picture: false, sampleRate, channels });
  // Without pictures a clip's sound begins at 0, as much earlier as the encoder's first frame is long.
  const shiftMs = Math.round(shiftOf(clip.tags) - shiftOf(other.tags, sampleRate));
  const header = other.tags.find((tag) => isHeader(tag) && tag.type === 'audio')!;
  const tags = [
    ...clip.tags.filter((tag) => tag.type !== 'audio' || tag.timestampMs < atMs),
    { ...header, timestampMs: atMs },
    ...other.tags
      .filter(isSound)
      .map((tag) => ({ ...tag, timestampMs: tag.timestampMs + shiftMs }))
      .filter(({ timestampMs }) => timestampMs >= atMs),
  ];
  return oneSession(clip, inRealTime(tags));
}

/** When a clip's recorded sound begins: behind the first frame of 1,024 samples. */
const shiftOf = (tags: readonly ClipTag[], sampleRate = 48_000): number =>
  (tags.find(isSound)?.timestampMs ?? 0) + 1_024_000 / sampleRate;

/**
 * Config of HE-AAC around AAC-LC at half the rate: explicit, backward compatible signalling of SBR (ISO/IEC 14496-3 1.6.5).
 * 24 kHz doubled to 48 kHz, stereo.
 */
const heAacHeader = Buffer.of(0xaf, 0, 0x13, 0x10, 0x56, 0xe5, 0x98);

/** Sound of other kinds, that changes, that comes late, stops, or is alone. */
export const soundCases: readonly FieldCase[] = [
  {
    name: 'sound-changes',
    sent: '48 kHz stereo becomes 44.1 kHz mono at 10.6 s; key frames 10 s apart',
    plan: () => soundBecomes(10_600, 44_100, 1),
  },
  {
    name: 'sound-joins-at-10s',
    sent: 'pictures alone, and sound with its header from 10 s on',
    right: { silenceMs: 10_300 },
    plan: () =>
      clipPlan({ seconds: 20 }, (tags) =>
        tags
          .filter((tag) => tag.type === 'video' || (isSound(tag) && tag.timestampMs >= 10_000))
          .concat(
            tags
              .filter((tag) => tag.type === 'audio' && isHeader(tag))
              .map((tag) => ({ ...tag, timestampMs: 9990 })),
          ),
      ),
  },
  {
    name: 'sound-gaps',
    sent: 'no sound from 5 to 5.7 s and from 9.2 to 11.7 s',
    right: { silenceMs: 3400 },
    plan: () =>
      clipPlan({ seconds: 16 }, (tags) => withoutSound(9200, 11_700)(withoutSound(5000, 5700)(tags))),
  },
  {
    name: 'sound-ends',
    sent: 'no sound from 8 s on',
    right: { silenceMs: 9000 },
    plan: () => clipPlan({ seconds: 16 }, withoutSound(8000, 60_000)),
  },
  {
    name: 'sound-44100',
    sent: 'sound at 44.1 kHz',
    plan: () => clipPlan({ seconds: 14, sampleRate: 44_100 }),
  },
  {
    name: 'sound-22050',
    sent: 'sound at 22.05 kHz, in frames of 46 ms',
    right: { silenceMs: 100 },
    plan: () => clipPlan({ seconds: 14, sampleRate: 22_050 }),
  },
  {
    name: 'sound-8000-mono',
    sent: 'mono sound at 8 kHz, in frames of 128 ms',
    right: { silenceMs: 260 },
    plan: () => clipPlan({ seconds: 14, sampleRate: 8000, channels: 1 }),
  },
  {
    name: 'sound-he-aac',
    sent: 'sound that is signalled as HE-AAC, in frames of 43 ms',
    // A decoder's filters delay the sound by some 20 ms, for which a real encoder allows.
    right: { silenceMs: 90, offsetMs: 45 },
    plan: () =>
      clipPlan({ seconds: 14, sampleRate: 24_000 }, (tags) =>
        tags.map((tag) => (tag.type === 'audio' && isHeader(tag) ? { ...tag, payload: heAacHeader } : tag)),
      ),
  },
  {
    name: 'sound-alone',
    sent: 'sound without pictures, header or metadata of pictures',
    right: { tracks: 'sound' },
    plan: () => clipPlan({ seconds: 16, picture: false }),
  },
];
