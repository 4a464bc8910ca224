import { randomBytes } from 'node:crypto';

declare const brand: unique symbol;
type Id<Kind extends string> = string & { readonly [brand]: Kind };

/** Identifies what a broadcaster owns: 16 characters of {@link idAlphabet}. The key of the hash ring and of the lease. */
export type StreamId = Id<'stream'>;
/** One time on air, from the first publish to the end. Sorts by start time. */
export type BroadcastId = Id<'broadcast'>;
/** One broadcaster connection. */
export type SessionId = Id<'session'>;
/** One process of a fleet, for example `encoder-1`. */
export type MemberId = Id<'member'>;
export const memberIdPattern = /^[0-9A-Za-z._-]{1,64}$/;

/** Crockford's base 32 in lower case: no letters that look like digits; safe in URLs, hosts and file names. */
const idAlphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** `length` random characters, 5 bits each. */
export function randomId(length: number): string {
  let text = '';
  for (const byte of randomBytes(length)) text += idAlphabet[byte & 31];
  return text;
}

/**
 * The last character of the id of a stream or broadcast that began as signed. It is outside {@link idAlphabet}, so no other id ends
 * in it. The edge, which sees ids in paths, requires a playback token for these even if it can look nothing up
 * (docs/decisions/0022).
 */
const signedMark = 'u';

/** `signed`: the stream's playback is signed from the start. @default false */
export const newStreamId = (signed = false): StreamId =>
  (signed ? randomId(15) + signedMark : randomId(16)) as StreamId;
export const newSessionId = (): SessionId => randomId(12) as SessionId;

const timeDigits = 9;

/**
 * Time first (ms, 9 characters of base 32), so that a stream's broadcasts list in order. `after`: the stream's previous broadcast;
 * the new id sorts after it even if that one began on a host whose clock is ahead. `signed`: the stream's playback is signed now.
 */
export function newBroadcastId(nowMs: number, after?: BroadcastId, signed = false): BroadcastId {
  const lastMs = after === undefined ? -1 : timeOf(after);
  let time = '';
  for (
    let rest = Math.max(nowMs, lastMs + 1), digit = 0;
    digit < timeDigits;
    digit++, rest = Math.floor(rest / 32)
  ) {
    time = idAlphabet[rest % 32] + time;
  }
  return (time + (signed ? randomId(6) + signedMark : randomId(7))) as BroadcastId;
}

function timeOf(id: BroadcastId): number {
  return [...id.slice(0, timeDigits)].reduce((time, digit) => time * 32 + idAlphabet.indexOf(digit), 0);
}

/** True for the text form of a stream or broadcast id. Nothing else ever reaches a path or a query. */
export function isStreamId(text: string): text is StreamId {
  return /^[0-9a-hjkmnp-tv-z]{15}[0-9a-hjkmnp-z]$/.test(text);
}

/** The same for a broadcast id, which has the same form. */
export const isBroadcastId = (text: string): text is BroadcastId => isStreamId(text);
