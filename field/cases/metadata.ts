import { type Amf0Value, encodeAmf0 } from '../../lib/protocol/rtmp/amf0.ts';
import { messageType } from '../../lib/protocol/rtmp/messages.ts';
import type { FieldCase, Plan } from '../model.ts';
import { byTime, inRealTime, type TimedMessage } from '../send/message.ts';
import { type ClipTag, clipOf, isHeader } from '../source/clip.ts';
import { clipPlan, oneSession } from './plain.ts';

const data = (atMs: number, payload: Buffer, typeId: number = messageType.dataAmf0): TimedMessage => ({
  atMs,
  timestampMs: atMs,
  typeId,
  payload,
  carries: [],
});

const metaData = (facts: Record<string, Amf0Value>): Buffer =>
  encodeAmf0(['@setDataFrame', 'onMetaData', new Map(Object.entries(facts))]);

/** The clip without its own metadata, and these messages. */
async function withMessages(seconds: number, ...more: TimedMessage[]): Promise<Plan> {
  const clip = await clipOf({ seconds });
  const media = inRealTime(clip.tags.filter(({ type }) => type !== 'script'));
  return oneSession(clip, byTime([...more, ...media]));
}

const cutOff = metaData({ width: 320 }).subarray(0, -8);

/** Longer than a string with a length of 16 bits can be. */
const longString = Buffer.concat([
  metaData({ width: 320 }).subarray(0, -3),
  Buffer.from('\0\x04note\x0c\0\x01\x11\x70', 'latin1'),
  Buffer.alloc(70_000, 'x'),
  Buffer.of(0, 0, 9),
]);

/** An object in an object in an object …, 400 deep, without an end. */
const deep = Buffer.concat([
  encodeAmf0(['@setDataFrame', 'onMetaData']),
  Buffer.alloc(4 * 400, Buffer.from('\x03\0\x01a', 'latin1')),
]);

/** AMF 3 behind the type marker that switches to it. */
const switchToAmf3 = Buffer.concat([encodeAmf0(['onMetaData']), Buffer.of(0x11, 0x0a, 0x0b, 1, 3, 0x61)]);

const hostile = [cutOff, longString, deep, switchToAmf3, Buffer.alloc(0), Buffer.of(0x0d, 0xff)];

const repeated = (isKind: (tag: ClipTag) => boolean) => (tags: readonly ClipTag[]) => {
  const header = tags.find((tag) => isHeader(tag) && isKind(tag));
  return tags.flatMap((tag) =>
    header && tag.timestampMs > 0 && tag.type === 'video' && tag.payload[0] === 0x17 && tag.payload[1] === 1
      ? [{ ...header, timestampMs: tag.timestampMs }, tag]
      : [tag],
  );
};

/** Data messages, announcements that aren't true, and messages without anything in them. */
export const metadataCases: readonly FieldCase[] = [
  {
    name: 'unreadable-metadata-first',
    sent: 'AMF data that is cut off, before the media',
    plan: () => withMessages(10, data(0, Buffer.concat([Buffer.of(0), cutOff]), messageType.dataAmf3)),
  },
  {
    name: 'unreadable-metadata-on-air',
    sent: 'at 5 to 10 s six data messages, each unreadable in another way',
    plan: () => withMessages(14, ...hostile.map((payload, index) => data(5000 + index * 1000, payload))),
  },
  {
    name: 'long-metadata',
    sent: 'valid metadata with a string of 70,000 bytes',
    plan: () => withMessages(10, data(0, longString)),
  },
  {
    name: 'wrong-metadata',
    sent: 'metadata that announces 5 pictures a second, another size and other codecs than are sent',
    plan: () =>
      withMessages(
        12,
        data(
          0,
          metaData({ framerate: 5, width: 1920, height: 1080, videocodecid: 2, audiosamplerate: 8000 }),
        ),
      ),
  },
  {
    name: 'announced-sound-never-sent',
    sent: 'a header of a sound that never comes',
    right: { tracks: 'pictures' },
    plan: () =>
      clipPlan({ seconds: 14 }, (tags) => tags.filter((tag) => tag.type !== 'audio' || isHeader(tag))),
  },
  {
    name: 'empty-messages',
    sent: 'every second a sound and a picture of 0 bytes, and of 1 byte',
    plan: async () => {
      const empty = Array.from({ length: 10 }, (_, second) =>
        [messageType.audio, messageType.video].flatMap((typeId) => [
          data(second * 1000 + 500, Buffer.alloc(0), typeId),
          data(second * 1000 + 510, Buffer.of(typeId === messageType.audio ? 0xaf : 0x27), typeId),
        ]),
      );
      return await withMessages(12, ...empty.flat());
    },
  },
  {
    name: 'sound-header-repeated',
    sent: 'the header of the sound again before every key frame',
    plan: () =>
      clipPlan(
        { seconds: 12 },
        repeated(({ type }) => type === 'audio'),
      ),
  },
  {
    name: 'picture-header-repeated',
    sent: 'the header of the pictures again before every key frame',
    plan: () =>
      clipPlan(
        { seconds: 12 },
        repeated(({ type }) => type === 'video'),
      ),
  },
];
