import { randomId } from '../../../routing/ids.ts';
import type { SigningKey } from './playback-token.ts';

/**
 * The keys that sign playback tokens: two at a time, so that a rotation leaves every link valid. As a secret's text, a line for each,
 * the newest last: its id, since when it signs (Unix milliseconds), and its secret.
 */
export interface DatedKey extends SigningKey {
  readonly fromMs: number;
}

/** A new key must be at every edge before it signs: CloudFront takes seconds, local edges look every two. */
export const signingLeadMs = 60_000;
/** Longer than a link can last, so that the key that signed it is still known when it expires. */
export const longestSessionMs = 24 * 3_600_000;

/** The text is not one of ours. */
export class SigningKeysError extends Error {
  override readonly name = 'SigningKeysError';
  readonly code = 'SIGNING_KEYS_UNREADABLE';
  readonly mend = 'Rotate the playback keys: that writes new ones, and links that are in use stop working.';
}

/** Throws `SigningKeysError`. */
export function parseSigningKeys(text: string): readonly DatedKey[] {
  const keys = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, id = '', from, secret = ''] =
        /^([0-9a-z]{4}) (\d{1,15}) ([0-9A-Za-z_-]{26,})$/.exec(line.trim()) ?? [];
      if (from === undefined) throw new SigningKeysError('A line of the playback keys is not a key.');
      return { id, fromMs: Number(from), secret };
    });
  if (keys.length === 0) throw new SigningKeysError('There are no playback keys.');
  return keys;
}

export const formatSigningKeys = (keys: readonly DatedKey[]): string =>
  keys.map(({ id, fromMs, secret }) => `${id} ${fromMs} ${secret}\n`).join('');

export const newSigningKey = (): SigningKey => ({ id: randomId(4), secret: randomId(52) });

/**
 * The keys with `fresh` as the newest, and only one older one. The first key ever signs at once.
 * Rotating twice invalidates every link
 * that was signed before.
 */
export function rotatedKeys(
  keys: readonly DatedKey[],
  fresh: SigningKey,
  nowMs: number,
): readonly DatedKey[] {
  const fromMs = keys.length === 0 ? nowMs : nowMs + signingLeadMs;
  return [...keys.slice(-1), { ...fresh, fromMs }];
}

/** The key to sign with: the newest that every edge has, otherwise the older one. */
export function signingKeyAt(keys: readonly DatedKey[], nowMs: number): SigningKey {
  const key = keys.findLast(({ fromMs }) => fromMs <= nowMs) ?? keys[0];
  if (key === undefined) throw new SigningKeysError('There are no playback keys.');
  return key;
}

/** As edges look them up: `<id>:<secret> <id>:<secret>`. */
export const verifyingKeys = (keys: readonly DatedKey[]): string =>
  keys.map(({ id, secret }) => `${id}:${secret}`).join(' ');
