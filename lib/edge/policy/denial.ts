import { plainHead, type ResponseHead } from './response.ts';

/**
 * What the edge does with a stream that is taken down: the one rule for the local edge and the function in front of CloudFront's
 * cache. Denials are looked up by `<region>/<streamId>`.
 */

/**
 * A request path as we write them. Another spelling of the same object (an escape, a dot segment, a doubled slash) would not be
 * found by its name, and so slip past a denial: whoever passes paths on as they come answers those with 404.
 */
export const plainPathPattern = /^(\/[A-Za-z0-9_=@+-][A-Za-z0-9._=@+-]*)+$/;

/** The region and the stream of a request path. */
export const deniedPathPattern = /^\/([^/]+\/[^/]+)\/./;

export const isPlainPath = (path: string): boolean => plainPathPattern.test(path);

/** Under what a denial of this request path is looked up: `/local/7h2k/index.m3u8` → `local/7h2k`. Undefined where none can be. */
export const deniedPathOf = (path: string): string | undefined => deniedPathPattern.exec(path)?.[1];

/** What follows the head of the answer; nothing where HEAD asked. */
export const deniedBody = JSON.stringify({ status: 410, title: 'This stream was taken down.' });

/** Gone, for as long as the denial stands: nobody may keep this answer, so a restored stream plays at once. */
export const deniedHead: ResponseHead = plainHead(410, 'application/problem+json', deniedBody.length);
