import { createHmac, hkdfSync } from 'node:crypto';
import { openText, sealText } from '../../../routing/sealed-text.ts';
import type { Caller } from '../../policy/access.ts';

export const longestIdempotencyKey = 255;

/**
 * The key in the header `Idempotency-Key`; undefined if it is malformed. The draft wants a structured string in quotes (RFC 9651, section
 * 3.3.3), and most clients send the bare text: both name the same key.
 */
export function parseIdempotencyKey(header: string): string | undefined {
  const text = header.trim();
  if (text.length > longestIdempotencyKey) return undefined;
  const [, quoted] = /^"((?:[^"\\]|\\["\\])*)"$/.exec(text) ?? [];
  if (quoted === undefined && text.startsWith('"')) return undefined;
  const key = quoted?.replaceAll(/\\(.)/g, '$1') ?? text;
  return /^[\x20-\x7e]*[\x21-\x7e][\x20-\x7e]*$/.test(key) ? key : undefined;
}

/** What identifies a request. */
export interface KeyedRequest {
  readonly key: string;
  readonly caller: Pick<Caller, 'id' | 'owner'>;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly body: Uint8Array;
}

/** A request's names in the store, and the key under which its answer is sealed. */
export interface RequestNames {
  readonly id: string;
  readonly fingerprint: string;
  seal(answer: string): string;
  /** Throws `SealBrokenError`. */
  open(sealed: string): string;
}

/**
 * The store alone opens no answer: that takes the caller's Idempotency-Key, which isn't stored, and for keys that can be guessed the
 * deployment's `pepper` as well. Bodies are hashed with the pepper, too, because some contain a destination's stream key.
 */
export function requestNames(
  { key, caller, method, target, body }: KeyedRequest,
  pepper: string,
): RequestNames {
  const hash = (words: readonly string[], bytes: Uint8Array = new Uint8Array()): string =>
    createHmac('sha256', pepper)
      .update(`${JSON.stringify(words)}\n`)
      .update(bytes)
      .digest('hex');
  const id = hash(['headwater idempotency key', principalOf(caller), key]);
  const sealingKey = () =>
    new Uint8Array(hkdfSync('sha256', key, pepper, JSON.stringify(['headwater kept answer', id]), 32));
  return {
    id,
    fingerprint: hash(['headwater request', method, target], body),
    seal: (answer) => sealText(answer, sealingKey()),
    open: (sealed) => openText(sealed, sealingKey()),
  };
}

/**
 * Whose keys these are: an owner's whatever token it sends, and an IAM role's whatever session it is in, because a program that comes
 * back to ask again has another one.
 */
const principalOf = ({ id, owner }: KeyedRequest['caller']): string =>
  owner === undefined ? `caller ${id.replace(/(:assumed-role\/[^/]+)\/.*$/, '$1')}` : `owner ${owner}`;
