import { createHmac, timingSafeEqual } from 'node:crypto';
import { isStreamId, randomId, type StreamId } from './ids.ts';

/** What a broadcaster pastes as "stream key": the stream id, an underscore and a secret of 26 characters (130 bits). */
export interface StreamKey {
  readonly streamId: StreamId;
  readonly secret: string;
}

const keyPattern = /^([0-9a-hjkmnp-tv-z]{15}[0-9a-hjkmnp-z])_([0-9a-hjkmnp-tv-z]{26})$/;

export const newStreamKey = (streamId: StreamId): StreamKey => ({ streamId, secret: randomId(26) });

export const formatStreamKey = (key: StreamKey): string => `${key.streamId}_${key.secret}`;

/**
 * Parses a key as a publisher sends it; undefined if it is malformed. What people paste along with it is ignored: blanks and line
 * breaks, slashes, a query string, the URL before it. It may be percent-encoded.
 */
export function parseStreamKey(text: string): StreamKey | undefined {
  const match = keyPattern.exec(nameOf(text));
  const [, id = '', secret = ''] = match ?? [];
  return isStreamId(id) ? { streamId: id, secret } : undefined;
}

/** The stream that a key names, even if the rest of it is malformed: cut off, for example. */
export function streamNamedBy(text: string): StreamId | undefined {
  const [id = ''] = nameOf(text).split('_', 1);
  return isStreamId(id) ? id : undefined;
}

/** The last part of a path, without a query and without anything invisible. */
function nameOf(text: string): string {
  const [path = ''] = decoded(text).split('?', 1);
  const parts = path.replace(/[\s\p{C}]+/gu, '').split('/');
  return parts.findLast((part) => part !== '') ?? '';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** HMAC-SHA-256 of the whole key with the deployment's pepper, in hex: the only form in which a key is stored. */
export function hashStreamKey(key: StreamKey, pepper: string): string {
  return createHmac('sha256', pepper).update(formatStreamKey(key)).digest('hex');
}

/** Compares two hashes from {@link hashStreamKey} in constant time. */
export function sameKeyHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
