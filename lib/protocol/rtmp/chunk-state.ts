import { Buffer } from 'node:buffer';
import { ProtocolError } from './errors.ts';

/** The state a chunk reader needs to continue at a point where no message is partial. */
export interface ChunkState {
  /** Payload bytes per chunk, 1 to 16,777,215. */
  readonly chunkSize: number;
  readonly streams: readonly ChunkStreamState[];
}

/** The last message header of a chunk stream, which headers of types 1 to 3 build on. */
export interface ChunkStreamState {
  /** 2 to 65,599. */
  readonly chunkStreamId: number;
  /** Timestamp of the last message, in ms, as an unsigned 32-bit number. */
  readonly timestampMs: number;
  /**
   * Timestamp delta for a type 3 header; after a type 0 header, that header's timestamp (RTMP 1.0, 5.3.1.2.4), or 0 if that was
   * an extended one.
   */
  readonly timestampDeltaMs: number;
  /** Message length in bytes. */
  readonly length: number;
  readonly typeId: number;
  readonly messageStreamId: number;
  /** The header had an extended timestamp, so type 3 headers may repeat it. */
  readonly extendedTimestamp: boolean;
}

export const maxChunkSize = 0xffffff;
export const maxChunkStreamId = 65_599;
export const initialChunkState: ChunkState = { chunkSize: 128, streams: [] };

const headBytes = 4;
const streamBytes = 22;

/**
 * The binary form used on the relay link, big-endian: chunk size u32, then for each chunk stream: id u32, timestamp u32, delta
 * u32, length u32, type id u8, message stream id u32, extended timestamp u8.
 */
export function encodeChunkState(state: ChunkState): Buffer {
  const bytes = Buffer.allocUnsafe(headBytes + streamBytes * state.streams.length);
  bytes.writeUInt32BE(state.chunkSize, 0);
  let at = headBytes;
  for (const stream of state.streams) {
    bytes.writeUInt32BE(stream.chunkStreamId, at);
    bytes.writeUInt32BE(stream.timestampMs, at + 4);
    bytes.writeUInt32BE(stream.timestampDeltaMs, at + 8);
    bytes.writeUInt32BE(stream.length, at + 12);
    bytes[at + 16] = stream.typeId;
    bytes.writeUInt32BE(stream.messageStreamId, at + 17);
    bytes[at + 21] = stream.extendedTimestamp ? 1 : 0;
    at += streamBytes;
  }
  return bytes;
}

/** Reads the output of `encodeChunkState`. Throws `CHUNK_STATE_MALFORMED`, also for values that no reader can have. */
export function decodeChunkState(bytes: Uint8Array): ChunkState {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < headBytes || (view.length - headBytes) % streamBytes !== 0) {
    throw malformed(`has a length of ${view.length}`);
  }
  const chunkSize = view.readUInt32BE(0);
  if (chunkSize < 1 || chunkSize > maxChunkSize) throw malformed(`has chunk size ${chunkSize}`);
  const streams: ChunkStreamState[] = [];
  const seen = new Set<number>();
  for (let at = headBytes; at < view.length; at += streamBytes) {
    const stream = readStream(view, at);
    if (seen.has(stream.chunkStreamId)) throw malformed(`has chunk stream ${stream.chunkStreamId} twice`);
    seen.add(stream.chunkStreamId);
    streams.push(stream);
  }
  return { chunkSize, streams };
}

function readStream(view: Buffer, at: number): ChunkStreamState {
  const chunkStreamId = view.readUInt32BE(at);
  const length = view.readUInt32BE(at + 12);
  const extended = view[at + 21] ?? 0;
  if (chunkStreamId < 2 || chunkStreamId > maxChunkStreamId)
    throw malformed(`has chunk stream ${chunkStreamId}`);
  if (length > 0xffffff) throw malformed(`has a message of ${length} bytes`);
  if (extended > 1) throw malformed(`has flag ${extended}`);
  return {
    chunkStreamId,
    timestampMs: view.readUInt32BE(at + 4),
    timestampDeltaMs: view.readUInt32BE(at + 8),
    length,
    typeId: view[at + 16] ?? 0,
    messageStreamId: view.readUInt32BE(at + 17),
    extendedTimestamp: extended === 1,
  };
}

/**
 * A chunk stream id not used in the state, from the top of the range, which encoders do not use: for messages inserted
 * before a publisher's.
 */
export function unusedChunkStreamId(state: ChunkState): number {
  const used = new Set(state.streams.map((stream) => stream.chunkStreamId));
  let id = maxChunkStreamId;
  while (used.has(id)) id--;
  return id;
}

function malformed(how: string): ProtocolError {
  return new ProtocolError('CHUNK_STATE_MALFORMED', `the chunk state ${how}`);
}
