import { createHmac, timingSafeEqual } from 'node:crypto';
import { isStreamId, randomId, type StreamId } from './ids.ts';

/** What a broadcaster pastes as "stream key": the stream id, an underscore and a secret of 26 characters (130 bits). */
export interface StreamKey {
  readonly streamId: StreamId;
  readonly secret: string;
}

const keyPattern = /^([0-9a-hjkmnp-tv-z]{16})_([0-9a-hjkmnp-tv-z]{26})$/;

export const newStreamKey = (streamId: StreamId): StreamKey => ({ streamId, secret: randomId(26) });

export const formatStreamKey = (key: StreamKey): string => `${key.streamId}_${key.secret}`;

/** Parses a key as a publisher sends it; undefined if it is malformed. A trailing query string is ignored. */
export function parseStreamKey(text: string): StreamKey | undefined {
  const match = keyPattern.exec(text.split('?', 1)[0] ?? '');
  const [, id = '', secret = ''] = match ?? [];
  return isStreamId(id) ? { streamId: id, secret } : undefined;
}

/** HMAC-SHA-256 of the whole key with the deployment's pepper, in hex: the only form in which a key is stored. */
export function hashStreamKey(key: StreamKey, pepper: string): string {
  return createHmac('sha256', pepper).update(formatStreamKey(key)).digest('hex');
}

/** Compares two hashes from {@link hashStreamKey} in constant time. */
export function sameKeyHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
