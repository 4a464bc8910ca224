import { Buffer } from 'node:buffer';
import { z } from 'zod';
import type { BroadcastId, MemberId } from '../../routing/ids.ts';
import { type WorkerRefusalReason, workerRefusalReasons } from '../refusals.ts';
import { ProtocolError } from '../rtmp/errors.ts';

/**
 * The worker's answers on the relay link: u8 type, u24 length, payload of at most 64 KiB (JSON, except for
 * `published-through`: u64). All big-endian.
 */
export type LinkFrame =
  | { readonly type: 'accepted'; readonly broadcastId: BroadcastId; readonly epoch: number }
  | {
      readonly type: 'refused';
      readonly reason: WorkerRefusalReason;
      /** For the proxy's log and the stream's journal. */
      readonly description: string;
      /** The worker that holds the stream's lease, for `held-elsewhere`. */
      readonly holder?: MemberId;
    }
  /** For the publisher: the proxy forwards it as onStatus. */
  | {
      readonly type: 'status';
      readonly level: 'status' | 'error';
      readonly code: string;
      readonly description: string;
    }
  /**
   * Media up to this publisher timestamp (ms, unwrapped, relative to the session's first message) is in the origin.
   */
  | { readonly type: 'published-through'; readonly timestampMs: number }
  /**
   * Parts are about to become visible: `keyFramesAtMs` has the stream times at which a player may have everything before and nothing
   * after, see `RelayHello.keyFramesAtMs`. The last is the end of the furthest part. Sent before viewers can have it, and only to
   * proxies that drop frames they don't know.
   */
  | { readonly type: 'parts-through'; readonly keyFramesAtMs: readonly number[] }
  /**
   * The worker has renewed the stream's lease, which has this version now. Sent at once, and only to proxies that drop frames they don't
   * know: one that hears no more of its worker counts from here on when the lease expires (docs/decisions/0050).
   */
  | { readonly type: 'lease-renewed'; readonly version: number }
  /** The worker has to stop: the proxy moves the publisher to another one; the link stays usable until that is ready. */
  | { readonly type: 'draining' }
  /** Before `accepted`, if the hello names a draining worker: capacity is reserved, and only its lease is missing. */
  | { readonly type: 'standby' }
  /** Instead of an answer to a hello whose time is not the worker's: the worker's clock, in Unix ms. The proxy seals it again. */
  | { readonly type: 'clock'; readonly nowMs: number }
  /** The worker is done with the session. */
  | { readonly type: 'end'; readonly reason: string };

export const maxLinkPayloadBytes = 64 * 1024;
/** The most times in a `parts-through` and in a hello: more than one segment has parts. */
export const mostKeyFrames = 16;
const headBytes = 4;

const text = z.string();
const wholeMs = z.int().nonnegative();
const id = z.string().regex(/^[0-9A-Za-z._-]{1,64}$/);

const typeIds = {
  accepted: 1,
  refused: 2,
  status: 3,
  'published-through': 4,
  draining: 5,
  end: 6,
  standby: 7,
  clock: 8,
  'parts-through': 9,
  'lease-renewed': 10,
} as const satisfies Record<LinkFrame['type'], number>;

/** Schemas of all payloads except `published-through`; unknown fields are dropped, so that fields can be added. */
const payloads: Readonly<Record<number, z.ZodType<LinkFrame>>> = {
  [typeIds.accepted]: z.object({
    type: z.literal('accepted').default('accepted'),
    broadcastId: id.transform((value) => value as BroadcastId),
    epoch: z.int().nonnegative(),
  }),
  [typeIds.refused]: z.object({
    type: z.literal('refused').default('refused'),
    reason: z.enum(workerRefusalReasons),
    description: text,
    holder: id.transform((value) => value as MemberId).optional(),
  }),
  [typeIds.status]: z.object({
    type: z.literal('status').default('status'),
    level: z.enum(['status', 'error']),
    code: text,
    description: text,
  }),
  [typeIds.draining]: z.object({ type: z.literal('draining').default('draining') }),
  [typeIds.end]: z.object({ type: z.literal('end').default('end'), reason: text }),
  [typeIds.standby]: z.object({ type: z.literal('standby').default('standby') }),
  [typeIds.clock]: z.object({ type: z.literal('clock').default('clock'), nowMs: wholeMs }),
  [typeIds['parts-through']]: z.object({
    type: z.literal('parts-through').default('parts-through'),
    keyFramesAtMs: z.array(wholeMs).min(1).max(mostKeyFrames),
  }),
  [typeIds['lease-renewed']]: z.object({
    type: z.literal('lease-renewed').default('lease-renewed'),
    version: z.int().nonnegative(),
  }),
};

/** Throws a `RangeError` for a payload over 64 KiB or a time that is not a whole number of ms. */
export function encodeLinkFrame(frame: LinkFrame): Buffer {
  const payload = encodePayload(frame);
  if (payload.length > maxLinkPayloadBytes) throw new RangeError(`a ${frame.type} frame exceeds 64 KiB`);
  const head = Buffer.allocUnsafe(headBytes);
  head.writeUInt32BE(typeIds[frame.type] * 2 ** 24 + payload.length);
  return Buffer.concat([head, payload]);
}

function encodePayload(frame: LinkFrame): Buffer {
  if (frame.type === 'published-through') {
    const payload = Buffer.allocUnsafe(8);
    payload.writeBigUInt64BE(BigInt(frame.timestampMs));
    return payload;
  }
  const { type: _, ...fields } = frame;
  return Buffer.from(JSON.stringify(fields), 'utf8');
}

const knownTypes: ReadonlySet<number> = new Set(Object.values<number>(typeIds));

/**
 * Reads frames from bytes split anywhere. Holds at most one frame. Frames of a later release are dropped (a proxy says so in its hello:
 * `dropsUnknownFrames`). `push` throws `LINK_FRAME_…` after passing on all earlier frames.
 */
export class LinkFrameDecoder {
  readonly #onFrame: (frame: LinkFrame) => void;
  #held: Buffer = Buffer.alloc(0);

  constructor(onFrame: (frame: LinkFrame) => void) {
    this.#onFrame = onFrame;
  }

  push(bytes: Uint8Array): void {
    this.#held = Buffer.concat([this.#held, bytes]);
    while (this.#held.length >= headBytes) {
      const type = this.#held[0] as number;
      const length = this.#held.readUIntBE(1, 3);
      if (length > maxLinkPayloadBytes) {
        throw new ProtocolError('LINK_FRAME_TOO_LONG', `a link frame of ${length} bytes exceeds 64 KiB`);
      }
      if (this.#held.length < headBytes + length) return;
      const payload = this.#held.subarray(headBytes, headBytes + length);
      const frame = knownTypes.has(type) ? decodePayload(type, payload) : undefined;
      this.#held = this.#held.subarray(headBytes + length);
      if (frame) this.#onFrame(frame);
    }
  }
}

function decodePayload(type: number, payload: Buffer): LinkFrame {
  try {
    if (type === typeIds['published-through']) {
      const timestampMs = Number(payload.length === 8 ? payload.readBigUInt64BE(0) : Number.NaN);
      return { type: 'published-through', timestampMs: wholeMs.parse(timestampMs) };
    }
    const fields: unknown = JSON.parse(payload.toString('utf8'));
    return payloads[type]!.parse(fields);
  } catch (cause) {
    throw new ProtocolError('LINK_FRAME_MALFORMED', `the payload of link frame ${type} is malformed`, {
      cause,
    });
  }
}
