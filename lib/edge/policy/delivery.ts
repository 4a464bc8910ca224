import { playerBufferMs, segmentSeconds } from '../../packaging/grid.ts';

/**
 * The one table of delivery policy. The segment writer takes `contentType` and `cacheControl` from it, the local edge
 * and shield obey it, the CDN's behaviours are made from it.
 *
 * No cookie and no query parameter is ever part of a cache key, except the LL-HLS directives on media playlists:
 * anything else would switch request collapsing off.
 */
export interface DeliveryRule {
  readonly kind: 'segment' | 'init' | 'media-playlist' | 'multivariant-playlist' | 'manifest';
  /** File name pattern below any folder, with `*` as the only wildcard, as CDN path patterns take it. */
  readonly pattern: string;
  readonly contentType: string;
  readonly cacheControl: string;
  /** How long a cache may keep it, in seconds: the CDN's minimum, default and maximum TTL. */
  readonly ttlSeconds: { readonly min: number; readonly default: number; readonly max: number };
  /** How long a cache may keep an error answer (404 above all), in seconds. At most 1. */
  readonly errorTtlSeconds: number;
  /**
   * How long past its TTL a cache may serve the last good answer while the tier behind it fails, in seconds. A live
   * playlist that is as old as a player's buffer is long still lets it play on; an older one would make it believe that the
   * broadcast hangs, so then it is told the truth.
   */
  readonly staleIfErrorSeconds: number;
  /** Query parameters that are part of the cache key and passed on. */
  readonly queryParameters: readonly string[];
  readonly compress: boolean;
}

const year = 31_536_000;
const immutable = {
  cacheControl: `public, max-age=${year}, immutable`,
  ttlSeconds: { min: 1, default: year, max: year },
  staleIfErrorSeconds: year,
};
/** CloudFront knows `staleIfErrorSeconds` only from the header; without the directive it serves what is old without end. */
const staleIfErrorSeconds = playerBufferMs / 1000;
const fresh = {
  cacheControl: `public, max-age=1, stale-if-error=${staleIfErrorSeconds}`,
  ttlSeconds: { min: 1, default: 1, max: 1 },
  staleIfErrorSeconds,
};

/**
 * Bytes that one object may have: the origin takes no larger one, and the edge passes none on. A second of the most that a ladder
 * may ask for, 100 Mb/s, has 12.5 MB; the rest is for its peaks.
 */
export const maxObjectBytes = segmentSeconds * 16 * 1024 * 1024;

/** First match wins. What no row matches is not delivered. */
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
    // And what MediaLive makes: segments and init segments alike (docs/decisions/0018).
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
];

/** The rule for a path or an object key, or undefined where it is none of ours. */
export function deliveryRuleFor(path: string): DeliveryRule | undefined {
  return compiled.find(({ expression }) => expression.test(path))?.rule;
}

const compiled = deliveryPolicy.map((rule) => ({
  rule,
  expression: new RegExp(`^${rule.pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`),
}));
