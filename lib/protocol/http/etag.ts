/**
 * Whether `If-None-Match` names this ETag (RFC 9110 §13.1.2, weak comparison): then the answer is 304.
 * `etag` is undefined if there is no representation; `*` matches any existing one.
 */
export function matchesNone(header: string | undefined, etag: string | undefined): boolean {
  if (header === undefined || etag === undefined) return false;
  if (header === etag) return true;
  if (header.trim() === '*') return true;
  const wanted = opaque(etag);
  return (header.match(entityTags) ?? []).some((tag) => opaque(tag) === wanted);
}

/** Whether `If-Range` still holds (RFC 9110 §13.1.5, strong comparison). A date never does, because we send none. */
export function rangeStillHolds(ifRange: string | undefined, etag: string | undefined): boolean {
  return ifRange === undefined || (ifRange === etag && !ifRange.startsWith('W/'));
}

/** The ETag of the gzip representation: it differs, because a strong ETag identifies exact bytes (RFC 9110 §8.8.3.3). */
export const gzipEtag = (etag: string): string => etag.replace(/"$/, '-gzip"');

const entityTags = /(?:W\/)?"[^"]*"/g;

/** Strips the weak prefix and our gzip suffix: a 304 is right for both representations, as the object is the same. */
const opaque = (etag: string): string => etag.replace(/^W\//, '').replace(/-gzip"$/, '"');
