import { messageType } from '../../lib/protocol/rtmp/messages.ts';
import { aggregateOf } from '../../testkit/media/rtmp-dialects.ts';
import type { FieldCase } from '../model.ts';
import { inRealTime, type TimedMessage } from '../send/message.ts';
import { type ClipTag, clipOf } from '../source/clip.ts';
import { clipPlan, oneSession } from './plain.ts';

/** From `fromMs` on, four messages at a time in one. `own`: their timestamps count from the first of the four. */
function aggregated(messages: readonly TimedMessage[], fromMs: number, own: boolean): TimedMessage[] {
  const first = messages.findIndex(({ atMs }) => atMs >= fromMs);
  const joined = messages.slice(0, first);
  for (let at = first; at < messages.length; at += 4) {
    const four = messages.slice(at, at + 4);
    const { timestampMs } = four[0]!;
    const inner = own ? four.map((one) => ({ ...one, timestampMs: one.timestampMs - timestampMs })) : four;
    joined.push({
      atMs: four.at(-1)!.atMs,
      timestampMs,
      typeId: messageType.aggregate,
      payload: aggregateOf(inner, timestampMs).payload,
      carries: four.flatMap(({ carries }) => carries),
    });
  }
  return joined;
}

async function inAggregates(own: boolean) {
  const clip = await clipOf({ seconds: 14 });
  return oneSession(clip, aggregated(inRealTime(clip.tags), 4000, own));
}

/** What the headers of enhanced RTMP v2 put in front of the FourCC, by packet type. */
type Prefix = (first: number, packetType: number, type: 'audio' | 'video') => Buffer;

const codedFrames = 1;

/** The tag as enhanced RTMP v2 sends it: packet types in the first byte, FourCC, composition time. */
const enhanced =
  (prefix: Prefix, track = Buffer.alloc(0)) =>
  (tag: ClipTag): ClipTag => {
    const { type, payload } = tag;
    if (type === 'script') return tag;
    const packetType = payload[1] ?? 0;
    const first = type === 'video' ? 0x80 | (payload[0]! & 0x70) : 0x90;
    const fourCc = Buffer.from(type === 'video' ? 'avc1' : 'mp4a');
    const bodyFrom = type === 'audio' ? 2 : packetType === codedFrames ? 2 : 5;
    return {
      ...tag,
      payload: Buffer.concat([prefix(first, packetType, type), fourCc, track, payload.subarray(bodyFrom)]),
    };
  };

const plainPrefix: Prefix = (first, packetType) => Buffer.of(first | packetType);
/** ModEx with a timestamp offset in nanoseconds (type 0, three bytes). */
const modExPrefix: Prefix = (first, packetType) => Buffer.of(first | 7, 2, 0, 0x03, 0xe8, packetType);
/** Multitrack, with one track. */
const oneTrackPrefix: Prefix = (first, packetType, type) =>
  Buffer.of(first | (type === 'video' ? 6 : 5), packetType);

/** Ways to say the same that RTMP and its extensions allow. */
export const dialectCases: readonly FieldCase[] = [
  {
    name: 'aggregates',
    sent: 'from 4 s on four tags at a time in aggregate messages',
    plan: () => inAggregates(false),
  },
  {
    name: 'aggregates-own-time',
    sent: 'the same, with timestamps inside that count from 0',
    plan: () => inAggregates(true),
  },
  {
    name: 'enhanced-rtmp',
    sent: 'H.264 and AAC in the headers of enhanced RTMP',
    plan: () => clipPlan({ seconds: 12 }, (tags) => tags.map(enhanced(plainPrefix))),
  },
  {
    name: 'modex',
    sent: 'the same, every packet behind a ModEx prefix with a timestamp offset',
    plan: () => clipPlan({ seconds: 12 }, (tags) => tags.map(enhanced(modExPrefix))),
  },
  {
    name: 'one-track',
    sent: 'the same as multitrack packets with one track',
    plan: () => clipPlan({ seconds: 12 }, (tags) => tags.map(enhanced(oneTrackPrefix, Buffer.of(0)))),
  },
];
