import type { ControlMessage } from '../../../lib/protocol/rtmp/messages.ts';

/** Control messages and their payload. */
export const controlVectors: readonly { readonly message: ControlMessage; readonly typeId: number; readonly hex: string }[] = [
  { message: { kind: 'set-chunk-size', chunkSize: 4096 }, typeId: 1, hex: '00001000' },
  { message: { kind: 'abort', chunkStreamId: 4 }, typeId: 2, hex: '00000004' },
  { message: { kind: 'acknowledgement', sequenceNumber: 0xfffffffe }, typeId: 3, hex: 'fffffffe' },
  { message: { kind: 'stream-begin', messageStreamId: 1 }, typeId: 4, hex: '0000 00000001' },
  { message: { kind: 'stream-eof', messageStreamId: 1 }, typeId: 4, hex: '0001 00000001' },
  { message: { kind: 'set-buffer-length', messageStreamId: 1, bufferMs: 3000 }, typeId: 4, hex: '0003 00000001 00000bb8' },
  { message: { kind: 'ping-request', timestampMs: 77 }, typeId: 4, hex: '0006 0000004d' },
  { message: { kind: 'ping-response', timestampMs: 77 }, typeId: 4, hex: '0007 0000004d' },
  { message: { kind: 'window-ack-size', windowBytes: 2_500_000 }, typeId: 5, hex: '002625a0' },
  { message: { kind: 'set-peer-bandwidth', windowBytes: 2_500_000, limit: 'hard' }, typeId: 6, hex: '002625a0 00' },
  { message: { kind: 'set-peer-bandwidth', windowBytes: 2_500_000, limit: 'soft' }, typeId: 6, hex: '002625a0 01' },
  { message: { kind: 'set-peer-bandwidth', windowBytes: 2_500_000, limit: 'dynamic' }, typeId: 6, hex: '002625a0 02' },
];

/** Payloads that are refused. */
export const badControl: readonly { readonly name: string; readonly typeId: number; readonly hex: string }[] = [
  { name: 'a set-chunk-size message of 3 bytes', typeId: 1, hex: '001000' },
  { name: 'an empty acknowledgement', typeId: 3, hex: '' },
  { name: 'a user control message of one byte', typeId: 4, hex: '00' },
  { name: 'a ping without a time', typeId: 4, hex: '0006' },
  { name: 'a buffer length without a length', typeId: 4, hex: '0003 00000001' },
  { name: 'a peer bandwidth without a limit', typeId: 6, hex: '002625a0' },
  { name: 'a peer bandwidth with an unknown limit', typeId: 6, hex: '002625a0 03' },
];
