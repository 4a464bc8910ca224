/**
 * Links to signed streams: the watch page's fragment is the playback token, `#~…`, and the edge's paths carry it after the region
 * (`lib/edge/policy/access/playback-token.ts`).
 */

/** Why the edge refuses a link (HTTP 403). */
export type LinkFault = 'link-missing' | 'link-invalid' | 'link-expired' | 'link-revoked';

/** The edge's HTTP status without a valid link. */
export const linkFaultStatus = 403;

/** The fault that the edge's response names. */
export function linkFaultOf(body: string): LinkFault {
  const [, code = 'invalid'] = /"code":\s*"playback-(missing|invalid|expired|revoked)"/.exec(body) ?? [];
  return `link-${code}` as LinkFault;
}

/** The token in a fragment, a link or a media URL, with its `~`; undefined if there is none. */
export const tokenOf = (text: string): string | undefined =>
  /(?:^|[#/])(~[A-Za-z0-9._-]{1,200})(?:$|\/)/.exec(text)?.[1];

/** When a token expires, in Unix ms; undefined if it is malformed. */
export function tokenExpiryMs(token: string): number | undefined {
  const [, expiry] = /^~[0-9a-z]{4}\.[0-9a-z]{8}\.([0-9a-z]{8})[0-9a-z]{12}\./.exec(token) ?? [];
  return expiry === undefined ? undefined : Number.parseInt(expiry, 36);
}

const mediaPath = /^(https?:\/\/[^/]+\/[^/]+\/)(?:~[^/]*\/)?/;

/** A watch page's address with this token. */
export const withToken = (page: string, token: string): string => `${page.split('#', 1)[0]}#${token}`;

/** A media URL with this token instead of its own, if it has one. Without a token, the URL as it is. */
export const carryToken = (url: string, token: string | undefined): string =>
  token === undefined ? url : url.replace(mediaPath, `$1${token}/`);

/** The same, but only if the URL has a token already: other requests of a player need none. */
export const swapToken = (url: string, token: string | undefined): string =>
  /^https?:\/\/[^/]+\/[^/]+\/~/.test(url) ? carryToken(url, token) : url;

/** Whether a media URL was made with another token than this, which is newer. */
export const isOutdated = (url: string, token: string | undefined): boolean =>
  token !== undefined && tokenOf(url) !== token;

/** Whether two media URLs differ in nothing but their tokens. */
export const sameButToken = (one: string, other: string): boolean =>
  one.replace(mediaPath, '$1') === other.replace(mediaPath, '$1');

/** Delay in ms until a link should be renewed: when a fifth of its remaining time is left, but a minute before the end at most. */
export function renewInMs(nowMs: number, expiresMs: number): number {
  const leftMs = Math.max(0, expiresMs - nowMs);
  return Math.max(0, leftMs - Math.min(60_000, leftMs / 5));
}
