import type { FieldCase } from '../model.ts';
import { inRealTime } from '../send/message.ts';
import { type ClipTag, clipOf } from '../source/clip.ts';
import { withoutPictures } from './pictures.ts';
import { clipPlan, oneSession } from './plain.ts';

/** At `atMs` the pictures of another clip take over with their header, in the middle of the first one's GOP. */
async function sizeBecomes(atMs: number, size: string) {
  const clip = await clipOf({ seconds: 18, gop: 500 });
  const other = await clipOf({ seconds: 18, size });
  const isVideo = ({ type }: ClipTag): boolean => type === 'video';
  const header = other.tags.find(isVideo)!;
  return oneSession(
    clip,
    inRealTime([
      ...clip.tags.filter((tag) => !isVideo(tag) || tag.timestampMs < atMs),
      { ...header, timestampMs: atMs },
      ...other.tags.filter((tag) => isVideo(tag) && tag.timestampMs >= atMs),
    ]),
  );
}

/** Sizes, profiles and pixel formats that encoders really send. */
export const sizeCases: readonly FieldCase[] = [
  {
    name: 'odd-853x479-444',
    sent: '853×479, High 4:4:4',
    right: { lines: [478, 480] },
    plan: () => clipPlan({ seconds: 12, size: '853x479', pixels: 'yuv444p' }),
  },
  {
    name: 'odd-427x240',
    sent: '427×240, High 4:4:4',
    right: { lines: [238, 240] },
    plan: () => clipPlan({ seconds: 12, size: '427x240', pixels: 'yuv444p' }),
  },
  {
    name: 'portrait',
    sent: '360×640',
    right: { lines: [636, 640] },
    plan: () => clipPlan({ seconds: 12, size: '360x640' }),
  },
  {
    name: 'four-two-two',
    sent: 'High 4:2:2, of which the pictures of one GOP are dropped',
    plan: () => clipPlan({ seconds: 14, pixels: 'yuv422p' }, withoutPictures(150, 200)),
  },
  {
    name: 'ten-bit',
    sent: 'High 10, of which the pictures of one GOP are dropped',
    plan: () => clipPlan({ seconds: 14, pixels: 'yuv420p10' }, withoutPictures(150, 200)),
  },
  {
    name: 'size-changes-mid-gop',
    sent: 'at 10 s the pictures become 426×240, with a header and a key frame, in the middle of a GOP',
    right: { standsMs: 300, discontinuities: 1 },
    plan: () => sizeBecomes(10_010, '426x240'),
  },
];
