import type { RetryPolicy } from '../../../retry/policy/backoff.ts';
import type { ManifestKind, StreamState } from '../api/types.ts';
import type { LinkFault } from './playback-link.ts';
import { type PlaybackMethod, playedMethod } from './protocol.ts';

/** What the viewer page knows about the stream. `unreachable`: the API isn't responding; the video may still play. */
export type StreamKnowledge =
  | { readonly kind: 'asking' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreachable' }
  /** The edge serves nothing of it until it is restored. */
  | { readonly kind: 'taken-down' }
  /** The edge serves nothing of it with this link, or without one. */
  | { readonly kind: 'locked'; readonly fault: LinkFault }
  | {
      readonly kind: 'known';
      readonly state: StreamState;
      readonly broadcastId?: string;
      readonly dash: string;
      readonly hls: string;
      /** @default both */
      readonly manifests?: readonly ManifestKind[];
    };

/** What the player should load. */
export interface PlaybackTarget {
  readonly url: string;
  /** Where playback starts: at the live edge or at the first second. */
  readonly from: 'live' | 'start';
  readonly broadcastId?: string;
}

/**
 * Pauses before reloading the whole presentation. The engine retries individual requests itself and has given up by then.
 * Jittered, so that viewers who lost the same server don't all return at once; nobody waits longer than 15 s.
 */
export const reloads: RetryPolicy = { firstMs: 1_000, longestMs: 12_000, jitter: 0.25 };

/** Locates the stream's own manifests without the API: the edge's paths follow the object keys. */
export interface FallbackPlace {
  readonly edgeBaseUrl: string;
  readonly region: string;
  readonly streamId: string;
  /** The broadcast that was asked for. @default the newest */
  readonly broadcastId?: string | undefined;
}

/**
 * What should play now; undefined if there is nothing to play. Prefers the broadcast's own manifest to the stream's: its
 * name changes with each broadcast, so no cache can return the previous one.
 */
export function playbackTarget(
  stream: StreamKnowledge,
  method: PlaybackMethod,
  place: FallbackPlace,
): PlaybackTarget | undefined {
  if (stream.kind === 'unreachable') {
    const { edgeBaseUrl, region, streamId, broadcastId } = place;
    const file = manifestFiles[manifestOf(method)];
    const base = `${edgeBaseUrl}/${region}/${encodeURIComponent(streamId)}`;
    if (broadcastId === undefined) return { url: `${base}/${file}`, from: 'live' };
    return { url: `${base}/${broadcastId}/${file}`, from: 'start', broadcastId };
  }
  if (stream.kind !== 'known' || stream.state === 'idle' || stream.state === 'starting') return undefined;
  const { state, broadcastId, manifests = ['dash', 'hls'] } = stream;
  const manifest = manifestOf(playedMethod(method, manifests));
  const base = stream[manifest];
  const url =
    broadcastId === undefined ? base : new URL(`${broadcastId}/${manifestFiles[manifest]}`, base).href;
  return { url, from: state === 'ended' ? 'start' : 'live', broadcastId };
}

const manifestFiles = { dash: 'manifest.mpd', hls: 'index.m3u8' } as const;
const manifestOf = (method: PlaybackMethod): ManifestKind => (method === 'dash' ? 'dash' : 'hls');

/** True if `next` is a different broadcast from the loaded one, so the player must reload. */
export function mustReload(loaded: PlaybackTarget | undefined, next: PlaybackTarget | undefined): boolean {
  if (next === undefined) return false;
  if (loaded === undefined) return true;
  if (next.broadcastId === undefined || loaded.broadcastId === undefined) return false;
  return loaded.broadcastId !== next.broadcastId;
}
