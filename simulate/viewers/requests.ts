import { defaultLadder } from '../../lib/config/ladder.ts';
import { cacheKeyOf } from '../../lib/edge/policy/cache-key.ts';
import { lifetimeMs } from '../../lib/edge/policy/freshness.ts';
import { dashManifestName, hlsPlaylistName, segmentName } from '../../lib/object-store/object-names.ts';
import { segmentMs, segmentSeconds } from '../../lib/packaging/segment-grid.ts';
import { audience } from '../world/facts.ts';

/** One object, or a series of them, that some of a stream's viewers keep asking for. */
export interface Request {
  /** Below the broadcast's prefix; `number` is the newest segment. */
  readonly name: (number: number) => string;
  /** The share of the viewers that ask for it. */
  readonly share: number;
  /** Requests a second of one of these viewers. */
  readonly perSecond: number;
  /** How long a cache answers it; a segment lasts, but nobody asks for an old one. */
  readonly lifeMs: number;
  readonly isSegment: boolean;
}

/** A player asks once per segment for each thing. */
const perSecond = 1 / segmentSeconds;
const renditions = ['1080p', '720p', '480p', '360p'];

/**
 * What viewers of one live stream ask for: picture and sound, and what names them: one manifest with DASH, two playlists with HLS. How
 * long each answer lives is the delivery policy's.
 */
export const requests: readonly Request[] = [
  live(() => dashManifestName, 1 - audience.hlsShare),
  ...renditions.map((id, at) =>
    live(() => `${id}/${hlsPlaylistName}`, audience.hlsShare * audience.renditionShares[at]!),
  ),
  live(() => `audio/${hlsPlaylistName}`, audience.hlsShare),
  ...renditions.map((id, at) =>
    segment((number) => `${id}/${segmentName(number)}`, audience.renditionShares[at]!),
  ),
  segment((number) => `audio/${segmentName(number)}`, 1),
];

/** Requests a second of one viewer. */
export const requestsPerViewer = requests.reduce(
  (sum, request) => sum + request.share * request.perSecond,
  0,
);

/** A page, a multivariant playlist or manifest, two init segments, and three segments of picture and of sound at once. */
export const requestsPerJoin = 10;

/** What one viewer receives on average, in bits a second: the default ladder's rates and sound. */
export const bpsPerViewer =
  audience.renditionShares.reduce((sum, share, at) => sum + share * defaultLadder.rungs[at]!.videoBps, 0) +
  defaultLadder.audioBps;

function live(name: Request['name'], share: number): Request {
  return { name, share, perSecond, lifeMs: lifeOf(name(0)), isSegment: false };
}

function segment(name: Request['name'], share: number): Request {
  return { name, share, perSecond, lifeMs: segmentMs, isSegment: true };
}

function lifeOf(name: string): number {
  const { rule } = keyOf(`region/stream0000000000/broadcast0000000/${name}`);
  return lifetimeMs(rule, rule.cacheControl);
}

/** The cache key of an object. */
export function keyOf(path: string) {
  const key = cacheKeyOf(`/${path}`);
  if (!key) throw new TypeError(`Nothing is delivered at ${path}`);
  return key;
}
