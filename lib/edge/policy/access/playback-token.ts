import crypto from 'node:crypto';

/**
 * Playback tokens: what a viewer of a signed stream carries in the path, right after the region, so that a manifest's relative URIs
 * keep it.
 *
 *     /<region>/~<token>/<stream>/…
 *     <token> = <key>.<issued>.<session>.<viewer>.<a|n>.<mac>
 *
 * `<issued>` is 8 base-36 digits of Unix milliseconds; `<session>` begins with 8 more, its expiry; `<viewer>` may be empty; `a`: bound to
 * the viewer's address, which the token does not contain. `<mac>` is HMAC-SHA-256 over the stream, the rest of the token and, if bound,
 * the address.
 *
 * The source text of these functions also runs in CloudFront (access-function.ts), whose runtime knows ES 5.1 and little more: no
 * destructuring, no `for … of`, nothing but what is passed in, the other functions here, and `crypto`.
 */
export const tokenPattern =
  /^([0-9a-z]{4})\.([0-9a-z]{8})\.([0-9a-z]{20})\.([A-Za-z0-9_-]{0,64})\.([an])\.([A-Za-z0-9_-]{43})$/;

/** Where the token of a path is: the region, the token, and what follows it. */
export const tokenPathPattern = /^\/([^/]+)\/~([A-Za-z0-9._-]*)(\/.*)$/;

/** Why a token opens nothing; empty if it does. */
export type TokenFault = '' | 'missing' | 'invalid' | 'expired' | 'revoked';

export interface TokenClaims {
  readonly session: string;
  readonly issuedMs: number;
  /** An opaque id that the link reveals. @default none */
  readonly viewerId?: string | undefined;
  /** The only address that may use it; of IPv6, its /64. @default any */
  readonly address?: string | undefined;
}

/** A key that signs tokens, and its name in them: 4 characters of `[0-9a-z]`. */
export interface SigningKey {
  readonly id: string;
  readonly secret: string;
}

/** The token for the stream at `streamPath` (`<region>/<streamId>`). */
export function signToken(streamPath: string, claims: TokenClaims, key: SigningKey): string {
  const { session, issuedMs, viewerId = '', address } = claims;
  const bound = address === undefined ? 'n' : 'a';
  const unsigned = [key.id, base36Ms(issuedMs), session, viewerId, bound].join('.');
  const mac = tokenMac(key.secret, streamPath, unsigned, address === undefined ? '' : addressGroup(address));
  return `${unsigned}.${mac}`;
}

/** Eight digits, which sort by time until the year 2059. */
export const base36Ms = (ms: number): string => ms.toString(36).padStart(8, '0');

/** When a session's tokens expire, in Unix milliseconds. */
export const sessionExpiryMs = (session: string): number => Number.parseInt(session.slice(0, 8), 36);

export const sessionPattern = /^[0-9a-z]{20}$/;

/**
 * Why `token` does not open the stream at `streamPath`, as far as it shows without looking up revoked sessions. `keys`: see
 * `keyOf`; `notBeforeMs`: earlier tokens are revoked; `address`: the viewer's.
 */
export function tokenFault(
  token: string,
  streamPath: string,
  keys: string,
  notBeforeMs: number,
  address: string,
  nowMs: number,
): TokenFault {
  const found = tokenPattern.exec(token);
  if (found === null) return token === '' ? 'missing' : 'invalid';
  const secret = keyOf(keys, String(found[1]));
  const end = token.lastIndexOf('.');
  const bound = found[5] === 'a' ? addressGroup(address) : '';
  // A missing key takes as long as a wrong signature.
  const mac = tokenMac(secret === '' ? 'none' : secret, streamPath, token.slice(0, end), bound);
  if (!sameText(mac, token.slice(end + 1)) || secret === '') return 'invalid';
  return timeFault(token, notBeforeMs, nowMs);
}

/** The same of a token whose signature is known to be valid. */
export function timeFault(token: string, notBeforeMs: number, nowMs: number): TokenFault {
  const fields = token.split('.');
  if (Number.parseInt(String(fields[2]).slice(0, 8), 36) <= nowMs) return 'expired';
  if (Number.parseInt(String(fields[1]), 36) <= notBeforeMs) return 'revoked';
  return '';
}

/** Whether a well-formed token works at one address only. */
export const isBound = (token: string): boolean => token.split('.')[4] === 'a';

/** The session of a well-formed token. */
export function sessionOf(token: string): string {
  return String(token.split('.')[2]);
}

/** The secret of a key in `<id>:<secret> <id>:<secret>`; empty if it isn't there. */
function keyOf(keys: string, id: string): string {
  const after = ` ${keys}`.split(` ${id}:`)[1];
  return after === undefined ? '' : String(after.split(' ')[0]);
}

function tokenMac(secret: string, streamPath: string, unsigned: string, address: string): string {
  return crypto
    .createHmac('sha256', secret)
    .update(`${streamPath}\n${unsigned}\n${address}`)
    .digest('base64url');
}

/** In a time that reveals nothing but the length. */
function sameText(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  let differing = 0;
  for (let at = 0; at < one.length; at++) differing |= one.charCodeAt(at) ^ other.charCodeAt(at);
  return differing === 0;
}

/** What stands for a viewer's address: IPv4 as it is, even if mapped into IPv6; of IPv6 the /64, within which devices change theirs. */
function addressGroup(address: string): string {
  const text = String(address.toLowerCase().split('%')[0]);
  if (text.indexOf('.') !== -1) return text.slice(text.lastIndexOf(':') + 1);
  const halves = text.split('::');
  const before = String(halves[0]).split(':');
  const after = halves.length < 2 || halves[1] === '' ? [] : String(halves[1]).split(':');
  const groups = halves[0] === '' ? [] : before;
  while (halves.length > 1 && groups.length + after.length < 8) groups.push('0');
  const whole = groups.concat(after).slice(0, 4);
  const short = whole.map((group) => group.replace(/^0+(?=.)/, ''));
  return `${short.join(':')}::`;
}

/** The functions that a check consists of, as source text. */
export const tokenSource: string = [tokenFault, timeFault, sessionOf, keyOf, tokenMac, sameText, addressGroup]
  .map(String)
  .join('\n');
