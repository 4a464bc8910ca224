import type { FieldCase } from '../model.ts';
import { byTime, inRealTime } from '../send/message.ts';
import { type ClipTag, clipOf, isHeader } from '../source/clip.ts';
import { clipPlan, oneSession } from './plain.ts';

/** Without the pictures from one number to before another. */
export const withoutPictures = (from: number, to: number) => (tags: readonly ClipTag[]) =>
  tags.filter(({ picture }) => picture === undefined || picture < from || picture >= to);

/** Pictures are sent this much before they are shown, so that composition times grow. */
const sentBefore = (ms: number) => (tags: readonly ClipTag[]) =>
  tags.map((tag) => {
    if (isHeader(tag)) return tag;
    if (tag.type !== 'video') return { ...tag, timestampMs: tag.timestampMs + ms };
    const payload = Buffer.from(tag.payload);
    payload.writeIntBE(payload.readIntBE(2, 3) + ms, 2, 3);
    return { ...tag, payload };
  });

/** Pictures that are missing, rare, or come in an unusual rhythm. */
export const pictureCases: readonly FieldCase[] = [
  {
    name: 'gop-dropped',
    sent: 'an encoder on a bad uplink drops the pictures of one GOP, 6 to 8 s; sound goes on',
    plan: () => clipPlan({ seconds: 14 }, withoutPictures(150, 200)),
  },
  {
    name: 'gops-dropped-with-b-pictures',
    sent: 'the same at 4 to 6 s and 8 to 12 s, in a stream with B pictures',
    plan: () =>
      clipPlan({ seconds: 18, encoder: ['-bf', '3', '-b_strategy', '0'] }, (tags) =>
        withoutPictures(200, 300)(withoutPictures(100, 150)(tags)),
      ),
  },
  {
    name: 'slides',
    sent: 'a picture every 3 s, a key frame every 12 s',
    right: { onAirMs: 4000 },
    plan: () => clipPlan({ seconds: 25, rate: '1/3', gop: 4, encoder: ['-tune', 'zerolatency'] }),
  },
  {
    name: 'screen-stands-mid-gop',
    sent: 'no picture from 6 to 12.4 s, then inter pictures; key frames 20 s apart',
    plan: () => clipPlan({ seconds: 24, gop: 500, choose: "select='not(between(t,6.01,12.39))'" }),
  },
  {
    name: 'pictures-away-40s',
    sent: 'no picture from 6 to 46 s while the sound goes on, then inter pictures',
    plan: () => clipPlan({ seconds: 54, gop: 500, choose: "select='not(between(t,6.01,45.99))'" }),
  },
  {
    name: 'gop-20s',
    sent: 'a key frame every 20 s',
    plan: () => clipPlan({ seconds: 26, gop: 500 }),
  },
  {
    name: 'sixty-a-second',
    sent: '60 pictures a second',
    // Of a small picture renditions have 30 a second.
    right: { lostPictures: 430 },
    plan: () => clipPlan({ seconds: 14, rate: 60, gop: 120 }),
  },
  {
    name: 'thirty-over-1001',
    sent: '29.97 pictures a second, a key frame every 3.3 s',
    plan: () => clipPlan({ seconds: 16, rate: '30000/1001', gop: 100 }),
  },
  {
    name: 'variable-rate',
    sent: '60 and 5 pictures a second by turns of 2 s',
    right: { lostPictures: 310 },
    plan: () =>
      clipPlan({ seconds: 18, rate: 60, gop: 100, choose: "select='lt(mod(t,4),2)+not(mod(n,12))'" }),
  },
  {
    name: 'long-composition-times',
    sent: 'B pictures, sent 480 ms and more before they are shown',
    plan: async () => {
      const clip = await clipOf({ seconds: 14, encoder: ['-bf', '6', '-b_strategy', '0'] });
      return oneSession(clip, byTime(inRealTime(sentBefore(480)(clip.tags))));
    },
  },
];
