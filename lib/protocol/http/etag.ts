/**
 * Whether `If-None-Match` names this ETag (RFC 9110 §13.1.2, weak comparison): then the answer is 304.
 * `etag` is undefined where there is no representation; `*` matches any there is.
 */
export function matchesNone(header: string | undefined, etag: string | undefined): boolean {
  if (header === undefined || etag === undefined) return false;
  if (header === etag) return true;
  if (header.trim() === '*') return true;
  const wanted = opaque(etag);
  return (header.match(entityTags) ?? []).some((tag) => opaque(tag) === wanted);
}

/** Whether `If-Range` still holds (RFC 9110 §13.1.5, strong comparison). A date never does: we send none. */
export function rangeStillHolds(ifRange: string | undefined, etag: string | undefined): boolean {
  return ifRange === undefined || (ifRange === etag && !ifRange.startsWith('W/'));
}

/** The ETag of the gzip representation: another one, because a strong ETag names exact bytes (RFC 9110 §8.8.3.3). */
export const gzipEtag = (etag: string): string => etag.replace(/"$/, '-gzip"');

const entityTags = /(?:W\/)?"[^"]*"/g;

/** Without the weak mark, and without the mark of our gzip representation: 304 fits either, as the object is the same. */
const opaque = (etag: string): string => etag.replace(/^W\//, '').replace(/-gzip"$/, '"');
