import type { RtmpMessage } from './chunk-reader.ts';
import { ProtocolError } from './errors.ts';
import { messageType } from './messages.ts';

/** Each message inside has a header like an FLV tag's, and the size of both after it ("back pointer"). */
const headerBytes = 11;
const backPointerBytes = 4;

const innerTypes: ReadonlySet<number> = new Set([
  messageType.audio,
  messageType.video,
  messageType.dataAmf0,
  messageType.dataAmf3,
]);

/**
 * Passes on the messages inside an aggregate message (RTMP 1.0, 7.1.6), in order; their payloads are views. The aggregate's
 * timestamp is that of the first one, and its message stream id holds for all. Returns what of it could not be read or may not be
 * inside (`AGGREGATE_MALFORMED`); all else has been passed on.
 */
export function splitAggregate(
  aggregate: RtmpMessage,
  onMessage: (message: RtmpMessage) => void,
): ProtocolError | undefined {
  const { payload, chunkStreamId, messageStreamId } = aggregate;
  let fault: ProtocolError | undefined;
  let offsetMs: number | undefined;
  for (let at = 0; at < payload.length; ) {
    const start = at + headerBytes;
    const end = start <= payload.length ? start + payload.readUIntBE(at + 1, 3) : Number.POSITIVE_INFINITY;
    if (end > payload.length) {
      return malformed(`is cut off ${payload.length - at} bytes into a message`);
    }
    const typeId = payload[at] as number;
    // The upper byte follows the lower three, as in FLV.
    const timestampMs = payload.readUIntBE(at + 4, 3) + (payload[at + 7] as number) * 0x100_0000;
    offsetMs ??= aggregate.timestampMs - timestampMs;
    if (innerTypes.has(typeId)) {
      const inner = payload.subarray(start, end);
      onMessage({
        chunkStreamId,
        timestampMs: (timestampMs + offsetMs) >>> 0,
        typeId,
        messageStreamId,
        payload: inner,
      });
    } else fault ??= malformed(`contains a message of type ${typeId}`);
    at = end + backPointerBytes;
  }
  return fault;
}

function malformed(how: string): ProtocolError {
  return new ProtocolError('AGGREGATE_MALFORMED', `an aggregate message ${how}`);
}
