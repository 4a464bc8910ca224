import fc from 'fast-check';
import { ChunkReader, type RtmpMessage } from '../../../lib/protocol/rtmp/chunk-reader.ts';
import { type ChunkLimits, ChunkScanner } from '../../../lib/protocol/rtmp/chunk-scanner.ts';
import type { ChunkState } from '../../../lib/protocol/rtmp/chunk-state.ts';
import { ProtocolError } from '../../../lib/protocol/rtmp/errors.ts';

/** Bytes from hex digits; blanks are for the eye. */
export const bytesOf = (hex: string): Buffer => Buffer.from(hex.replace(/\s/g, ''), 'hex');

/** The code of the ProtocolError that `run` throws, or undefined; anything else it throws goes on. */
export function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}

/** Fails where `run` throws something else than a ProtocolError. */
export function onlyProtocolErrors(run: () => unknown): void {
  codeOf(run);
}

/** A message as text, so that lists of them compare well. */
export interface PlainMessage {
  readonly id: number;
  readonly time: number;
  readonly type: number;
  readonly stream: number;
  readonly hex: string;
}

export const plain = (message: RtmpMessage): PlainMessage => ({
  id: message.chunkStreamId,
  time: message.timestampMs,
  type: message.typeId,
  stream: message.messageStreamId,
  hex: message.payload.toString('hex'),
});

export interface Outcome {
  readonly messages: PlainMessage[];
  /** Of the fault that ended it. */
  readonly code: string | undefined;
  /** Where it ended clean and without a fault. */
  readonly state: ChunkState | undefined;
}

/** Cuts `bytes` at the given offsets. */
export function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const offsets = [0, ...at.filter((offset) => offset < bytes.length), bytes.length].sort((a, b) => a - b);
  return offsets.slice(1).map((offset, index) => bytes.slice(offsets[index], offset));
}

/** Pushes a copy of each piece and wipes it afterwards: what is kept must have been copied. */
function pushAll(pieces: readonly Uint8Array[], push: (piece: Uint8Array) => void): string | undefined {
  return codeOf(() => {
    for (const piece of pieces) {
      const copy = Uint8Array.from(piece);
      push(copy);
      copy.fill(0xee);
    }
  });
}

export function read(pieces: readonly Uint8Array[], limits?: ChunkLimits, state?: ChunkState): Outcome {
  const messages: RtmpMessage[] = [];
  const reader = new ChunkReader((message) => messages.push(message), limits, state);
  const code = pushAll(pieces, (piece) => reader.push(piece));
  return {
    messages: messages.map(plain),
    code,
    state: code === undefined && reader.clean ? reader.snapshot() : undefined,
  };
}

export interface ScannedPlain {
  readonly id: number;
  readonly time: number;
  readonly type: number;
  readonly stream: number;
  readonly length: number;
  readonly byte0: number;
  readonly byte1: number;
  /** From the first byte of all. */
  readonly start: number;
  readonly end: number;
  readonly cleanStart: boolean;
  readonly cleanEnd: boolean;
}

/** Scans without keeping any payload. */
export function scan(pieces: readonly Uint8Array[], limits?: ChunkLimits, state?: ChunkState) {
  const messages: ScannedPlain[] = [];
  const starts: { id: number; start: number; before: ChunkState | undefined }[] = [];
  const scanner: ChunkScanner = new ChunkScanner(
    {
      onStart(message) {
        const before = message.cleanStart ? scanner.snapshotAtStart() : undefined;
        starts.push({ id: message.chunkStreamId, start: message.start + scanner.scannedBytes, before });
        return false;
      },
      onEnd(message) {
        messages.push({
          id: message.chunkStreamId,
          time: message.timestampMs,
          type: message.typeId,
          stream: message.messageStreamId,
          length: message.length,
          byte0: message.byte0,
          byte1: message.byte1,
          start: message.start + scanner.scannedBytes,
          end: message.end + scanner.scannedBytes,
          cleanStart: message.cleanStart,
          cleanEnd: message.cleanEnd,
        });
      },
    },
    limits,
    state,
  );
  const code = pushAll(pieces, (piece) => scanner.push(piece));
  return {
    messages,
    starts,
    code,
    state: code === undefined && scanner.clean ? scanner.snapshot() : undefined,
  };
}

/** One message to put on the wire, and how. */
export interface Plan {
  readonly id: number;
  readonly type: number;
  readonly stream: number;
  readonly length: number;
  readonly time: number;
  /** The header type to use where it can say this message; otherwise the shortest smaller one. */
  readonly format: number;
  /** Type 3 headers leave out the extended timestamp. */
  readonly short?: boolean;
}

const anyTime = fc.oneof(
  fc.nat(1000),
  fc.constantFrom(0, 0xfffffe, 0xffffff, 0x1000000, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff),
  fc.nat(0xffffffff),
);

export const anyPlan: fc.Arbitrary<Plan> = fc.record({
  id: fc.constantFrom(2, 3, 4, 6, 63, 64, 319, 320, 65_599),
  type: fc.constantFrom(8, 9, 18, 20),
  stream: fc.constantFrom(0, 1, 0xfedcba98),
  length: fc.oneof(fc.constantFrom(0, 1, 2, 127, 128, 129, 256), fc.nat(600)),
  time: anyTime,
  format: fc.nat(3),
  short: fc.boolean(),
});

interface HeaderMemory {
  time: number;
  delta: number;
  extended: boolean;
  length: number;
  type: number;
  stream: number;
}

interface Sending {
  readonly message: PlainMessage;
  readonly payload: Buffer;
  readonly first: Buffer;
  readonly next: Buffer;
  sent: number;
}

/**
 * An independent writer of chunks, for oracles: any header type that fits, chunks of different streams interleaved as `order`
 * says. Returns the bytes and the messages in the order in which they end.
 */
export function putOnWire(
  plans: readonly Plan[],
  order: readonly number[],
  chunkSize: number,
): { bytes: Buffer; messages: PlainMessage[] } {
  const memory = new Map<number, HeaderMemory>();
  const queues = new Map<number, Plan[]>();
  for (const plan of plans) queues.set(plan.id, [...(queues.get(plan.id) ?? []), plan]);
  const known = [...queues.keys()];
  const sending = new Map<number, Sending>();
  const out: Buffer[] = [];
  const messages: PlainMessage[] = [];
  let turn = 0;
  while (queues.size > 0 || sending.size > 0) {
    const ids = known.filter((id) => queues.has(id) || sending.has(id));
    const id = ids[(order[turn++ % Math.max(1, order.length)] ?? 0) % ids.length] as number;
    let open = sending.get(id);
    if (open === undefined) {
      const queue = queues.get(id) as Plan[];
      open = prepare(queue.shift() as Plan, memory);
      if (queue.length === 0) queues.delete(id);
      sending.set(id, open);
      out.push(open.first);
    } else {
      out.push(open.next);
    }
    const part = open.payload.subarray(open.sent, open.sent + chunkSize);
    out.push(part);
    open.sent += part.length;
    if (open.sent < open.payload.length) continue;
    messages.push(open.message);
    sending.delete(id);
  }
  return { bytes: Buffer.concat(out), messages };
}

function prepare(plan: Plan, memory: Map<number, HeaderMemory>): Sending {
  const before = memory.get(plan.id);
  const delta = before === undefined ? 0 : (plan.time - before.time) >>> 0;
  let format = before === undefined || before.stream !== plan.stream ? 0 : plan.format;
  if (format >= 2 && (before?.length !== plan.length || before.type !== plan.type)) format = 1;
  if (format === 3 && before?.delta !== delta) format = 2;
  const value = format === 0 ? plan.time : delta;
  memory.set(plan.id, {
    time: plan.time,
    delta: format === 0 && value >= 0xffffff ? 0 : value,
    extended: format === 3 ? before?.extended === true : value >= 0xffffff,
    length: plan.length,
    type: plan.type,
    stream: plan.stream,
  });
  const extended = value >= 0xffffff;
  const field = before !== undefined && format === 3 && value === 0 ? plan.time : value;
  const extension = memory.get(plan.id)?.extended
    ? [field >>> 24, (field >>> 16) & 255, (field >>> 8) & 255, field & 255]
    : [];
  const repeated = plan.short ? [] : extension;
  const short = extended ? 0xffffff : value;
  const fields = [short >>> 16, (short >>> 8) & 255, short & 255];
  fields.push(plan.length >>> 16, (plan.length >>> 8) & 255, plan.length & 255, plan.type);
  fields.push(plan.stream & 255, (plan.stream >>> 8) & 255, (plan.stream >>> 16) & 255, plan.stream >>> 24);
  const used = fields.slice(0, [11, 7, 3, 0][format]);
  const payload = Buffer.alloc(plan.length);
  for (let at = 0; at < plan.length; at++) payload[at] = (plan.time + at * 7) & 255;
  return {
    message: {
      id: plan.id,
      time: plan.time,
      type: plan.type,
      stream: plan.stream,
      hex: payload.toString('hex'),
    },
    payload,
    first: Buffer.from([...basic(format, plan.id), ...used, ...(format === 3 ? repeated : extension)]),
    next: Buffer.from([...basic(3, plan.id), ...repeated]),
    sent: 0,
  };
}

function basic(format: number, id: number): number[] {
  if (id < 64) return [(format << 6) | id];
  if (id < 320) return [format << 6, id - 64];
  return [(format << 6) | 1, (id - 64) & 255, (id - 64) >> 8];
}
