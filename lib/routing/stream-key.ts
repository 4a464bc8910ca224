import { createHmac, timingSafeEqual } from 'node:crypto';
import { isStreamId, randomId, type StreamId } from './ids.ts';

/** What a broadcaster pastes as "stream key": the stream id, an underscore, 26 characters (130 bits) of secret. */
export interface StreamKey {
  readonly streamId: StreamId;
  readonly secret: string;
}

const keyPattern = /^([0-9a-hjkmnp-tv-z]{16})_([0-9a-hjkmnp-tv-z]{26})$/;

export const newStreamKey = (streamId: StreamId): StreamKey => ({ streamId, secret: randomId(26) });

export const formatStreamKey = (key: StreamKey): string => `${key.streamId}_${key.secret}`;

/** Reads a key as a publisher sends it, or undefined where it has another shape. A query string after it is dropped. */
export function parseStreamKey(text: string): StreamKey | undefined {
  const match = keyPattern.exec(text.split('?', 1)[0] ?? '');
  const [, id = '', secret = ''] = match ?? [];
  return isStreamId(id) ? { streamId: id, secret } : undefined;
}

/** HMAC-SHA-256 of the whole key under the deployment's pepper, in hex: all that is kept of a key. */
export function hashStreamKey(key: StreamKey, pepper: string): string {
  return createHmac('sha256', pepper).update(formatStreamKey(key)).digest('hex');
}

/** Compares two hashes from {@link hashStreamKey} in constant time. */
export function sameKeyHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
