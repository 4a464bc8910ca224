import { plainHead, type ResponseHead } from '../response.ts';

/**
 * How the edge treats what was taken down or deleted: one rule for the local edge and for the function in front of CloudFront's
 * cache. Denials of streams are looked up by `<region>/<streamId>`, those of single recordings by
 * `<region>/<streamId>/<broadcastId>`, in paths whose playback token is already off (playback.ts).
 */

/**
 * A request path in our canonical spelling. Any other spelling of the same object (an escape, a dot segment, a double slash)
 * would not match a denial by name; so anything that passes on paths verbatim must answer those with 404.
 */
export const plainPathPattern = /^(\/[A-Za-z0-9_=@+-][A-Za-z0-9._=@+-]{0,199})+$/;

/** The region and the stream of a request path. */
export const deniedPathPattern = /^\/([^/]+\/[^/]+)\/./;

/** The region, the stream and the broadcast of a request path. */
export const deniedRecordingPattern = /^\/([^/]+\/[^/]+\/[^/]+)\/./;

export const isPlainPath = (path: string): boolean => plainPathPattern.test(path);

/**
 * The key for looking up a denial of this request path: `/local/7h2k/index.m3u8` → `local/7h2k`. Undefined if there
 * can't be one.
 */
export const deniedPathOf = (path: string): string | undefined => deniedPathPattern.exec(path)?.[1];

/** The same for a recording: `/local/7h2k/1jm8/720p/5.m4s` → `local/7h2k/1jm8`. */
export const deniedRecordingOf = (path: string): string | undefined => deniedRecordingPattern.exec(path)?.[1];

/** Whether an entry (playback.ts) of a stream or a recording denies it. Also runs in CloudFront. */
export function isDenied(entry: string): boolean {
  return entry.indexOf('taken down') !== -1;
}

/** The response body; omitted for HEAD. */
export const deniedBody = JSON.stringify({ status: 410, title: 'This is no longer available.' });

/** 410 Gone while the denial lasts. The response must not be cached, so that a restored stream plays immediately. */
export const deniedHead: ResponseHead = plainHead(410, 'application/problem+json', deniedBody.length);
