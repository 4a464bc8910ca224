import { shortChunks } from '../../testkit/media/rtmp-dialects.ts';
import type { FieldCase } from '../model.ts';
import { clockJumps, inRealTime, paused, type TimedMessage } from '../send/message.ts';
import { clipOf, isHeader } from '../source/clip.ts';
import { oneSession } from './plain.ts';

async function timed(
  seconds: number,
  change: (messages: readonly TimedMessage[]) => TimedMessage[],
  session = {},
) {
  const clip = await clipOf({ seconds });
  return oneSession(clip, change(inRealTime(clip.tags)), session);
}

const isSoundMessage = ({ carries }: TimedMessage): boolean =>
  carries.some((tag) => tag.type === 'audio' && !isHeader(tag));

/** A clock that runs fast or slow: timestamps are `partsPerMillion` off, and media is sent when it was recorded. */
const drifting =
  (partsPerMillion: number, isOff: (message: TimedMessage) => boolean = () => true) =>
  (messages: readonly TimedMessage[]) =>
    messages.map((message) =>
      isOff(message)
        ? { ...message, timestampMs: Math.round(message.timestampMs * (1 + partsPerMillion / 1e6)) }
        : message,
    );

/** Timestamps decide: so far they get sound out of step by the last beep. */
const soundDrifts = { offsetMs: 90 };

/** After 30 s a clock that is 3,000 ppm off makes one track end this much before the other, and two frames. */
const endsEarlyMs = 150;

const shortTimestampEndMs = 2 ** 24;
const timestampEndMs = 2 ** 32;

/** Encoders' clocks that stop, jump, wrap and drift. */
export const clockCases: readonly FieldCase[] = [
  {
    name: 'clock-paused-20s',
    sent: 'nothing for 20 s at 6 s; timestamps then go on where they stopped',
    right: { standsMs: 20_800, silenceMs: 20_800 },
    plan: () => timed(16, (messages) => paused(messages, 6000, 20_000)),
  },
  {
    name: 'clock-reset',
    sent: 'at 8 s timestamps begin at 0 again',
    right: { standsMs: 200, silenceMs: 150 },
    plan: () => timed(16, (messages) => clockJumps(messages, 8000, -8000)),
  },
  {
    name: 'clock-back-500ms',
    sent: 'at 8 s timestamps jump back by 500 ms',
    // Timestamps decide: half a second of media belongs to a time that viewers have seen.
    right: { standsMs: 700, silenceMs: 700, lostPictures: 13 },
    plan: () => timed(20, (messages) => clockJumps(messages, 8000, -500)),
  },
  {
    name: 'clock-ahead-1h',
    sent: 'at 8 s timestamps jump ahead by an hour',
    right: { standsMs: 200, silenceMs: 150 },
    plan: () => timed(16, (messages) => clockJumps(messages, 8000, 3_600_000)),
  },
  {
    name: 'clock-wraps',
    sent: 'timestamps begin at 2³² ms − 5 s',
    plan: () => timed(14, (messages) => clockJumps(messages, 0, timestampEndMs - 5000)),
  },
  {
    name: 'short-type-3-chunks',
    sent: 'timestamps pass 2²⁴ ms at 5 s; chunks of type 3 lack the extended timestamp',
    plan: () =>
      timed(14, (messages) => clockJumps(messages, 0, shortTimestampEndMs - 5000), {
        chunks: (message: Parameters<typeof shortChunks>[0]) => shortChunks(message, 512),
        chunkSize: 512,
      }),
  },
  {
    name: 'clock-fast',
    sent: 'timestamps run 3,000 ppm fast',
    right: { offsetMs: 40, silenceMs: endsEarlyMs },
    plan: () => timed(30, drifting(3000)),
  },
  {
    name: 'clock-slow',
    sent: 'timestamps run 3,000 ppm slow',
    right: { offsetMs: 40, silenceMs: endsEarlyMs },
    plan: () => timed(30, drifting(-3000)),
  },
  {
    name: 'sound-clock-fast',
    sent: "the sound's own timestamps run 3,000 ppm fast",
    right: soundDrifts,
    plan: () => timed(30, drifting(3000, isSoundMessage)),
  },
  {
    name: 'sound-clock-slow',
    sent: "the sound's own timestamps run 3,000 ppm slow",
    right: { ...soundDrifts, silenceMs: endsEarlyMs },
    plan: () => timed(30, drifting(-3000, isSoundMessage)),
  },
  {
    name: 'sound-samples-few',
    sent: 'sound with 3,000 ppm fewer samples than its timestamps say',
    right: { offsetMs: 40 },
    plan: async () => {
      const clip = await clipOf({ seconds: 30, soundSpeed: 1.003 });
      return oneSession(clip, drifting(3000, isSoundMessage)(inRealTime(clip.tags)));
    },
  },
  {
    name: 'sound-samples-many',
    sent: 'sound with 3,000 ppm more samples than its timestamps say',
    right: { offsetMs: 40, silenceMs: endsEarlyMs },
    plan: async () => {
      const clip = await clipOf({ seconds: 30, soundSpeed: 0.997 });
      return oneSession(clip, drifting(-3000, isSoundMessage)(inRealTime(clip.tags)));
    },
  },
];
