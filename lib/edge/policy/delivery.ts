import { playerBufferMs, segmentSeconds } from '../../packaging/segment-grid.ts';

/**
 * The delivery policy table. The segment writer takes `contentType` and `cacheControl` from it, the local edge and shield
 * follow it, and the CDN's behaviours are generated from it.
 *
 * No cookie and no query parameter is ever part of a cache key, except the LL-HLS directives on media playlists: anything
 * else would disable request coalescing.
 */
export interface DeliveryRule {
  readonly kind:
    | 'segment'
    | 'init'
    | 'media-playlist'
    | 'multivariant-playlist'
    | 'manifest'
    | 'poster'
    | 'sprite'
    | 'storyboard';
  /** File name pattern below any folder, with `*` as the only wildcard, as in CDN path patterns. */
  readonly pattern: string;
  readonly contentType: string;
  readonly cacheControl: string;
  /** Cache lifetime in seconds: the CDN's minimum, default and maximum TTL. */
  readonly ttlSeconds: { readonly min: number; readonly default: number; readonly max: number };
  /** Cache lifetime of an error response (mainly 404), in seconds. At most 1. */
  readonly errorTtlSeconds: number;
  /**
   * How long past its TTL, in seconds, a cache may serve the last good response while the tier behind it is failing. With a live
   * playlist as old as a player's buffer is long, the player can continue from its buffer; with an older one it would assume that
   * the broadcast hangs, so from then on it gets the error.
   */
  readonly staleIfErrorSeconds: number;
  /** Query parameters that are part of the cache key and passed on, as far as key-grammar.ts keeps them. */
  readonly queryParameters: readonly string[];
  readonly compress: boolean;
}

const year = 31_536_000;
const immutable = {
  cacheControl: `public, max-age=${year}, immutable`,
  ttlSeconds: { min: 1, default: year, max: year },
  staleIfErrorSeconds: year,
};
/** CloudFront learns `staleIfErrorSeconds` only from the header; without the directive it serves stale objects indefinitely. */
const staleIfErrorSeconds = playerBufferMs / 1000;
const fresh = {
  cacheControl: `public, max-age=1, stale-if-error=${staleIfErrorSeconds}`,
  ttlSeconds: { min: 1, default: 1, max: 1 },
  staleIfErrorSeconds,
};

/**
 * Maximum size of an object: the origin accepts no larger one, and the edge forwards none. A second of the most that a ladder may
 * request, 100 Mb/s, has 12.5 MB; the rest is for its peaks.
 */
export const maxObjectBytes = segmentSeconds * 16 * 1024 * 1024;

/** The first match wins. Anything that matches no row is not delivered. */
export const deliveryPolicy: readonly DeliveryRule[] = [
  {
    kind: 'segment',
    pattern: '*.m4s',
    contentType: 'video/iso.segment',
    ...immutable,
    errorTtlSeconds: 1,
    queryParameters: [],
    compress: false,
  },
  {
    // Also covers what MediaLive writes, both segments and init segments (docs/decisions/0018).
    kind: 'init',
    pattern: '*.mp4',
    contentType: 'video/mp4',
    ...immutable,
    errorTtlSeconds: 1,
    queryParameters: [],
    compress: false,
  },
  {
    kind: 'media-playlist',
    pattern: '*playlist.m3u8',
    contentType: 'application/vnd.apple.mpegurl',
    ...fresh,
    errorTtlSeconds: 1,
    queryParameters: ['_HLS_msn', '_HLS_part', '_HLS_skip'],
    compress: true,
  },
  {
    kind: 'multivariant-playlist',
    pattern: '*/index.m3u8',
    contentType: 'application/vnd.apple.mpegurl',
    ...fresh,
    errorTtlSeconds: 1,
    queryParameters: [],
    compress: true,
  },
  {
    kind: 'manifest',
    pattern: '*/manifest.mpd',
    contentType: 'application/dash+xml',
    ...fresh,
    errorTtlSeconds: 1,
    queryParameters: [],
    compress: true,
  },
  {
    // The only pictures that change under their name.
    kind: 'poster',
    pattern: '*/poster.jpg',
    contentType: 'image/jpeg',
    ...fresh,
    errorTtlSeconds: 1,
    queryParameters: [],
    compress: false,
  },
  {
    kind: 'sprite',
    pattern: '*.jpg',
    contentType: 'image/jpeg',
    ...immutable,
    errorTtlSeconds: 1,
    queryParameters: [],
    compress: false,
  },
  {
    kind: 'storyboard',
    pattern: '*/storyboard.vtt',
    contentType: 'text/vtt',
    ...fresh,
    errorTtlSeconds: 1,
    queryParameters: [],
    compress: true,
  },
];

/** The rule for a path or an object key, or undefined if it is not one of ours. */
export function deliveryRuleFor(path: string): DeliveryRule | undefined {
  return compiled.find(({ expression }) => expression.test(path))?.rule;
}

const compiled = deliveryPolicy.map((rule) => ({
  rule,
  expression: new RegExp(`^${rule.pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`),
}));
