import { Buffer } from 'node:buffer';
import type { RtmpMessage } from './chunk-reader.ts';
import { ProtocolError } from './errors.ts';

/** Message type ids (RTMP 1.0, 5.4 and 7.1). */
export const messageType = {
  setChunkSize: 1,
  abort: 2,
  acknowledgement: 3,
  userControl: 4,
  windowAckSize: 5,
  setPeerBandwidth: 6,
  audio: 8,
  video: 9,
  dataAmf3: 15,
  commandAmf3: 17,
  dataAmf0: 18,
  commandAmf0: 20,
  aggregate: 22,
} as const;

/** Of an audio or video message. */
export const mediaTypeOf = (typeId: number): 'audio' | 'video' =>
  typeId === messageType.video ? 'video' : 'audio';

/** The chunk stream of protocol control messages. */
const controlChunkStreamId = 2;

/** A protocol control message (5.4) or user control event (6.2, 7.1.7), as plain data. */
export type ControlMessage =
  | { readonly kind: 'set-chunk-size'; readonly chunkSize: number }
  | { readonly kind: 'abort'; readonly chunkStreamId: number }
  /** Bytes received so far, modulo 2³². */
  | { readonly kind: 'acknowledgement'; readonly sequenceNumber: number }
  | { readonly kind: 'window-ack-size'; readonly windowBytes: number }
  | { readonly kind: 'set-peer-bandwidth'; readonly windowBytes: number; readonly limit: PeerBandwidthLimit }
  | { readonly kind: 'stream-begin'; readonly messageStreamId: number }
  | { readonly kind: 'stream-eof'; readonly messageStreamId: number }
  | { readonly kind: 'set-buffer-length'; readonly messageStreamId: number; readonly bufferMs: number }
  | { readonly kind: 'ping-request'; readonly timestampMs: number }
  | { readonly kind: 'ping-response'; readonly timestampMs: number };

export type PeerBandwidthLimit = 'hard' | 'soft' | 'dynamic';

const limits: readonly PeerBandwidthLimit[] = ['hard', 'soft', 'dynamic'];

const userEvent = {
  'stream-begin': 0,
  'stream-eof': 1,
  'set-buffer-length': 3,
  'ping-request': 6,
  'ping-response': 7,
} as const;

export function encodeControl(message: ControlMessage): RtmpMessage {
  switch (message.kind) {
    case 'set-chunk-size':
      return control(messageType.setChunkSize, uint32(message.chunkSize));
    case 'abort':
      return control(messageType.abort, uint32(message.chunkStreamId));
    case 'acknowledgement':
      return control(messageType.acknowledgement, uint32(message.sequenceNumber));
    case 'window-ack-size':
      return control(messageType.windowAckSize, uint32(message.windowBytes));
    case 'set-peer-bandwidth': {
      const payload = Buffer.concat([uint32(message.windowBytes), Buffer.of(limits.indexOf(message.limit))]);
      return control(messageType.setPeerBandwidth, payload);
    }
    case 'stream-begin':
    case 'stream-eof':
      return event(message.kind, uint32(message.messageStreamId));
    case 'set-buffer-length':
      return event(message.kind, uint32(message.messageStreamId), uint32(message.bufferMs));
    case 'ping-request':
    case 'ping-response':
      return event(message.kind, uint32(message.timestampMs));
  }
}

/** Reads a control message; undefined for other message types and for user events not listed here. Throws `CONTROL_MALFORMED`. */
export function decodeControl(message: RtmpMessage): ControlMessage | undefined {
  const { typeId, payload } = message;
  switch (typeId) {
    case messageType.setChunkSize:
      return { kind: 'set-chunk-size', chunkSize: readUint32(payload, 0) };
    case messageType.abort:
      return { kind: 'abort', chunkStreamId: readUint32(payload, 0) };
    case messageType.acknowledgement:
      return { kind: 'acknowledgement', sequenceNumber: readUint32(payload, 0) };
    case messageType.windowAckSize:
      return { kind: 'window-ack-size', windowBytes: readUint32(payload, 0) };
    case messageType.setPeerBandwidth: {
      const limit = limits[payload[4] ?? -1];
      if (limit === undefined) throw new ProtocolError('CONTROL_MALFORMED', 'unknown peer bandwidth limit');
      return { kind: 'set-peer-bandwidth', windowBytes: readUint32(payload, 0), limit };
    }
    case messageType.userControl:
      return decodeUserEvent(payload);
    default:
      return undefined;
  }
}

function decodeUserEvent(payload: Buffer): ControlMessage | undefined {
  if (payload.length < 2) throw new ProtocolError('CONTROL_MALFORMED', 'a user control message is too short');
  switch (payload.readUInt16BE(0)) {
    case userEvent['stream-begin']:
      return { kind: 'stream-begin', messageStreamId: readUint32(payload, 2) };
    case userEvent['stream-eof']:
      return { kind: 'stream-eof', messageStreamId: readUint32(payload, 2) };
    case userEvent['set-buffer-length']:
      return {
        kind: 'set-buffer-length',
        messageStreamId: readUint32(payload, 2),
        bufferMs: readUint32(payload, 6),
      };
    case userEvent['ping-request']:
      return { kind: 'ping-request', timestampMs: readUint32(payload, 2) };
    case userEvent['ping-response']:
      return { kind: 'ping-response', timestampMs: readUint32(payload, 2) };
    default:
      return undefined;
  }
}

function control(typeId: number, payload: Buffer): RtmpMessage {
  return { chunkStreamId: controlChunkStreamId, timestampMs: 0, typeId, messageStreamId: 0, payload };
}

function event(kind: keyof typeof userEvent, ...fields: Buffer[]): RtmpMessage {
  return control(messageType.userControl, Buffer.concat([Buffer.of(0, userEvent[kind]), ...fields]));
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

function readUint32(payload: Buffer, at: number): number {
  if (payload.length < at + 4) throw new ProtocolError('CONTROL_MALFORMED', 'a control message is too short');
  return payload.readUInt32BE(at);
}
