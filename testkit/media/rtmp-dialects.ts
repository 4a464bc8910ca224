import type { RtmpMessage } from '../../lib/protocol/rtmp/chunk-reader.ts';
import { messageType } from '../../lib/protocol/rtmp/messages.ts';

/** What encoders may send that our own writer never does. */

/** The message in chunks of type 0 and 3, the latter without the extended timestamp that they should repeat. */
export function shortChunks(message: RtmpMessage, chunkSize: number): Buffer {
  const { chunkStreamId, timestampMs, typeId, messageStreamId, payload } = message;
  const isExtended = timestampMs >= 0xffffff;
  const head = Buffer.alloc(isExtended ? 16 : 12);
  head[0] = chunkStreamId;
  head.writeUIntBE(Math.min(timestampMs, 0xffffff), 1, 3);
  head.writeUIntBE(payload.length, 4, 3);
  head[7] = typeId;
  head.writeUInt32LE(messageStreamId, 8);
  if (isExtended) head.writeUInt32BE(timestampMs, 12);
  const pieces = [head, payload.subarray(0, chunkSize)];
  for (let at = chunkSize; at < payload.length; at += chunkSize)
    pieces.push(Buffer.of(0xc0 | chunkStreamId), payload.subarray(at, at + chunkSize));
  return Buffer.concat(pieces);
}

type Inner = Pick<RtmpMessage, 'typeId' | 'timestampMs' | 'payload'>;

/**
 * An aggregate message (type 22) of these messages. `timestampMs` is its own, by default that of the first one; theirs are written
 * as they are.
 */
export function aggregateOf(inner: readonly Inner[], timestampMs = inner[0]?.timestampMs ?? 0): RtmpMessage {
  const pieces = inner.map(({ typeId, timestampMs: innerMs, payload }) => {
    const ends = Buffer.alloc(15);
    ends[0] = typeId;
    ends.writeUIntBE(payload.length, 1, 3);
    ends.writeUIntBE(innerMs & 0xffffff, 4, 3);
    ends[7] = innerMs >>> 24;
    ends.writeUInt32BE(11 + payload.length, 11);
    return Buffer.concat([ends.subarray(0, 11), payload, ends.subarray(11)]);
  });
  return {
    chunkStreamId: 7,
    timestampMs,
    typeId: messageType.aggregate,
    messageStreamId: 1,
    payload: Buffer.concat(pieces),
  };
}

/** A plain packet of enhanced RTMP behind a ModEx prefix: an offset of some nanoseconds, or bytes of an unknown kind. */
export function withModEx(packet: Buffer, modifier: number | Buffer = 250_000): Buffer {
  const isOffset = typeof modifier === 'number';
  const data = isOffset ? Buffer.from([modifier >> 16, modifier >> 8, modifier]) : modifier;
  const size = data.length < 256 ? [data.length - 1] : [255, (data.length - 1) >> 8, data.length - 1];
  const types = ((isOffset ? 0 : 9) << 4) | (packet[0]! & 15);
  const head = Buffer.of((packet[0]! & 0xf0) | 7, ...size);
  return Buffer.concat([head, data, Buffer.of(types), packet.subarray(1)]);
}

/** Plain packets of enhanced RTMP as tracks of one multitrack message; all of the first one's packet type. */
export function multitrackOf(
  type: 'audio' | 'video',
  kind: 'one' | 'many' | 'many-codecs',
  tracks: readonly (readonly [id: number, packet: Buffer])[],
): Buffer {
  const [, first] = tracks[0]!;
  const code = ['one', 'many', 'many-codecs'].indexOf(kind);
  const head = [(first[0]! & 0xf0) | (type === 'video' ? 6 : 5), (code << 4) | (first[0]! & 15)];
  const bodies = tracks.flatMap(([id, packet]) => {
    const body = packet.subarray(5);
    const size = Buffer.from([body.length >> 16, body.length >> 8, body.length]);
    const own = kind === 'many-codecs' ? [packet.subarray(1, 5)] : [];
    return [...own, Buffer.of(id), ...(kind === 'one' ? [] : [size]), body];
  });
  const common = kind === 'many-codecs' ? [] : [first.subarray(1, 5)];
  return Buffer.concat([Buffer.from(head), ...common, ...bodies]);
}
