import { tagTypeCodes } from '../../lib/protocol/flv/tag.ts';
import type { RtmpMessage } from '../../lib/protocol/rtmp/chunk-reader.ts';
import { type ClipTag, isHeader } from '../source/clip.ts';

/** A message, and when it is sent. */
export interface TimedMessage {
  /** From the session's first message. */
  readonly atMs: number;
  /** What the message claims; may be any number, written modulo 2³². */
  readonly timestampMs: number;
  readonly typeId: number;
  readonly payload: Buffer;
  /** What of the clip is inside. */
  readonly carries: readonly ClipTag[];
}

/** One connection of the encoder. */
export interface Session {
  /** From the case's beginning. @default 0 */
  readonly startsAtMs?: number;
  readonly messages: readonly TimedMessage[];
  /** `silence`: the connection stays open and nothing more is sent; `cut`: it breaks. @default 'unpublish' */
  readonly ends?: 'unpublish' | 'silence' | 'cut';
  /** @default our own writer's chunks */
  readonly chunks?: (message: RtmpMessage) => Buffer;
  /** Payload bytes per chunk. @default 4096 */
  readonly chunkSize?: number;
}

/** The tags, each sent at its timestamp plus `lateMs`; headers at the beginning are never late. */
export function inRealTime(
  tags: readonly ClipTag[],
  lateMs: (tag: ClipTag) => number = () => 0,
): TimedMessage[] {
  return byTime(
    tags.map((tag) => ({
      atMs: tag.timestampMs + (isHeader(tag) && tag.timestampMs === 0 ? 0 : lateMs(tag)),
      timestampMs: tag.timestampMs,
      typeId: tagTypeCodes[tag.type],
      payload: tag.payload,
      carries: [tag],
    })),
  );
}

/** In the order in which they are sent; what is sent at the same time stays in order. */
export const byTime = (messages: readonly TimedMessage[]): TimedMessage[] =>
  [...messages].sort((a, b) => a.atMs - b.atMs);

/** Nothing is sent for a while, then the backlog at once. */
export const stalled = (messages: readonly TimedMessage[], fromMs: number, toMs: number): TimedMessage[] =>
  messages.map((message) =>
    message.atMs >= fromMs && message.atMs < toMs ? { ...message, atMs: toMs } : message,
  );

/** Nothing is sent for a while, and timestamps go on where they stopped. */
export const paused = (messages: readonly TimedMessage[], fromMs: number, forMs: number): TimedMessage[] =>
  messages.map((message) => (message.atMs >= fromMs ? { ...message, atMs: message.atMs + forMs } : message));

/** The encoder's clock jumps: from a moment on all timestamps differ by `byMs`. */
export const clockJumps = (messages: readonly TimedMessage[], fromMs: number, byMs: number): TimedMessage[] =>
  messages.map((message) =>
    message.atMs >= fromMs ? { ...message, timestampMs: message.timestampMs + byMs } : message,
  );
