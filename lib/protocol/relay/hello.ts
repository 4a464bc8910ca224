import { Buffer } from 'node:buffer';
import { z } from 'zod';
import {
  isStreamId,
  type MemberId,
  memberIdPattern,
  type SessionId,
  type StreamId,
} from '../../routing/ids.ts';
import { type ChunkState, decodeChunkState, encodeChunkState } from '../rtmp/chunk-state.ts';
import { ProtocolError } from '../rtmp/errors.ts';
import { mostKeyFrames } from './link-frames.ts';
import { decodeProxyHeader, type Endpoint, encodeProxyHeader, type Tlv } from './proxy-header.ts';

/** The proxy's first message on a relay link: a PROXY v2 header whose TLVs describe the session. */
export interface RelayHello {
  /** The publisher's real address, and the address it connected to. */
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly streamId: StreamId;
  readonly sessionId: SessionId;
  readonly proxyId: MemberId;
  /** Initial state for the chunk reader of the bytes that follow. */
  readonly chunkState: ChunkState;
  /** Stream time (ms) from which media is replayed; absent for a new publish. */
  readonly replayFromMs?: number;
  /** Number of session frames (`isSessionFrame`) before those sent, so that a worker can skip frames it already has. */
  readonly firstFrame?: number;
  /** The draining worker that has the stream: it lets go once this one is on standby. */
  readonly movesFrom?: MemberId;
  /**
   * Stream times (ms, ascending) at which a player may have everything before and nothing after of what the last worker made. An
   * encoder that makes those segments again forces a key frame at each, so that no player decodes its pictures on top of another one's.
   */
  readonly keyFramesAtMs?: readonly number[];
  /** The process that had the stream is gone: its lease need not be waited out (docs/decisions/0037). */
  readonly goneWorker?: WorkerRun;
  /** The proxy drops link frames that it doesn't know. @default false: an unknown frame breaks the link */
  readonly dropsUnknownFrames?: boolean;
  readonly publish: PublishFacts;
}

/** A worker process, as the holder of one stream: a restarted one has the same id, but not the epoch. */
export interface WorkerRun {
  readonly worker: MemberId;
  readonly epoch: number;
}

export interface PublishFacts {
  readonly app: string;
  readonly flashVer?: string;
  readonly tcUrl?: string;
}

const numberBytes = 8;

/** TLV types, in the range that PROXY v2 reserves for applications (2.2.7). */
const tlv = {
  streamId: 0xe0,
  sessionId: 0xe1,
  proxyId: 0xe2,
  chunkState: 0xe3,
  replayFrom: 0xe4,
  publishFacts: 0xe5,
  movesFrom: 0xe6,
  firstFrame: 0xe7,
  // 0xe8 and 0xe9 are the seal's.
  keyFramesAt: 0xea,
  goneWorker: 0xeb,
  dropsUnknownFrames: 0xec,
} as const;

const text = z.string().max(512);
const publishFacts = z.object({ app: text, flashVer: text.exactOptional(), tcUrl: text.exactOptional() });

/** The first bytes of a relay link. Throws a `RangeError` for an invalid address or time. */
export function encodeRelayHello(hello: RelayHello): Buffer {
  const { app, flashVer, tcUrl } = hello.publish;
  // An encoder may send a name of any length; the part that is kept is enough to identify it.
  const facts = { app: app.slice(0, 512), flashVer: flashVer?.slice(0, 512), tcUrl: tcUrl?.slice(0, 512) };
  const tlvs: Tlv[] = [
    { type: tlv.streamId, value: Buffer.from(hello.streamId, 'ascii') },
    { type: tlv.sessionId, value: Buffer.from(hello.sessionId, 'ascii') },
    { type: tlv.proxyId, value: Buffer.from(hello.proxyId, 'ascii') },
    { type: tlv.chunkState, value: encodeChunkState(hello.chunkState) },
    { type: tlv.publishFacts, value: Buffer.from(JSON.stringify(facts), 'utf8') },
  ];
  if (hello.replayFromMs !== undefined)
    tlvs.push({ type: tlv.replayFrom, value: encodeNumber(hello.replayFromMs) });
  if (hello.firstFrame !== undefined)
    tlvs.push({ type: tlv.firstFrame, value: encodeNumber(hello.firstFrame) });
  if (hello.movesFrom !== undefined)
    tlvs.push({ type: tlv.movesFrom, value: Buffer.from(hello.movesFrom, 'ascii') });
  if (hello.keyFramesAtMs !== undefined)
    tlvs.push({ type: tlv.keyFramesAt, value: Buffer.concat(hello.keyFramesAtMs.map(encodeNumber)) });
  if (hello.goneWorker !== undefined) tlvs.push({ type: tlv.goneWorker, value: encodeRun(hello.goneWorker) });
  if (hello.dropsUnknownFrames) tlvs.push({ type: tlv.dropsUnknownFrames, value: Buffer.alloc(0) });
  const addresses = { source: hello.client, destination: hello.server };
  return encodeProxyHeader({ command: 'proxy', addresses, tlvs });
}

/**
 * Reads the hello at the start of a relay link. Undefined: more bytes are needed (call again with all of them). `length` is its
 * size in bytes. Throws `PROXY_HEADER_…`, `RELAY_HELLO_MALFORMED`,
 * `CHUNK_STATE_MALFORMED`.
 */
export function decodeRelayHello(
  bytes: Uint8Array,
): { readonly hello: RelayHello; readonly length: number } | undefined {
  const decoded = decodeProxyHeader(bytes);
  if (decoded === undefined) return undefined;
  const { header, length } = decoded;
  if (header.command === 'local') throw malformed('is a health check');
  if (header.addresses === undefined) throw malformed('has no addresses');
  const values = new Map(header.tlvs.map(({ type, value }) => [type, value]));
  const { source: client, destination: server } = header.addresses;
  const streamId = required(values, tlv.streamId).toString('latin1');
  if (!isStreamId(streamId)) throw malformed('has no valid stream id');
  const replayFrom = values.get(tlv.replayFrom);
  const firstFrame = values.get(tlv.firstFrame);
  const keyFramesAt = values.get(tlv.keyFramesAt);
  const goneWorker = values.get(tlv.goneWorker);
  const hello: RelayHello = {
    client,
    server,
    streamId,
    sessionId: readId(values, tlv.sessionId) as SessionId,
    proxyId: readId(values, tlv.proxyId) as MemberId,
    chunkState: decodeChunkState(required(values, tlv.chunkState)),
    publish: readFacts(required(values, tlv.publishFacts)),
    ...(replayFrom === undefined ? {} : { replayFromMs: readNumber(replayFrom) }),
    ...(firstFrame === undefined ? {} : { firstFrame: readNumber(firstFrame) }),
    ...(values.has(tlv.movesFrom) ? { movesFrom: readId(values, tlv.movesFrom) as MemberId } : {}),
    ...(keyFramesAt === undefined ? {} : { keyFramesAtMs: readTimes(keyFramesAt) }),
    ...(goneWorker === undefined ? {} : { goneWorker: readRun(goneWorker) }),
    ...(values.has(tlv.dropsUnknownFrames) ? { dropsUnknownFrames: true } : {}),
  };
  return { hello, length };
}

function readTimes(value: Buffer): number[] {
  const count = value.length / numberBytes;
  if (!Number.isInteger(count) || count < 1 || count > mostKeyFrames)
    throw malformed('has no valid list of key frames');
  return Array.from({ length: count }, (_, index) =>
    readNumber(value.subarray(index * numberBytes, (index + 1) * numberBytes)),
  );
}

function encodeRun({ worker, epoch }: WorkerRun): Buffer {
  return Buffer.concat([encodeNumber(epoch), Buffer.from(worker, 'ascii')]);
}

function readRun(value: Buffer): WorkerRun {
  const epoch = readNumber(value.subarray(0, numberBytes));
  return { worker: checkedId(value.subarray(numberBytes), tlv.goneWorker) as MemberId, epoch };
}

function readId(values: ReadonlyMap<number, Buffer>, type: number): string {
  return checkedId(required(values, type), type);
}

/** Of a member or a session: both are written alike. */
function checkedId(value: Buffer, type: number): string {
  const id = value.toString('latin1');
  if (!memberIdPattern.test(id)) throw malformed(`has an invalid id in TLV 0x${type.toString(16)}`);
  return id;
}

function encodeNumber(number: number): Buffer {
  const value = Buffer.allocUnsafe(numberBytes);
  value.writeBigUInt64BE(BigInt(number));
  return value;
}

function readNumber(value: Buffer): number {
  const number = value.length === numberBytes ? Number(value.readBigUInt64BE(0)) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw malformed('has an invalid time or number');
  return number;
}

function readFacts(value: Buffer): PublishFacts {
  try {
    return publishFacts.parse(JSON.parse(value.toString('utf8')));
  } catch (cause) {
    throw new ProtocolError('RELAY_HELLO_MALFORMED', 'the publish facts are malformed', { cause });
  }
}

function required(values: ReadonlyMap<number, Buffer>, type: number): Buffer {
  const value = values.get(type);
  if (value === undefined) throw malformed(`lacks TLV 0x${type.toString(16)}`);
  return value;
}

function malformed(how: string): ProtocolError {
  return new ProtocolError('RELAY_HELLO_MALFORMED', `the relay hello ${how}`);
}
