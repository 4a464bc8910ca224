import type { FieldCase } from '../model.ts';
import { inRealTime, stalled, type TimedMessage } from '../send/message.ts';
import { type ClipTag, clipOf } from '../source/clip.ts';
import { oneSession } from './plain.ts';

const late = (type: ClipTag['type'], ms: number) => (tag: ClipTag) => (tag.type === type ? ms : 0);

async function lateTrack(seconds: number, type: ClipTag['type'], ms: number) {
  const clip = await clipOf({ seconds });
  return oneSession(clip, inRealTime(clip.tags, late(type, ms)));
}

async function stalls(seconds: number, ...spans: (readonly [number, number])[]) {
  const clip = await clipOf({ seconds });
  const messages = spans.reduce<TimedMessage[]>(
    (all, [fromMs, toMs]) => stalled(all, fromMs, toMs),
    inRealTime(clip.tags),
  );
  return oneSession(clip, messages);
}

/** Media that arrives at other times than its timestamps say. Timestamps decide. */
export const arrivalCases: readonly FieldCase[] = [
  {
    name: 'sound-late-150ms',
    sent: 'sound 150 ms after the picture of the same timestamp',
    right: { silenceMs: 200 },
    plan: () => lateTrack(14, 'audio', 150),
  },
  {
    name: 'sound-late-1500ms',
    sent: 'sound 1.5 s after the picture of the same timestamp',
    right: { silenceMs: 1600, lostBeeps: 1 },
    plan: () => lateTrack(18, 'audio', 1500),
  },
  {
    name: 'pictures-late-1500ms',
    sent: 'each picture 1.5 s after the sound of the same timestamp',
    plan: () => lateTrack(14, 'video', 1500),
  },
  {
    name: 'pictures-late-3000ms',
    sent: 'each picture 3 s after the sound of the same timestamp',
    right: { onAirMs: 9000 },
    plan: () => lateTrack(16, 'video', 3000),
  },
  {
    name: 'stall-and-burst',
    sent: 'nothing for 12 s at 8 s, then the backlog at once, then in real time',
    // Filler took that time: what it replaced isn't shown again.
    right: {
      standsMs: 1000,
      silenceMs: 13_000,
      lostPictures: 310,
      lostBeeps: 5,
      disturbed: { fromMs: 8000, toMs: 20_000, behindMs: 1000 },
    },
    plan: () => stalls(36, [8000, 20_000]),
  },
  {
    name: 'three-bursts',
    sent: 'nothing for 3 s at 6, 11 and 16 s, each time followed by the backlog at once',
    right: {
      standsMs: 1000,
      silenceMs: 10_000,
      lostPictures: 240,
      lostBeeps: 4,
      disturbed: { fromMs: 6000, toMs: 19_000, behindMs: 1000 },
    },
    plan: () => stalls(34, [6000, 9000], [11_000, 14_000], [16_000, 19_000]),
  },
  {
    name: 'steady-bursts',
    sent: 'media in bursts, one every 800 ms',
    plan: async () => {
      const clip = await clipOf({ seconds: 16 });
      const messages = inRealTime(clip.tags);
      return oneSession(
        clip,
        messages.map((message) => ({ ...message, atMs: Math.ceil(message.atMs / 800) * 800 })),
      );
    },
  },
];
